// Messages as arrows.

const HEAD = 7;          // Pixels.
const CROWD = 500;       // Arrows that cannot be told apart anyway.
const MOST_WORDS = 40;   // Arrows with words on them, at once.
const TWICE = 2.5;       // How far apart the lines of a doubled one are.

// Where the wanted messages in view stand: { message, x0, y0, x1, y1 }.
function findArrows(run, view, isWanted) {
    const arrows = [];
    const seen = new Map();  // What stands where another stands is left out.
    const { messages } = run;
    for (let k = firstMessageAt(run, view.t0); k < messages.length; k++) {
        const message = messages[k];
        if (message.leaves > view.t1)
            break;
        if (!isWanted[message.sent] && !isWanted[message.got] &&
            !isWanted[message.lost])
            continue;
        const arrow = placeArrow(view, message);
        if (arrow && !isCovered(seen, arrow))
            arrows.push(arrow);
    }
    return arrows;
}

function placeArrow(view, message) {
    const from = view.laneOf.get(message.from), to = view.laneOf.get(message.to);
    if (!from || !to || message.ends < view.t0)
        return null;
    const part = message.lost === -1 ? 1 : 0.6;
    const x0 = xOf(view, message.leaves);
    let x1 = xOf(view, message.ends);
    if (message.got === -1 && message.lost === -1)
        x1 = Math.min(x1, x0 + 60);
    return { message, x0, y0: from.middle, x1,
        y1: from.middle + (to.middle - from.middle) * part };
}

// Does another between the same lanes begin and end at the same pixels?
function isCovered(seen, arrow) {
    const m = arrow.message;
    const lanes = (m.from * MOST_SERVERS + m.to) * 4 +
        (m.request ? 0 : 1) + (m.lost === -1 ? 0 : 2);
    const key = lanes * 65536 + Math.round(arrow.x0);
    if (seen.get(key) === Math.round(arrow.x1))
        return true;
    seen.set(key, Math.round(arrow.x1));
    return false;
}

// All of one look are one path, because each stroke costs.
function drawArrows(g, run, arrows) {
    for (const kind of ['votes', 'appends', 'snapshots', 'other'])
        for (const request of [true, false])
            drawLines(g, arrows.filter((a) => a.message.request === request &&
                arrowKind(a) === kind), colours[kind], request);
    drawCrosses(g, arrows.filter((a) => a.message.lost !== -1));
    // Steep words would stand on those of the next arrow.
    const room = arrows.filter((a) => a.x1 - a.x0 > 80 &&
        a.x1 - a.x0 > 0.6 * Math.abs(a.y1 - a.y0));
    if (room.length <= MOST_WORDS)
        for (const arrow of room)
            drawWords(g, run, arrow);
}

function arrowKind(arrow) {
    return METHOD_KIND[arrow.message.method] || 'other';
}

function lengthOf(arrow) {
    return Math.hypot(arrow.x1 - arrow.x0, arrow.y1 - arrow.y0);
}

function drawLines(g, arrows, colour, request) {
    if (arrows.length === 0)
        return;
    g.strokeStyle = g.fillStyle = colour;
    g.lineWidth = 1.2;
    g.setLineDash(request ? [] : [5, 3]);
    g.beginPath();
    for (const a of arrows)
        tracePath(g, a);
    g.stroke();
    g.setLineDash([]);
    drawHeads(g, arrows);
}

function tracePath(g, a) {
    g.moveTo(a.x0, a.y0);
    g.lineTo(a.x1, a.y1);
    if (a.message.doubled) {
        g.moveTo(a.x0 + TWICE, a.y0);
        g.lineTo(a.x1 + TWICE, a.y1);
    }
}

function drawHeads(g, arrows) {
    g.beginPath();
    for (const a of arrows)
        if (a.message.got !== -1)
            traceHead(g, a);
    g.fill();
}

function traceHead(g, a) {
    const length = lengthOf(a) || 1;
    const dx = (a.x1 - a.x0) / length, dy = (a.y1 - a.y0) / length;
    const bx = a.x1 - dx * HEAD, by = a.y1 - dy * HEAD;
    g.moveTo(a.x1, a.y1);
    g.lineTo(bx - dy * 3, by + dx * 3);
    g.lineTo(bx + dy * 3, by - dx * 3);
    g.closePath();
}

function drawCrosses(g, arrows) {
    g.strokeStyle = colours.lost;
    g.lineWidth = 2;
    g.beginPath();
    for (const a of arrows) {
        g.moveTo(a.x1 - 4, a.y1 - 4);
        g.lineTo(a.x1 + 4, a.y1 + 4);
        g.moveTo(a.x1 + 4, a.y1 - 4);
        g.lineTo(a.x1 - 4, a.y1 + 4);
    }
    g.stroke();
}

// Along the arrow, never upside down.
function drawWords(g, run, arrow) {
    const text = messageText(run, arrow.message.sent);
    const length = lengthOf(arrow);
    let angle = Math.atan2(arrow.y1 - arrow.y0, arrow.x1 - arrow.x0);
    if (Math.abs(angle) > Math.PI / 2)
        angle += Math.PI;
    g.save();
    g.translate((arrow.x0 + arrow.x1) / 2, (arrow.y0 + arrow.y1) / 2);
    g.rotate(angle);
    g.font = '10px sans-serif';
    g.textAlign = 'center';
    g.fillStyle = colours.text;
    g.fillText(shorten(g, text, length - 30), 0, -3);
    g.restore();
    g.textAlign = 'left';
}

function shorten(g, text, width) {
    if (g.measureText(text).width <= width)
        return text;
    let kept = Math.floor(width / 5);
    while (kept > 0 && g.measureText(text.slice(0, kept) + '…').width > width)
        kept--;
    return kept > 0 ? text.slice(0, kept) + '…' : '';
}

// The arrow next to a point, if one is near, and the end that is nearer.
function arrowAt(arrows, x, y) {
    let best = null, least = 6;
    for (const a of arrows) {
        const { distance, part } = distanceTo(a, x, y);
        if (distance < least) {
            least = distance;
            best = { message: a.message, late: part > 0.5 };
        }
    }
    return best;
}

function distanceTo(a, x, y) {
    const dx = a.x1 - a.x0, dy = a.y1 - a.y0;
    const square = dx * dx + dy * dy || 1;
    let part = ((x - a.x0) * dx + (y - a.y0) * dy) / square;
    part = Math.max(0, Math.min(1, part));
    return { part, distance: Math.hypot(a.x0 + part * dx - x, a.y0 + part * dy - y) };
}

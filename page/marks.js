// Marks: what a server does by itself, below its band. Those too near to each
// other to be told apart are one mark with their count.

const SHAPE = {
    saved: 'square', applied: 'disc', applied_snapshot: 'diamond',
    snapshot_made: 'diamond', started: 'triangle', crashed: 'cross',
    log: 'bar', printed: 'bar', leads: 'star', offered: 'down', asked: 'down',
    answered: 'up', rule_broken: 'burst',
};

const NEAR = 15;  // Pixels.

// The marks in view, from left to right on each lane: { x, y, places }.
// wanted: a sorted list of places of events.
function findMarks(run, view, wanted) {
    const marks = [], open = new Map();
    const from = firstNotLess(wanted, firstAt(run, view.t0));
    for (let k = from; k < wanted.length; k++) {
        const i = wanted[k];
        if (run.times[i] > view.t1)
            break;
        if (run.network[i] || kindOf(run.events[i]) === 'threads')
            continue;
        const lane = laneOfEvent(run, view, i);
        if (lane)
            addMark(marks, open, lane, xOf(view, run.events[i].ms), i);
    }
    return marks;
}

function addMark(marks, open, lane, x, i) {
    const last = open.get(lane);
    if (last && x - last.first < NEAR) {
        last.places.push(i);
        last.x = (last.first + x) / 2;
        return;
    }
    const mark = { x, first: x, y: lane.middle + markDepth(lane), places: [i] };
    open.set(lane, mark);
    marks.push(mark);
}

// How far below its band a lane's marks stand.
function markDepth(lane) {
    return Math.max(11, Math.min(22, lane.height * 0.3));
}

// ---- Drawing them ----

// From left to right, so that what is known of a mark's place is that of the
// next one on its lane: words go as far as there.
function drawMarks(g, run, marks, width) {
    const next = new Map();
    for (let k = marks.length - 1; k >= 0; k--) {
        const mark = marks[k];
        const room = (next.has(mark.y) ? next.get(mark.y) : width) - mark.x - 14;
        next.set(mark.y, mark.x);
        drawMark(g, run, mark);
        if (mark.places.length === 1 && room > 20)
            drawMarkWords(g, run.events[mark.places[0]], mark, room);
    }
}

function drawMarkWords(g, e, mark, room) {
    const text = ['asked', 'answered', 'log', 'printed'].includes(e.event) ?
        textOf(e) : WITH_INDEX.has(e.event) ? String(e.index) : '';
    if (text === '')
        return;
    g.font = '10px sans-serif';
    g.fillStyle = colours.faint;
    g.fillText(shorten(g, text, room), mark.x + 8, mark.y + 3.5);
}

const WITH_INDEX = new Set(['applied', 'applied_snapshot', 'snapshot_made', 'offered']);

const SHAPES = {
    square(g, x, y) { g.rect(x - 4, y - 4, 8, 8); },
    disc(g, x, y) { g.arc(x, y, 4.2, 0, 7); },
    diamond(g, x, y) { polygon(g, x, y, [0, -5.5, 5.5, 0, 0, 5.5, -5.5, 0]); },
    triangle(g, x, y) { polygon(g, x, y, [-4, -5, 5, 0, -4, 5]); },
    down(g, x, y) { polygon(g, x, y, [-4.5, -4, 4.5, -4, 0, 5]); },
    up(g, x, y) { polygon(g, x, y, [-4.5, 4, 4.5, 4, 0, -5]); },
    bar(g, x, y) { g.rect(x - 1, y - 5, 2, 10); },
    star(g, x, y) {
        polygon(g, x, y, [0, -6, 2, -2, 6, -2, 3, 1, 4, 6, 0, 3, -4, 6, -3, 1,
            -6, -2, -2, -2]);
    },
    burst(g, x, y) {
        polygon(g, x, y, [0, -9, 2, -3, 8, -5, 4, 0, 8, 5, 2, 3, 0, 9, -2, 3,
            -8, 5, -4, 0, -8, -5, -2, -3]);
    },
    cross(g, x, y) {
        polygon(g, x, y, [-5, -3, -3, -5, 0, -2, 3, -5, 5, -3, 2, 0, 5, 3, 3, 5,
            0, 2, -3, 5, -5, 3, -2, 0]);
    },
};

function polygon(g, x, y, points) {
    g.moveTo(x + points[0], y + points[1]);
    for (let k = 2; k < points.length; k += 2)
        g.lineTo(x + points[k], y + points[k + 1]);
    g.closePath();
}

function drawMark(g, run, mark) {
    const events = mark.places.map((i) => run.events[i]);
    const broken = events.find((e) => e.event === 'rule_broken');
    g.beginPath();
    if (mark.places.length > 1 && !broken) {
        drawCount(g, mark);
        return;
    }
    const e = broken || events[0];
    const shape = SHAPE[e.event] || 'bar';
    SHAPES[shape](g, mark.x, mark.y);
    g.fillStyle = markColour(e);
    g.fill();
}

function markColour(e) {
    if (e.event === 'rule_broken')
        return colours.rule;
    if (e.event === 'crashed')
        return colours.lost;
    if (kindOf(e) === 'log' || kindOf(e) === 'threads')
        return colours.faint;
    return kindOf(e) === 'takes' ? colours.snapshots : colours.text;
}

function drawCount(g, mark) {
    const text = String(mark.places.length);
    const width = 6 + 5.5 * text.length;
    g.rect(mark.x - width / 2, mark.y - 6, width, 12);
    g.fillStyle = colours.faint;
    g.fill();
    g.fillStyle = colours.back;
    g.font = '9px sans-serif';
    g.textAlign = 'center';
    g.fillText(text, mark.x, mark.y + 3.5);
    g.textAlign = 'left';
}

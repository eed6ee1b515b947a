// The lanes' backs, bands and names, the acts along the top, and the axis.

function drawLanes(g, run, view) {
    for (const lane of view.lanes) {
        g.fillStyle = colours.lane;
        g.fillRect(LEFT, lane.top + 1, view.width - LEFT, lane.height - 2);
        if (lane.script)
            continue;
        for (const span of run.states[lane.server].spans)
            if (span.what === 'cut')
                drawSpan(g, run, view, lane, span);
    }
}

function drawBands(g, run, view) {
    for (const lane of view.lanes) {
        if (lane.script)
            continue;
        const state = run.states[lane.server];
        for (const band of inView(run, view, state.bands))
            drawBand(g, view, lane, band);
        for (const span of state.spans)
            if (span.what !== 'cut')
                drawSpan(g, run, view, lane, span);
    }
}

// Those of a list of stretches that are in view, with the pixels they take.
function inView(run, view, stretches) {
    const seen = [];
    for (const stretch of stretches) {
        const x0 = Math.max(LEFT, xOf(view, run.events[stretch.begin].ms));
        const end = stretch.end === -1 ? run.end : run.events[stretch.end].ms;
        const x1 = Math.min(view.width, xOf(view, end));
        if (x1 >= LEFT && x0 <= view.width)
            seen.push({ stretch, x0, x1 });
    }
    return seen;
}

function bandHeight(role) {
    return role === 'leader' ? 16 : role === 'candidate' ? 9 : 5;
}

function drawBand(g, view, lane, { stretch, x0, x1 }) {
    const height = bandHeight(stretch.role);
    g.fillStyle = termColour(stretch.term);
    g.fillRect(x0, lane.middle - height / 2, Math.max(1, x1 - x0), height);
    if (x1 - x0 < 24)
        return;
    let text = 'T' + stretch.term;
    if (stretch.role !== 'follower' && x1 - x0 > 80)
        text += ' ' + say(stretch.role);
    g.font = stretch.role === 'leader' ? 'bold 11px sans-serif' : '10px sans-serif';
    g.fillStyle = stretch.role === 'leader' ? colours.onTerm : colours.faint;
    g.fillText(text, x0 + 4, stretch.role === 'leader' ? lane.middle + 4 :
        lane.middle - 7);
}

function drawSpan(g, run, view, lane, span) {
    const [seen] = inView(run, view, [span]);
    if (!seen || run.events[span.begin].ms === run.events[span.end].ms)
        return;
    const width = Math.max(2, seen.x1 - seen.x0);
    g.save();
    g.beginPath();
    g.rect(seen.x0, lane.top + 1, width, lane.height - 2);
    g.clip();
    if (span.what === 'cut') {
        g.fillStyle = colours.cut;
        g.fill();
    } else {
        drawHatch(g, seen.x0, width, lane, span.what === 'crashed' ? 1 : -1);
    }
    if (width > 44)
        drawSpanWord(g, lane, span, seen.x0);
    g.restore();
}

function drawSpanWord(g, lane, span, x) {
    const word = { cut: 'cut_off', crashed: 'crashed', paused: 'paused' }[span.what];
    g.font = 'italic 11px sans-serif';
    g.fillStyle = colours.text;
    // A crash cuts off, too: the words stand apart.
    const y = span.what === 'cut' ? lane.top + lane.height - 5 : lane.top + 13;
    g.fillText(say(word), x + 4, y);
}

// Rising lines for a crash, falling ones for a pause.
function drawHatch(g, x, width, lane, slope) {
    g.strokeStyle = colours.hatch;
    g.lineWidth = 1;
    g.beginPath();
    // Lines keep their places while the picture moves below them.
    const first = Math.floor((x - lane.height) / 8) * 8;
    for (let at = first; at < x + width + lane.height; at += 8) {
        g.moveTo(at, lane.top + lane.height);
        g.lineTo(at + slope * lane.height, lane.top);
    }
    g.stroke();
}

// Names stand on the left, over what has moved there.
function drawNames(g, run, view) {
    g.fillStyle = colours.back;
    g.fillRect(0, 0, LEFT, view.height);
    for (const lane of view.lanes) {
        g.fillStyle = colours.text;
        g.font = 'bold 13px sans-serif';
        g.fillText(lane.script ? say('script') : serverName(lane.server), 8,
            lane.middle + 4);
        if (run.played.has(lane.server)) {
            g.font = '10px sans-serif';
            g.fillStyle = colours.faint;
            g.fillText(say('played'), 8, lane.middle + 17);
        }
    }
}

function drawActs(g, run, view) {
    g.font = '11px sans-serif';
    for (const { stretch, x0, x1 } of inView(run, view, run.acts)) {
        if (stretch.depth >= view.acts)
            continue;
        const y = stretch.depth * ACT_ROW + 2;
        const width = Math.max(1, x1 - x0 - 1);
        g.fillStyle = colours.act;
        g.fillRect(x0, y, width, ACT_ROW - 2);
        g.fillStyle = colours.faint;
        g.fillRect(x0, y, 1, ACT_ROW - 2);
        if (width > 30) {
            g.fillStyle = colours.text;
            g.fillText(shorten(g, stretch.text, width - 6), x0 + 4, y + 11);
        }
    }
}

// A tick's distance: 1, 2 or 5 times a power of ten.
function tickStep(span, most) {
    const power = Math.pow(10, Math.floor(Math.log10(span / most)));
    const factor = [1, 2, 5, 10].find((f) => span / (f * power) <= most);
    return factor * power;
}

function drawAxis(g, view) {
    const step = tickStep(view.t1 - view.t0, (view.width - LEFT) / 90);
    const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
    const y = view.height - AXIS;
    g.font = '11px sans-serif';
    g.strokeStyle = colours.line;
    g.fillStyle = colours.faint;
    g.lineWidth = 1;
    g.beginPath();
    for (let k = Math.ceil(view.t0 / step); k * step <= view.t1; k++) {
        const x = Math.round(xOf(view, k * step)) + 0.5;
        g.moveTo(x, view.acts * ACT_ROW);
        g.lineTo(x, y + 4);
        g.fillText((k * step).toFixed(digits) + ' ms', x + 3, y + 15);
    }
    g.stroke();
}

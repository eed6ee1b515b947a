// The picture as a whole, and what stands at a point of it.

// Draws it, and keeps in page.drawn what can be clicked on.
function drawPicture(page) {
    const { run, view, filter } = page;
    const g = prepareCanvas(page.canvas, view);
    const started = performance.now();
    layLanes(run, view, filter);
    drawAxis(g, view);
    drawLanes(g, run, view);
    const threads = showsThreads(run, filter) ? drawThreads(g, page) : [];
    if (!filter.heartbeats)
        drawQuiet(g, run, view);
    const arrows = findArrows(run, view, page.isWanted);
    drawArrowsAndBands(g, run, view, arrows);
    const marks = findMarks(run, view, page.wanted);
    drawMarks(g, run, marks, view.width);
    drawFound(g, page);
    for (const i of run.rules)
        drawRule(g, page, i);
    drawCursor(g, page);
    drawNames(g, run, view);
    drawThreadNames(g, view);
    drawActs(g, run, view);
    page.drawn = { arrows, marks, threads, ms: performance.now() - started };
}

// Arrows end on bands; only a crowd of them would cover these.
function drawArrowsAndBands(g, run, view, arrows) {
    if (arrows.length > CROWD) {
        drawCrowd(g, view, arrows);
        drawBands(g, run, view);
    } else {
        drawBands(g, run, view);
        drawArrows(g, run, arrows);
    }
}

// Sharp on screens with more dots than pixels.
function prepareCanvas(canvas, size) {
    const dots = window.devicePixelRatio || 1;
    const box = canvas.getBoundingClientRect();
    size.width = box.width;
    size.height = box.height;
    const width = Math.round(box.width * dots), height = Math.round(box.height * dots);
    if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
    }
    const g = canvas.getContext('2d', { alpha: false });
    g.setTransform(dots, 0, 0, dots, 0, 0);
    g.fillStyle = colours.back;
    g.fillRect(0, 0, box.width, box.height);
    return g;
}

// Folded heartbeats are ticks at the top of the lane of who sent them.
function drawQuiet(g, run, view) {
    g.fillStyle = colours.appends;
    g.globalAlpha = 0.6;
    const last = new Map(), { messages } = run;
    for (let k = firstMessageAt(run, view.t0); k < messages.length; k++) {
        const message = messages[k];
        if (message.leaves > view.t1)
            break;
        const lane = view.laneOf.get(message.from);
        if (!message.quiet || !message.request || !lane)
            continue;
        const x = Math.round(xOf(view, message.leaves));
        if (last.get(lane) !== x)
            g.fillRect(x, lane.top + 2, 1, 5);
        last.set(lane, x);
    }
    g.globalAlpha = 1;
}

function drawFound(g, page) {
    g.strokeStyle = colours.found;
    g.lineWidth = 2;
    g.beginPath();
    for (const i of page.found) {
        const ms = page.run.events[i].ms;
        if (ms < page.view.t0 || ms > page.view.t1)
            continue;
        const { x, y } = pointOf(page.run, page.view, i);
        g.moveTo(x + 7, y);
        g.arc(x, y, 7, 0, 7);
    }
    g.stroke();
}

// The two events that a broken rule contradicts, joined, with its text.
function drawRule(g, page, i) {
    const { run, view } = page;
    const points = rulePlaces(run, run.events[i]).map((p) => pointOf(run, view, p));
    if (points.length === 0)
        return;
    g.strokeStyle = colours.rule;
    g.lineWidth = 3;
    g.beginPath();
    points.forEach((p, k) => k === 0 ? g.moveTo(p.x, p.y) : g.lineTo(p.x, p.y));
    for (const p of points) {
        g.moveTo(p.x + 9, p.y);
        g.arc(p.x, p.y, 9, 0, 7);
    }
    g.stroke();
    const at = points[points.length - 1];
    if (at.x > LEFT && at.x < view.width)
        drawRuleText(g, view, at, run.events[i]);
}

// Above the lanes, where it covers nothing.
function drawRuleText(g, view, at, e) {
    g.font = 'bold 12px sans-serif';
    const text = shorten(g, (e.rule || '') + ': ' + ruleText(e), view.width / 3 - 10);
    const width = g.measureText(text).width + 10;
    const x = Math.max(LEFT, Math.min(view.width - width - 4, at.x - width / 2));
    const y = view.acts * ACT_ROW + 1;
    g.fillStyle = colours.rule;
    g.fillRect(x, y, width, TEST_ROW - 2);
    g.fillStyle = colours.back;
    g.fillText(text, x + 5, y + 13);
}

function drawCursor(g, page) {
    const { run, view } = page;
    const x = Math.round(xOf(view, page.ms)) + 0.5;
    if (x < LEFT)
        return;
    g.strokeStyle = colours.cursor;
    g.lineWidth = 1;
    g.beginPath();
    g.moveTo(x, view.acts * ACT_ROW);
    g.lineTo(x, view.height - AXIS + 4);
    g.stroke();
    if (page.selected === -1)
        return;
    const at = pointOf(run, view, page.selected);
    g.lineWidth = 2.5;
    g.beginPath();
    g.arc(at.x, at.y, 6, 0, 7);
    g.stroke();
}

// What stands at a point: { places }, { band }, { span }, { act } or null. Small
// things come first, because they stand on the large ones.
function thingAt(page, x, y) {
    const { run, view, drawn } = page;
    const mark = drawn.marks.find((m) => Math.hypot(m.x - x, m.y - y) < 8);
    if (mark)
        return { places: mark.places };
    if (y < view.acts * ACT_ROW)
        return actThing(run, view, x, y);
    const act = threadEventAt(drawn.threads, x, y);
    if (act !== -1 && x > LEFT)
        return { places: [act] };
    const hit = arrowAt(drawn.arrows, x, y);
    if (hit)
        return { places: [endOf(hit)] };
    const lane = laneAt(view, y);
    return lane && !lane.script && x > LEFT ? laneThing(run, view, lane, x, y) : null;
}

// Near its head a message is its arrival, else its departure.
function endOf({ message, late }) {
    const end = Math.max(message.got, message.lost);
    return late && end !== -1 ? end : message.sent;
}

function actThing(run, view, x, y) {
    const depth = Math.floor(y / ACT_ROW);
    const hit = inView(run, view, run.acts).filter((a) => a.stretch.depth === depth &&
        x >= a.x0 && x <= a.x1).pop();
    return hit ? { act: hit.stretch } : null;
}

function laneThing(run, view, lane, x, y) {
    const state = run.states[lane.server];
    const at = (list) => (inView(run, view, list).filter((b) => x >= b.x0 &&
        x <= b.x1).pop() || {}).stretch;
    const band = Math.abs(y - lane.middle) < 10 ? at(state.bands) : undefined;
    const span = at(state.spans);
    if (band && (!span || span.what === 'cut'))
        return { band };
    return span ? { span } : null;
}

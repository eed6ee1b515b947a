// What part of the run is seen, and where it stands in the picture: time goes
// from left to right, lanes from top to bottom.

const LEFT = 64;       // For the names of lanes.
const AXIS = 22;       // At the bottom.
const ACT_ROW = 16;
const TEST_ROW = 20;   // Below the acts: what has no lane, and texts of broken rules.
const SHORTEST_MS = 0.002;

function makeView(run) {
    const margin = (run.end - run.start) * 0.02 || 1;
    return { t0: run.start - margin, t1: run.end + margin, width: 800,
        height: 400, lanes: [], acts: 1, margin,
        first: run.start - margin, last: run.end + margin };
}

// Lanes are of the script, if there is one, of servers, and of their threads
// if they are wanted.
function layLanes(run, view, filter) {
    view.acts = Math.min(3, 1 + Math.max(0, ...run.acts.map((a) => a.depth)));
    const names = run.hasScript ? [{ script: true }] : [];
    for (let s = 0; s < run.servers; s++)
        if (!filter.hiddenServers.has(s))
            names.push({ server: s });
    const top = view.acts * ACT_ROW + TEST_ROW;
    const height = (view.height - AXIS - top) / Math.max(1, names.length);
    // Threads take what is left below a server's band and marks.
    const middle = showsThreads(run, filter) ? Math.min(34, height * 0.25) : height * 0.42;
    view.lanes = names.map((name, k) => ({ ...name, top: top + k * height,
        middle: top + k * height + middle, height }));
    view.laneOf = new Map(view.lanes.map((lane) => [lane.server, lane]));
    view.scriptLane = view.lanes.find((lane) => lane.script);
}

function showsThreads(run, filter) {
    return run.threads.size > 0 && !filter.hiddenKinds.has('threads');
}

function xOf(view, ms) {
    return LEFT + (ms - view.t0) / (view.t1 - view.t0) * (view.width - LEFT);
}

function msOf(view, x) {
    return view.t0 + (x - LEFT) / (view.width - LEFT) * (view.t1 - view.t0);
}

function msPerPixel(view) {
    return (view.t1 - view.t0) / Math.max(1, view.width - LEFT);
}

// Shows this part. Not less than can be told apart, nor more than there is: the
// margin before the run and after it is a small part of what is shown.
function show(view, t0, t1) {
    const most = view.last - view.first;
    const span = Math.min(most, Math.max(SHORTEST_MS, t1 - t0));
    const middle = (t0 + t1) / 2;
    const more = view.margin - Math.min(view.margin, span * 0.05);
    view.t0 = Math.max(view.first + more,
        Math.min(view.last - more - span, middle - span / 2));
    view.t1 = view.t0 + span;
}

// Nearer if factor is less than 1; what is at ms stays where it is.
function zoom(view, factor, ms) {
    const span = (view.t1 - view.t0) * factor;
    const part = (ms - view.t0) / (view.t1 - view.t0);
    const most = view.last - view.first;
    const kept = Math.min(most, Math.max(SHORTEST_MS, span));
    show(view, ms - part * kept, ms - part * kept + kept);
}

function pan(view, ms) {
    show(view, view.t0 + ms, view.t1 + ms);
}

// Moves the part so that ms is well within it.
function reveal(view, ms) {
    const span = view.t1 - view.t0;
    if (ms < view.t0 + span * 0.05 || ms > view.t1 - span * 0.05)
        show(view, ms - span / 2, ms + span / 2);
}

// The lane at this height, or undefined.
function laneAt(view, y) {
    return view.lanes.find((lane) => y >= lane.top && y < lane.top + lane.height);
}

// The lane on which event i stands, or undefined: those of the test have none.
function laneOfEvent(run, view, i) {
    const e = run.events[i];
    if (isScript(e) && view.scriptLane)
        return view.scriptLane;
    const server = serverOf(run, i);
    return server === undefined ? undefined : view.laneOf.get(server);
}

// Where event i stands in the picture.
function pointOf(run, view, i) {
    const lane = laneOfEvent(run, view, i);
    const row = lane ? threadRow(lane, run.events[i]) : undefined;
    return { x: xOf(view, run.events[i].ms),
        y: row ? row.y : lane ? lane.middle : view.acts * ACT_ROW + TEST_ROW / 2 };
}

// The threads of each server as sub-lanes, if the record tells their turns: which
// runs, what it holds, and who waits for which lock, held by whom.

const THREAD_ROW = 13;  // Pixels.

// By server its threads, as { thread, name, stretches }. Without turns there are
// only the waits of a failure's last moment.
function findThreads(run) {
    const servers = new Map();
    run.threadNames = new Map();
    if (!run.events.some((e) => e.event === 'turn'))
        return servers;
    const open = { turn: null, waits: new Map(), holds: new Map() };
    run.events.forEach((e, i) => {
        if (kindOf(e) === 'threads')
            takeAct(run, servers, open, i);
    });
    return servers;
}

// A turn lasts until another thread's, or until the thread waits; a wait until its
// next turn or wait; and a lock is held until it is unlocked.
function takeAct(run, servers, open, i) {
    const e = run.events[i];
    const isTurn = e.event === 'turn', waits = e.event === 'waits';
    if (open.turn && (isTurn || (waits && run.events[open.turn.begin].thread === e.thread))) {
        endStretch(open.turn, i);
        open.turn = null;
    }
    if (isTurn || waits) {
        endStretch(open.waits.get(e.thread), i);
        open.waits.delete(e.thread);
    }
    if (e.event === 'unlocks')
        endStretch(open.holds.get(e.thread + ' ' + e.on), i);
    if (e.server === undefined || e.event === 'unlocks')
        return;
    const stretch = { what: e.event, begin: i, end: -1 };
    threadOf(run, servers, e).stretches.push(stretch);
    if (isTurn)
        open.turn = stretch;
    else if (waits)
        open.waits.set(e.thread, stretch);
    else
        open.holds.set(e.thread + ' ' + e.on, stretch);
}

function endStretch(stretch, i) {
    if (stretch)
        stretch.end = i;
}

function threadOf(run, servers, e) {
    if (!servers.has(e.server))
        servers.set(e.server, new Map());
    const threads = servers.get(e.server);
    if (!threads.has(e.thread))
        threads.set(e.thread, { thread: e.thread, name: '', stretches: [] });
    const of = threads.get(e.thread);
    of.name = threadName(e);
    run.threadNames.set(e.thread, of.name);
    return of;
}

// Without the server before it: "applier" for "S0 applier".
function threadName(e) {
    return typeof e.name === 'string' && e.name !== '' ?
        e.name.replace(/^S\d+ /, '') : say('thread', e);
}

function holderName(run, e) {
    return run.threadNames.get(e.holder) || say('thread', { thread: e.holder });
}

// ---- Where they stand ----

// The threads of a lane that did something in view, from top to bottom, and how
// many more there was no room for. That of the event selected is always there.
function layThreads(page, lane) {
    const { run, view } = page;
    const rows = [];
    for (const { thread, name, stretches } of (run.threads.get(lane.server) ||
        new Map()).values()) {
        const seen = stretches.filter((s) => isInView(run, view, s));
        const acts = seen.filter((s) => s.what !== 'waits').length;
        const chosen = page.selected !== -1 && isThread(run.events[page.selected]) &&
            run.events[page.selected].thread === thread &&
            run.events[page.selected].server === lane.server;
        if (acts > 0 || chosen)
            rows.push({ thread, name, seen, weight: chosen ? Infinity : acts });
    }
    const room = Math.max(1, Math.floor((lane.top + lane.height - 4 -
        threadsTop(lane)) / THREAD_ROW));
    const shown = rows.sort((a, b) => b.weight - a.weight).slice(0, room)
        .sort((a, b) => a.thread - b.thread);
    shown.forEach((row, k) => {
        row.y = Math.round(threadsTop(lane) + (k + 0.5) * THREAD_ROW);
    });
    return { shown, more: rows.length - shown.length };
}

function isThread(e) {
    return kindOf(e) === 'threads';
}

function threadsTop(lane) {
    return lane.middle + markDepth(lane) + 9;
}

function isInView(run, view, { begin, end }) {
    return run.times[begin] <= view.t1 &&
        (end === -1 ? run.end : run.times[end]) >= view.t0;
}

// The row of an event of a thread, if it is shown.
function threadRow(lane, e) {
    return isThread(e) && lane.threads !== undefined ?
        lane.threads.shown.find((row) => row.thread === e.thread) : undefined;
}

// ---- Drawing them ----

// Returns what can be clicked on: { x0, x1, y, begin }.
function drawThreads(g, page) {
    const boxes = [];
    for (const lane of page.view.lanes) {
        if (lane.script)
            continue;
        lane.threads = layThreads(page, lane);
        for (const row of lane.threads.shown)
            for (const what of ['waits', 'locks', 'turn'])
                drawRow(g, page, row, what, boxes);
    }
    return boxes;
}

function drawRow(g, page, row, what, boxes) {
    const { run, view } = page;
    const stretches = row.seen.filter((s) => s.what === what);
    let last = -Infinity;
    for (const { stretch, x0, x1 } of inView(run, view, stretches)) {
        boxes.push({ x0, x1, y: row.y, begin: stretch.begin, what });
        // Of those on one pixel one is enough.
        if (x1 <= last)
            continue;
        last = Math.max(x1, x0 + 1);
        if (what === 'turn')
            drawTurn(g, x0, x1, row.y);
        else if (what === 'locks')
            drawHold(g, x0, x1, row.y);
        else
            drawWait(g, run, stretch.begin, x0, x1, row.y);
    }
}

function drawTurn(g, x0, x1, y) {
    g.fillStyle = colours.text;
    g.fillRect(x0, y - 3, Math.max(1, x1 - x0), 5);
}

function drawHold(g, x0, x1, y) {
    g.fillStyle = colours.appends;
    g.fillRect(x0, y + 3, Math.max(1, x1 - x0), 2);
}

// Who waits for a lock stands out; who only sleeps does not.
function drawWait(g, run, i, x0, x1, y) {
    const e = run.events[i];
    const forLock = e.holder !== undefined;
    const width = Math.max(1, x1 - x0);
    g.save();
    g.beginPath();
    g.rect(x0, y - 4, width, 7);
    g.clip();
    g.strokeStyle = forLock ? colours.lost : colours.hatch;
    g.lineWidth = forLock ? 1.5 : 1;
    g.beginPath();
    for (let at = Math.floor(x0 / 5) * 5 - 7; at < x0 + width; at += 5) {
        g.moveTo(at, y + 3);
        g.lineTo(at + 7, y - 4);
    }
    g.stroke();
    g.restore();
    if (forLock) {
        g.fillStyle = colours.lost;
        g.fillRect(x0, y - 4, width, 1);
        g.fillRect(x0, y + 2, width, 1);
    }
    if (width > 60)
        drawWaitWords(g, waitWords(run, e), x0 + 4, y, width - 8);
}

function drawWaitWords(g, words, x, y, room) {
    g.font = '9px sans-serif';
    const text = shorten(g, words, room);
    g.fillStyle = colours.lane;
    g.fillRect(x - 2, y - 3, g.measureText(text).width + 4, 5);
    g.fillStyle = colours.text;
    g.fillText(text, x, y + 2.5);
}

function waitWords(run, e) {
    const on = e.on === undefined ? textOf(e) : e.on;
    return on + (e.holder === undefined ? '' :
        say('thread_held', { holder: holderName(run, e) }));
}

// The names stand on the left, beside that of the server.
function drawThreadNames(g, view) {
    for (const lane of view.lanes) {
        if (lane.threads === undefined)
            continue;
        g.font = '9px sans-serif';
        g.fillStyle = colours.faint;
        for (const row of lane.threads.shown)
            g.fillText(shorten(g, row.name, LEFT - 8), 6, row.y + 3);
        if (lane.threads.more > 0)
            g.fillText('+' + lane.threads.more, 40, lane.middle + 4);
    }
}

// The event at this point: a turn or a lock before the wait that it ends.
function threadEventAt(boxes, x, y) {
    const near = boxes.filter((b) => Math.abs(b.y - y) < THREAD_ROW / 2 &&
        x >= b.x0 - 3 && x <= b.x1 + 3);
    near.sort((a, b) => (a.x1 - a.x0) - (b.x1 - b.x0));
    return near.length > 0 ? near[0].begin : -1;
}

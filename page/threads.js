// Threads as sub-lanes, for a record that tells their turns: which runs, and
// who waits for which lock, held by whom.

// Of each server the threads that are told of, each with its stretches.
function findThreads(run) {
    const threads = new Map();
    // Without turns there are only the waits of a failure's last moment.
    if (!run.events.some((e) => e.event === 'turn'))
        return threads;
    run.events.forEach((e, i) => {
        if (kindOf(e) !== 'threads' || e.thread === undefined)
            return;
        const server = e.server === undefined ? -1 : e.server;
        if (!threads.has(server))
            threads.set(server, new Map());
        const of = threads.get(server);
        if (!of.has(e.thread))
            of.set(e.thread, []);
        of.get(e.thread).push(i);
    });
    for (const of of threads.values())
        for (const [thread, places] of of)
            of.set(thread, findStretches(run, places));
    return threads;
}

// A stretch lasts until the thread's next event; a turn no longer than until
// another thread's, because one runs at a time.
function findStretches(run, places) {
    return places.map((i, k) => {
        const e = run.events[i];
        const next = k + 1 < places.length ? places[k + 1] : run.events.length - 1;
        const end = e.event === 'turn' ? Math.min(next, nextTurn(run, i)) : next;
        return { what: e.event, begin: i, end };
    });
}

function nextTurn(run, i) {
    for (let k = i + 1; k < run.events.length; k++)
        if (run.events[k].event === 'turn')
            return k;
    return run.events.length - 1;
}

// Sub-lanes take the lower part of a lane.
function threadY(lane, k, count) {
    return lane.top + lane.height * (0.55 + 0.42 * (k + 0.5) / count);
}

function drawThreads(g, run, view) {
    for (const lane of view.lanes) {
        const threads = [...(run.threads.get(lane.server) || new Map())];
        threads.forEach(([thread, stretches], k) => {
            const y = threadY(lane, k, threads.length);
            g.font = '9px sans-serif';
            g.fillStyle = colours.faint;
            g.fillText(String(thread), LEFT + 2, y + 3);
            for (const seen of inView(run, view, stretches))
                drawStretch(g, run, seen, y);
        });
    }
}

// A turn is a bar; a wait a dashed line, with what it waits for.
function drawStretch(g, run, { stretch, x0, x1 }, y) {
    const e = run.events[stretch.begin];
    g.fillStyle = g.strokeStyle = e.event === 'waits' ? colours.lost : colours.text;
    if (e.event === 'turn')
        g.fillRect(x0, y - 2, Math.max(1, x1 - x0), 4);
    else
        g.fillRect(x0, y - 4, 1, 8);
    if (e.event !== 'waits')
        return;
    g.setLineDash([3, 3]);
    g.lineWidth = 2;
    g.beginPath();
    g.moveTo(x0, y);
    g.lineTo(x1, y);
    g.stroke();
    g.setLineDash([]);
    if (x1 - x0 > 40)
        g.fillText(shorten(g, describe(run, stretch.begin), x1 - x0 - 6), x0 + 4, y - 3);
}

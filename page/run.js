// What happened in a run, made of a record once. Events are known by their
// place in run.events, a number from 0; links and causes name them by their n.

// What stands in these arrays at i belongs to event i.
function makeRun(record) {
    const run = {
        header: record.header,
        events: record.events,
        lines: record.lines,
        bad: record.bad,
        dropped: record.dropped,
        damaged: record.damaged,
        placeOf: new Map(),  // From n.
        times: [],           // As ms, but never going back.
        servers: 0,
        played: new Set(record.header.played || []),
        messageOf: [],       // The message that it sends, loses or delivers.
        network: new Uint8Array(record.events.length),
        quiet: new Uint8Array(record.events.length),
        changed: new Uint8Array(record.events.length),
    };
    numberEvents(run);
    run.start = run.times.length > 0 ? run.times[0] : 0;
    run.end = run.times.length > 0 ? run.times[run.times.length - 1] : 1;
    run.messages = findMessages(run);
    run.acts = findActs(run);
    run.rules = run.events.map((e, i) => i)
        .filter((i) => run.events[i].event === 'rule_broken');
    run.verdict = run.events.findLastIndex((e) => e.event === 'verdict');
    run.hasScript = run.events.some((e) => isScript(e));
    // fig2's server is never connected, and not cut off either.
    run.connects = run.events.some((e) => e.event === 'connected');
    run.threads = findThreads(run);
    run.states = learnStates(run);
    findQuiet(run);
    return run;
}

function isScript(e) {
    return e.event === 'asked' || e.event === 'answered';
}

function numberEvents(run) {
    let latest = -Infinity;
    run.servers = Math.min(MOST_SERVERS, Number(run.header.servers) || 1);
    run.events.forEach((e, i) => {
        run.placeOf.set(e.n, i);
        run.network[i] = isNetwork(e) ? 1 : 0;
        latest = Math.max(latest, e.ms);
        run.times.push(latest);
        if (e.server >= run.servers)
            run.servers = e.server + 1;
        if (e.peer >= run.servers)
            run.servers = e.peer + 1;
    });
}

// The place of the event of this number, or -1.
function placeOf(run, n) {
    const place = run.placeOf.get(n);
    return place === undefined ? -1 : place;
}

// The first place whose time is not before ms.
function firstAt(run, ms) {
    let low = 0, high = run.times.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (run.times[middle] < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The test's acts, the outer before the inner; end is -1 if one never ended.
function findActs(run) {
    const acts = [], open = [];
    run.events.forEach((e, i) => {
        if (e.event === 'act_begins') {
            const act = { begin: i, end: -1, depth: open.length,
                text: e.text || e.act || '' };
            acts.push(act);
            open.push(act);
        } else if (e.event === 'act_ends' && open.length > 0) {
            open.pop().end = i;
        }
    });
    return acts;
}

// The act in which event i happened: the innermost one. Or null.
function actAt(run, i) {
    let found = null;
    for (const act of run.acts)
        if (act.begin <= i && (act.end === -1 || act.end >= i))
            found = act;
    return found;
}

const KINDS = ['votes', 'appends', 'snapshots', 'other', 'saves', 'applies',
    'takes', 'faults', 'acts', 'log', 'threads'];

const KIND_OF = {
    saved: 'saves', applied: 'applies', applied_snapshot: 'applies',
    snapshot_made: 'takes', crashed: 'faults', started: 'faults',
    cut_off: 'faults', connected: 'faults', paused: 'faults',
    resumed: 'faults', link: 'faults', clock: 'faults', network: 'faults',
    log: 'log', printed: 'log',
    turn: 'threads', waits: 'threads', locks: 'threads', unlocks: 'threads',
};

const METHOD_KIND = {
    RequestVote: 'votes', AppendEntries: 'appends',
    InstallSnapshot: 'snapshots',
};

// The kind by which events are filtered.
function kindOf(e) {
    if (isNetwork(e))
        return METHOD_KIND[methodOf(e)] || 'other';
    return KIND_OF[e.event] || 'acts';
}

// Without the name of the service: AppendEntries for Raft.AppendEntries.
function methodOf(e) {
    const method = String(e.method);
    return method.slice(method.indexOf('.') + 1);
}

function isNetwork(e) {
    return e.event.startsWith('request_') || e.event.startsWith('reply_');
}

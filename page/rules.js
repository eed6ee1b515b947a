// Broken rules: which events contradict each other.

// The places of the events of which a broken rule speaks, the earlier first.
// Where the record does not name them, its text does, by time and server; and
// the rule is told by the thread on which it was broken, right after the event
// that broke it.
function rulePlaces(run, e) {
    if (Array.isArray(e.events))
        return e.events.map((n) => placeOf(run, n)).filter((p) => p !== -1);
    const rule = placeOf(run, e.n);
    const places = namedPlaces(run, textOf(e), rule);
    const broke = breakingPlace(run, e, rule);
    if (broke !== -1 && !places.some((p) => isSameMoment(run, p, broke)))
        places.push(broke);
    return places.sort((a, b) => a - b);
}

// What the text calls "at 000526.025 server 0".
function namedPlaces(run, text, before) {
    const places = [];
    const named = /at (\d+\.\d{3}),? server (\d+) ([^;.]*)/g;
    for (const [, ms, server, deed] of text.matchAll(named)) {
        const place = momentPlace(run, Number(ms), Number(server), before, deed);
        if (place !== -1 && !places.includes(place))
            places.push(place);
    }
    return places;
}

// What a server is said to have done, and the event that this is.
const DEEDS = [[/^(has )?appl/, /^applied/], [/^saves/, /^saved$/],
    [/^(sends|asks|floods)/, /^request_sent$/],
    [/^(grants|answers|refuse)/, /^reply_sent$/], [/lead/, /^leads$/]];

// The event of a server at a time that is told in microseconds, or -1. If there
// are several, it is that of the deed.
function momentPlace(run, ms, server, before, deed) {
    const kind = (DEEDS.find(([words]) => words.test(deed)) || [])[1];
    let first = -1;
    for (let i = firstAt(run, ms - 0.001); i < before; i++) {
        const e = run.events[i];
        if (run.times[i] > ms + 0.001)
            break;
        if (e.server !== server || e.event === 'log' ||
            Math.abs(e.ms - ms) > 0.0005001)
            continue;
        if ((kind === undefined || kind.test(e.event)) && isOfIndex(e, deed))
            return i;
        first = first === -1 ? i : first;
    }
    return first;
}

// Is it about the index that the deed names, if it names one?
function isOfIndex(e, deed) {
    const [, index] = deed.match(/index (\d+)/) || [];
    return index === undefined || e.index === undefined || e.index === Number(index);
}

function breakingPlace(run, e, rule) {
    for (let i = rule - 1; i >= 0 && i > rule - FARTHEST; i--) {
        const other = run.events[i];
        if (other.thread === e.thread && other.event !== 'log')
            return other.server === undefined ? -1 : i;
    }
    return -1;
}

function isSameMoment(run, a, b) {
    return a === b || (run.events[a].server === run.events[b].server &&
        Math.abs(run.events[a].ms - run.events[b].ms) < 0.002);
}

// Without the rule's name, which stands beside it.
function ruleText(e) {
    const text = textOf(e), start = e.rule + ' is broken: ';
    return text.startsWith(start) ? text.slice(start.length) : text;
}

// A broken rule that names no server stands on the lane of who broke it.
function serverOf(run, i) {
    const e = run.events[i];
    if (e.server !== undefined || e.event !== 'rule_broken')
        return e.server;
    const last = rulePlaces(run, e).pop();
    return last === undefined ? undefined : run.events[last].server;
}

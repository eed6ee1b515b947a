// Which events are wanted: by server, kind, term and index; and the search.

function makeFilter() {
    return { hiddenServers: new Set(), hiddenKinds: new Set(['threads']),
        term: null, index: null, heartbeats: false };
}

// Is event i wanted? What holds for the test as a whole always is, as far as
// its kind is.
function isWanted(run, filter, i) {
    const e = run.events[i];
    if (run.quiet[i] && !filter.heartbeats)
        return false;
    if (filter.hiddenKinds.has(kindOf(e)))
        return false;
    if (filter.hiddenServers.has(e.server) || filter.hiddenServers.has(e.peer))
        return false;
    if (filter.term !== null && !termsOf(run, i).includes(filter.term))
        return false;
    return filter.index === null || hasIndex(run, i, filter.index);
}

// The terms of which event i speaks.
function termsOf(run, i) {
    const e = run.events[i];
    const args = isNetwork(e) ? argsOf(run, i) : null;
    const reply = isNetwork(e) ? replyOf(run, i) : null;
    return [e.term, args && args.term, reply && reply.term];
}

// Does event i speak of this place of the log?
function hasIndex(run, i, index) {
    const e = run.events[i];
    if (e.index === index || (e.snapshot && e.snapshot.index === index))
        return true;
    if (index >= e.dropped_from || holds(e.appended, index))
        return true;
    const args = isNetwork(e) ? argsOf(run, i) : null;
    if (!args)
        return false;
    return args.prev_log_index === index || args.last_log_index === index ||
        args.last_included_index === index || holds(args.entries, index);
}

function holds(entries, index) {
    return Array.isArray(entries) && entries.length > 0 &&
        entries[0].index <= index && index <= entries[entries.length - 1].index;
}

// The events that are wanted, as a list of places.
function wantedEvents(run, filter) {
    const wanted = [];
    for (let i = 0; i < run.events.length; i++)
        if (isWanted(run, filter, i))
            wanted.push(i);
    return wanted;
}

// Those of the list whose sentence or line in the record holds the text, in
// small letters or capitals.
function searchEvents(run, places, text) {
    const small = text.toLowerCase();
    if (small === '')
        return [];
    return places.filter((i) => run.lines[i].toLowerCase().includes(small) ||
        describe(run, i).toLowerCase().includes(small));
}

// The place in a sorted list of the first value that is not less than i.
function firstNotLess(list, i) {
    let low = 0, high = list.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (list[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The messages of a run: requests and replies, each from its departure to its
// arrival or its loss.
//
// A message: request (else a reply), method, from, to, sent, got, lost (places
// of events, -1 if there is none), doubled (it is the second of two), told (the
// place of the event that says what is in it: that of the first of two), of (the
// message that it answers, or null), reply (its first answer, or null), leaves
// and ends (milliseconds), and quiet (see quiet.js). They are sorted by sent.

function findMessages(run) {
    const messages = [], bySent = new Map();
    const add = (message, i) => {
        run.messageOf[i] = message;
        bySent.set(i, message);
        messages.push(message);
    };
    run.events.forEach((e, i) => {
        if (!isNetwork(e))
            return;
        const cause = placeOf(run, e.cause);
        const before = bySent.get(cause);
        if (e.event.endsWith('_sent'))
            add(departure(run, e, i, run.messageOf[cause]), i);
        else if (before && e.event.endsWith('_doubled'))
            add({ ...before, sent: i, got: -1, lost: -1, doubled: true, reply: null }, i);
        else if (before)
            arrive(run, messages, before, e, i);
    });
    for (const message of messages)
        timeMessage(run, message);
    messages.sort((a, b) => a.sent - b.sent);
    run.longest = messages.reduce((most, m) => Math.max(most, m.ends - m.leaves), 0);
    return messages;
}

// When it leaves, and when it arrives or is lost; of one under way, the end.
function timeMessage(run, message) {
    const end = Math.max(message.got, message.lost);
    message.leaves = run.events[message.sent].ms;
    message.ends = end === -1 ? run.end : run.events[end].ms;
}

// The first of the messages that may be in view at t0, by its place among them.
function firstMessageAt(run, t0) {
    const event = firstAt(run, t0 - run.longest);
    let low = 0, high = run.messages.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (run.messages[middle].sent < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

function departure(run, e, i, answered) {
    const message = { request: e.event === 'request_sent', method: methodOf(e),
        from: e.server, to: e.peer, sent: i, told: i, got: -1, lost: -1, doubled: false,
        of: null, reply: null };
    if (!message.request && answered) {
        message.of = answered;
        answered.reply = answered.reply || message;
    }
    return message;
}

// One that arrives a second time, though nothing said that it was doubled, is
// a message of its own.
function arrive(run, messages, message, e, i) {
    const end = e.event.endsWith('_lost') ? 'lost' : 'got';
    if (message.got !== -1 || message.lost !== -1) {
        message = { ...message, got: -1, lost: -1, doubled: true, reply: null };
        messages.push(message);
    }
    message[end] = i;
    run.messageOf[i] = message;
}

// The arguments, and the reply, wherever in the exchange they stand; or null.
function argsOf(run, i) {
    const e = run.events[i], message = run.messageOf[i];
    if (e.args || !message)
        return e.args || null;
    const request = message.request ? message : message.of;
    return (request && run.events[request.told].args) || null;
}

function replyOf(run, i) {
    const e = run.events[i], message = run.messageOf[i];
    if (e.reply || !message || message.request)
        return e.reply || null;
    return run.events[message.told].reply || null;
}

// How many entries an AppendEntries carries.
function entryCount(args) {
    if (Number.isInteger(args.n_entries))
        return args.n_entries;
    return Array.isArray(args.entries) ? args.entries.length : 0;
}

// Of event i: the events of its request, its handling and its reply, in order.
function exchangeOf(run, i) {
    const message = run.messageOf[i];
    if (!message)
        return [];
    const request = message.request ? message : message.of;
    const reply = message.request ? message.reply : message;
    const places = [];
    for (const part of [request, reply])
        if (part)
            places.push(part.sent, part.got, part.lost);
    return [...new Set(places)].filter((p) => p !== -1).sort((a, b) => a - b);
}

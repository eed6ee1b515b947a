// Heartbeats that changed nothing: an empty AppendEntries in whose exchange no
// server's state became another, as far as it is known. They are folded until
// somebody wants them. So are those answers of a leader that say once more that it
// leads: the test asks over and over.

function findQuiet(run) {
    run.events.forEach((e, i) => {
        run.quiet[i] = isRepeated(run, e, i) ? 1 : 0;
    });
    for (const message of run.messages)
        if (message.request && isQuiet(run, message))
            setQuiet(run, message);
    run.quietCount = run.messages
        .filter((m) => m.request && m.quiet && !m.doubled).length;
}

function isRepeated(run, e, i) {
    return e.event === 'leads' && !run.changed[i];
}

function isQuiet(run, message) {
    const args = run.events[message.told].args;
    if (message.method !== 'AppendEntries' || !args || entryCount(args) > 0)
        return false;
    for (const i of exchangeOf(run, message.sent))
        if (run.changed[i])
            return false;
    const reply = message.reply;
    if (reply && !isDull(run, message, reply))
        return false;
    return isLossExpected(run, message) && (!reply || isLossExpected(run, reply));
}

// A success, and its handler changed nothing.
function isDull(run, message, reply) {
    const said = run.events[reply.told].reply;
    for (let i = message.got + 1; i < reply.sent; i++)
        if (run.changed[i] && run.events[i].server === message.to)
            return false;
    return said !== undefined && said.success === true;
}

// To lose what goes to, or comes from, a server that is down or cut off is no
// news. Any other loss is.
function isLossExpected(run, message) {
    if (message.lost === -1)
        return true;
    const { why } = run.events[message.lost];
    if (why !== undefined)
        return why !== 'dropped';
    return [message.from, message.to].some((server) => {
        const state = run.states[server];
        const up = state.up.at(message.lost), cut = state.cut.at(message.lost);
        return (up && up.value !== 'running') || (cut && cut.value);
    });
}

function setQuiet(run, message) {
    for (const part of [message, message.reply])
        if (part) {
            part.quiet = true;
            for (const i of [part.sent, part.got, part.lost])
                if (i !== -1)
                    run.quiet[i] = 1;
        }
}

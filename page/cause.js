// Why an event happened, and what came of it.

// The event that led to event i: { i, how }, or null. The record knows a
// message's departure. For the rest it is inferred, and that is said: the test's
// act in which a fault happened, or the event before it on the same thread or
// server.
function causeOf(run, i) {
    const e = run.events[i];
    const known = placeOf(run, e.cause);
    if (known !== -1 && known < i)
        return { i: known, how: 'cause' };
    if (e.event === 'rule_broken')
        return causeOfRule(run, e);
    if (e.event === 'waits' || e.event === 'unlocks')
        return causeOfLock(run, i);
    if (e.server === undefined || isFault(e))
        return causeInTest(run, i);
    const before = eventBefore(run, i);
    return before === -1 ? null : { i: before, how: 'cause_before' };
}

// Who waits for a lock, or lets go of one: where its holder took it.
function causeOfLock(run, i) {
    const e = run.events[i];
    const holder = e.event === 'waits' ? e.holder : e.thread;
    for (let k = i - 1; k >= 0; k--) {
        const other = run.events[k];
        if (other.event === 'locks' && other.thread === holder && other.on === e.on)
            return { i: k, how: 'cause_held' };
    }
    return null;
}

function isFault(e) {
    return kindOf(e) === 'faults';
}

// What a rule contradicts is told by its numbers; the later of the two.
function causeOfRule(run, e) {
    const places = rulePlaces(run, e);
    return places.length > 0 ? { i: Math.max(...places), how: 'cause' } : null;
}


// It is the test that crashes, cuts off and fails.
function causeInTest(run, i) {
    const act = actAt(run, i);
    return act && act.begin < i ? { i: act.begin, how: 'cause_act' } : null;
}

const FARTHEST = 2000;

// The event before it on its thread, else on its server, in the same life. A line of
// a log does not tell its life.
function eventBefore(run, i) {
    const e = run.events[i];
    let onServer = -1, { life } = e;
    for (let k = i - 1; k >= 0 && k > i - FARTHEST; k--) {
        const other = run.events[k];
        if (other.server !== e.server || kindOf(other) === 'threads')
            continue;
        if (life === undefined)
            life = other.life;
        if (other.life !== undefined && other.life !== life)
            break;
        if (other.thread === e.thread)
            return k;
        onServer = onServer === -1 ? k : onServer;
    }
    return onServer;
}

// The events that event i led to, as far as the record knows it.
function effectsOf(run, i) {
    if (!run.effects)
        run.effects = findEffects(run);
    return run.effects.get(i) || [];
}

function findEffects(run) {
    const effects = new Map();
    run.events.forEach((e, i) => {
        const cause = placeOf(run, e.cause);
        const causes = e.event === 'rule_broken' ? rulePlaces(run, e) : [cause];
        for (const place of causes)
            if (place !== -1)
                effects.set(place, (effects.get(place) || []).concat(i));
    });
    return effects;
}

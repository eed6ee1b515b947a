// What is known of each server after each event. What a server saved, said or
// applied is sure. What follows from its messages by Raft's rules is inferred,
// and marked so: it would be wrong of a Raft that breaks them.

const VALUES = ['up', 'cut', 'term', 'role', 'vote', 'log', 'commit',
    'applied', 'snapshot', 'heard'];

function learnStates(run) {
    const states = [];
    for (let s = 0; s < run.servers; s++) {
        const state = { server: s, next: [], match: [], bands: [], spans: [] };
        for (const value of VALUES)
            state[value] = new Told();
        for (let p = 0; p < run.servers; p++) {
            state.next.push(new Told());
            state.match.push(new Told());
        }
        states.push(state);
    }
    run.wakes = new Map();  // Whose pause ends, by the place of an event.
    run.events.forEach((e, i) => {
        for (const state of run.wakes.get(i) || [])
            wake(run, state, i);
        // What a script plays has no state.
        if (e.server !== undefined && LEARN[e.event] && !run.played.has(e.server))
            LEARN[e.event](run, states[e.server], e, i);
    });
    for (const state of states)
        closeAll(run, state);
    return states;
}

function note(run, told, i, value, sure) {
    if (value !== undefined && told.set(i, value, sure))
        run.changed[i] = 1;
}

// ---- Bands: term and role; spans: down, paused, cut off ----

function band(run, state, i) {
    const open = state.bands[state.bands.length - 1];
    if (open && open.end === -1)
        open.end = i;
    if (state.up.last === 'running' || state.up.last === 'paused')
        state.bands.push({ begin: i, end: -1, term: state.term.last || 0,
            role: state.role.last, server: state.server });
}

function openSpan(state, what, i) {
    state.spans.push({ what, begin: i, end: -1, server: state.server });
}

function closeSpan(state, what, i) {
    for (const span of state.spans)
        if (span.end === -1 && (what === null || span.what === what))
            span.end = i;
}

function closeAll(run, state) {
    const end = run.events.length - 1;
    closeSpan(state, null, end);
    for (const b of state.bands)
        if (b.end === -1)
            b.end = end;
}

// ---- Terms and roles ----

function learnRole(run, state, i, role, sure) {
    const before = state.role.last;
    note(run, state.role, i, role, sure);
    if (before !== role)
        band(run, state, i);
}

// A new term makes a follower, unless more is known.
function learnTerm(run, state, i, term, sure, role) {
    const before = state.term.last;
    if (!Number.isInteger(term) || (!sure && term < before))
        return;
    note(run, state.term, i, term, sure);
    if (term !== before) {
        note(run, state.role, i, role || 'follower', false);
        band(run, state, i);
    }
}

// It asks for votes, or appends, as only this role does. A message of an
// earlier term may leave late.
function learnActing(run, state, i, term, role) {
    if (!Number.isInteger(term) || term < state.term.last)
        return;
    learnTerm(run, state, i, term, false, role);
    const was = state.role.last;
    learnRole(run, state, i, role, false);
    if (role === 'leader' && was !== 'leader')
        forgetFollowers(run, state, i);
}

// A new leader knows nothing of its followers (Figure 2, state on leaders).
function forgetFollowers(run, state, i) {
    const version = state.log.last;
    for (let p = 0; p < run.servers; p++) {
        state.match[p].set(i, 0, false);
        if (version)
            state.next[p].set(i, version.last + 1, false);
    }
}

// ---- What each event tells ----

const LEARN = {
    started(run, state, e, i) {
        note(run, state.up, i, 'running', true);
        closeSpan(state, 'crashed', i);
        closeSpan(state, 'paused', i);
        if (run.connects)
            LEARN.cut_off(run, state, e, i);  // Until it is connected.
        note(run, state.role, i, 'follower', false);
        if (state.term.last === undefined)
            note(run, state.term, i, 0, false);
        const snapshot = state.snapshot.last;
        note(run, state.commit, i, snapshot ? snapshot.index : 0, false);
        note(run, state.applied, i, snapshot ? snapshot.index : 0, false);
        band(run, state, i);
    },

    crashed(run, state, e, i) {
        note(run, state.up, i, 'crashed', true);
        closeSpan(state, 'paused', i);
        openSpan(state, 'crashed', i);
        state.role.set(i, null, true);
        band(run, state, i);
    },

    paused(run, state, e, i) {
        note(run, state.up, i, 'paused', true);
        openSpan(state, 'paused', i);
        if (Number.isFinite(e.for_ms))
            wakeAt(run, state, firstAt(run, e.ms + e.for_ms));
    },

    resumed(run, state, e, i) {
        wake(run, state, i);
    },

    cut_off(run, state, e, i) {
        if (state.cut.last === true)
            return;
        note(run, state.cut, i, true, true);
        openSpan(state, 'cut', i);
    },

    connected(run, state, e, i) {
        note(run, state.cut, i, false, true);
        closeSpan(state, 'cut', i);
    },

    leads(run, state, e, i) {
        const was = state.role.last;
        learnTerm(run, state, i, e.term, true, 'leader');
        learnRole(run, state, i, 'leader', true);
        if (was !== 'leader')
            forgetFollowers(run, state, i);
    },

    saved(run, state, e, i) {
        if (e.unreadable)
            return;
        const stands = e.voted_for === state.server && e.term !== state.term.last;
        learnTerm(run, state, i, e.term, true, stands ? 'candidate' : undefined);
        note(run, state.vote, i, e.voted_for, true);
        if (e.snapshot)
            note(run, state.snapshot, i,
                { index: e.snapshot.index, term: e.snapshot.term }, true);
        learnLog(run, state, e, i);
    },

    offered(run, state, e, i) {
        learnActing(run, state, i, e.term, 'leader');
        run.changed[i] = 1;
    },

    applied(run, state, e, i) {
        note(run, state.applied, i, e.index, true);
        if (!(state.commit.last >= e.index))
            note(run, state.commit, i, e.index, false);
    },

    applied_snapshot(run, state, e, i) {
        LEARN.applied(run, state, e, i);
    },

    request_sent(run, state, e, i) {
        const args = e.args;
        if (!args)
            return;
        if (methodOf(e) === 'RequestVote')
            learnActing(run, state, i, args.term, 'candidate');
        if (methodOf(e) === 'AppendEntries' || methodOf(e) === 'InstallSnapshot')
            learnLeading(run, state, e, i, args);
    },

    request_arrived(run, state, e, i) {
        state.heard.set(i, i, true);
    },

    reply_sent(run, state, e, i) {
        const reply = replyOf(run, i), args = argsOf(run, i);
        if (!reply)
            return;
        learnTerm(run, state, i, reply.term, false);
        if (!args)
            return;
        if (reply.vote_granted)
            note(run, state.vote, i, args.candidate_id, false);
        if (reply.success && args.term === reply.term)
            learnAppended(run, state, i, args);
    },

    reply_arrived(run, state, e, i) {
        state.heard.set(i, i, true);
        const reply = replyOf(run, i), args = argsOf(run, i);
        if (!reply)
            return;
        if (reply.term > state.term.last)
            learnTerm(run, state, i, reply.term, false);
        if (args && args.term === state.term.last && args.term === reply.term)
            learnMatch(run, state, e, i, args, reply);
    },
};

function wakeAt(run, state, place) {
    run.wakes.set(place, (run.wakes.get(place) || []).concat(state));
}

function wake(run, state, i) {
    if (state.up.last !== 'paused')
        return;
    note(run, state.up, i, 'running', true);
    closeSpan(state, 'paused', i);
}

function learnLog(run, state, e, i) {
    const before = state.log.last || null;
    const version = logVersion(before, e, i);
    const same = before !== null && version.appended.length === 0 &&
        version.base === before.base && version.last === before.last;
    if (same)
        return;
    version.version = i;
    note(run, state.log, i, version, true);
}

// A leader says with each request what it believes of the follower.
function learnLeading(run, state, e, i, args) {
    learnActing(run, state, i, args.term, 'leader');
    if (args.term !== state.term.last)
        return;
    if (Number.isInteger(args.prev_log_index))
        note(run, state.next[e.peer], i, args.prev_log_index + 1, true);
    // What is applied is committed (Figure 2), even if the request says less.
    const said = args.leader_commit, applied = state.applied.last || 0;
    if (Number.isInteger(said))
        note(run, state.commit, i, Math.max(said, applied), said >= applied);
}

// AppendEntries, receiver 5 (Figure 2).
function learnAppended(run, state, i, args) {
    if (state.role.last !== 'follower')
        learnRole(run, state, i, 'follower', false);
    const newest = args.prev_log_index + entryCount(args);
    const commit = Math.min(args.leader_commit, newest);
    if (commit > (state.commit.last || 0))
        note(run, state.commit, i, commit, false);
}

function learnMatch(run, state, e, i, args, reply) {
    let match;
    if (methodOf(e) === 'AppendEntries' && reply.success)
        match = args.prev_log_index + entryCount(args);
    if (methodOf(e) === 'InstallSnapshot')
        match = args.last_included_index;
    if (!(match > (state.match[e.peer].last || 0)))
        return;
    note(run, state.match[e.peer], i, match, false);
    if (!(state.next[e.peer].last > match))
        note(run, state.next[e.peer], i, match + 1, false);
}

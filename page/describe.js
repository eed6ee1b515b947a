// An event as a sentence, in the language that is spoken.

const SENTENCE = { crashed: 'crash', cut_off: 'cuts', paused: 'pauses',
    log: 'logged', turn: 'thread_turn', waits: 'thread_waits',
    locks: 'thread_locks', unlocks: 'thread_unlocks' };

const SENTENCES = new Set(['test_begins', 'act_begins', 'act_ends', 'started',
    'connected', 'resumed', 'offered', 'offer_refused', 'agreed', 'leads',
    'request_sent', 'request_lost', 'request_doubled', 'request_arrived',
    'reply_sent', 'reply_lost', 'reply_doubled', 'reply_arrived', 'saved',
    'applied', 'applied_snapshot', 'snapshot_made', 'printed', 'asked',
    'answered', 'left_out', 'rule_broken', 'verdict', 'network', 'link', 'clock']);

function describe(run, i) {
    const e = run.events[i];
    const words = { ...e, server: serverName(e.server), peer: serverName(e.peer),
        kind: e.event, command: commandText(e.command), text: textOf(e) };
    let key = SENTENCE[e.event] || (SENTENCES.has(e.event) ? e.event : 'other');
    if (isNetwork(e))
        words.what = messageText(run, i);
    if (e.event === 'saved') {
        words.what = savedText(e);
        key = e.unreadable ? 'saved_unreadable' : key;
    }
    if (e.event.endsWith('_lost') && e.why !== undefined)
        words.what += ' (' + e.why + ')';
    if (e.event === 'link')
        words.how = say(e.cut ? 'link_cut' : 'link_whole');
    if (isThread(e))
        words.name = threadName(e);
    if (isThread(e) && e.server === undefined)
        key = 'thread_outside';
    if (e.event === 'waits')
        words.what = waitText(run, e);
    if (e.event === 'test_begins')
        words.network = e.network === undefined ? '' : say('network_is', e);
    if (e.event === 'rule_broken')
        words.text = ruleText(e);
    if (e.event === 'verdict' && textOf(e) === '')
        return say(e.result);
    if (e.event === 'verdict')
        words.result = say(e.result);
    if (e.event === 'act_begins' || e.event === 'act_ends')
        words.text = e.text || e.act || '';
    return say(key, words).trim();
}

// For what a thread waits, and who must act first.
function waitText(run, e) {
    const on = e.on === undefined ? '' : ' (' + e.on + ')';
    return (textOf(e) + on).trim() + (e.holder === undefined ? '' :
        say('thread_held', { holder: holderName(run, e) }));
}

function textOf(e) {
    return typeof e.text === 'string' ? e.text.trim() : '';
}

// A command is a number, text, or an object if it is neither or long.
function commandText(command) {
    if (command === undefined || command === null)
        return '';
    if (typeof command === 'object') {
        const more = command.bytes === undefined ? '' : '…';
        return command.hex === undefined ? '"' + command.text + '"' + more :
            '0x' + command.hex + more;
    }
    return typeof command === 'number' ? String(command) : '"' + command + '"';
}

function entryName(index, term) {
    return term === undefined ? String(index) : index + '@T' + term;
}

// Names by first and last: 5@T2 .. 9@T3.
function entriesText(entries, count) {
    if (!Array.isArray(entries) || entries.length === 0)
        return count > 0 ? String(count) : say('none');
    const name = (entry) => entryName(entry.index, entry.term);
    const first = entries[0], last = entries[entries.length - 1];
    if (entries.length === 1)
        return name(first) + ' ' + commandText(first.command);
    return name(first) + ' .. ' + name(last);
}

function savedText(e) {
    const parts = [say('saved_state', { term: e.term,
        vote: e.voted_for === -1 ? say('nobody') : serverName(e.voted_for) })];
    if (e.dropped_from !== undefined)
        parts.push(say('saved_dropped', { index: e.dropped_from }));
    if (e.appended && e.appended.length > 0)
        parts.push(say('saved_appended', { entries: entriesText(e.appended) }));
    if (e.snapshot)
        parts.push(say('saved_snapshot', e.snapshot));
    return parts.join('; ');
}

// ---- Messages ----

function messageText(run, i) {
    const e = run.events[i];
    const args = argsOf(run, i) || {};
    if (e.event.startsWith('request_'))
        return requestText(e, args);
    return replyText(e, replyOf(run, i) || {});
}

function requestText(e, args) {
    const prev = entryName(args.prev_log_index, args.prev_log_term);
    if (methodOf(e) === 'RequestVote')
        return say('m_vote', { term: args.term,
            last: entryName(args.last_log_index, args.last_log_term) });
    if (methodOf(e) === 'AppendEntries')
        return say(entryCount(args) > 0 ? 'm_append' : 'm_heartbeat', {
            term: args.term, prev, commit: args.leader_commit,
            entries: entriesText(args.entries, entryCount(args)) });
    if (methodOf(e) === 'InstallSnapshot')
        return say('m_install', { term: args.term,
            last: entryName(args.last_included_index, args.last_included_term) });
    return say('m_other', { method: e.method, bytes: e.bytes });
}

function replyText(e, reply) {
    if (methodOf(e) === 'RequestVote')
        return say(reply.vote_granted ? 'm_vote_yes' : 'm_vote_no', reply);
    if (methodOf(e) === 'AppendEntries') {
        // Zeros are no hint: the term was refused.
        const hint = !reply.conflict_index && !reply.conflict_term ? '' :
            say('m_hint', { index: reply.conflict_index, term: reply.conflict_term });
        return say(reply.success ? 'm_append_yes' : 'm_append_no',
            { term: reply.term, hint });
    }
    if (methodOf(e) === 'InstallSnapshot')
        return say('m_install_reply', reply);
    return say('m_other_reply', { method: e.method, bytes: e.bytes });
}

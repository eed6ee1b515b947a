// Makes records for testing the page: a small Raft with five servers on a bad
// network. They have every kind of event. The same arguments make the same record.
'use strict';

// Numbers from 0 to 1; a seed gives the same ones.
function makeRandom(seed) {
    let state = seed;
    return () => {
        state = (state * 1664525 + 1013904223) % 4294967296;
        return state / 4294967296;
    };
}

const SERVERS = 5;

class Cluster {
    constructor(seed, events) {
        this.random = makeRandom(seed);
        this.limit = events;
        this.now = 0;
        this.lines = [];
        this.n = 0;
        this.lives = 0;
        this.queue = [];
        this.order = 0;
        this.agreed = 0;
        this.peers = [];
        for (let i = 0; i < SERVERS; i++)
            this.peers.push({ id: i, up: false, cut: false, term: 0, vote: -1,
                log: [{ index: 0, term: 0, command: '' }], base: 0, baseTerm: 0,
                role: 'follower', commit: 0, applied: 0, next: [], match: [],
                votes: 0, timer: 0, life: 0, thread: i * 2 + 1 });
    }

    tell(event, peer, fields) {
        const line = { n: ++this.n, ms: Number(this.now.toFixed(6)), event };
        if (peer) {
            line.server = peer.id;
            line.life = peer.life;
            line.thread = peer.thread;
        }
        this.lines.push(Object.assign(line, fields));
        return this.n;
    }

    after(ms, what) {
        this.queue.push({ at: this.now + ms, order: this.order++, what });
    }

    // Runs until the record is full or nothing is left.
    run(until) {
        while (this.queue.length > 0 && this.n < this.limit) {
            let first = 0;
            for (let i = 1; i < this.queue.length; i++) {
                const a = this.queue[i], b = this.queue[first];
                if (a.at < b.at || (a.at === b.at && a.order < b.order))
                    first = i;
            }
            if (this.queue[first].at > until)
                break;
            const [step] = this.queue.splice(first, 1);
            this.now = step.at;
            step.what();
        }
        this.now = Math.max(this.now, until === Infinity ? 0 : until);
    }

    start(peer) {
        peer.life = ++this.lives;
        peer.up = true;
        peer.role = 'follower';
        peer.commit = peer.applied = peer.base;
        this.tell('started', peer);
        this.tell('connected', peer);
        this.save(peer, {});
        this.resetTimer(peer);
    }

    crash(peer) {
        this.tell('crashed', peer);
        peer.up = false;
    }

    last(peer) {
        return peer.log[peer.log.length - 1];
    }

    entry(peer, index) {
        return peer.log[index - peer.base];
    }

    save(peer, changed) {
        const last = this.last(peer);
        const line = { term: peer.term, voted_for: peer.vote,
            first: { index: peer.base, term: peer.baseTerm },
            last: { index: last.index, term: last.term } };
        if (peer.base > 0)
            line.snapshot = { index: peer.base, term: peer.baseTerm, bytes: 900 };
        this.tell('saved', peer, Object.assign(line, changed));
    }

    resetTimer(peer) {
        const life = peer.life, turn = ++peer.timer;
        this.after(300 + 300 * this.random(), () => {
            if (peer.up && peer.life === life && peer.timer === turn &&
                peer.role !== 'leader' && !peer.paused)
                this.stand(peer);
        });
    }

    stand(peer) {
        peer.term++;
        peer.vote = peer.id;
        peer.role = 'candidate';
        peer.votes = 1;
        this.save(peer, {});
        this.tell('log', peer, { topic: 'VOTE', file: 'mine/election.c', line: 42,
            text: `stands in term ${peer.term} <b>&amp; "hopes"</b></script>` });
        const last = this.last(peer);
        for (const other of this.peers)
            if (other !== peer)
                this.call(peer, other, 'RequestVote', { term: peer.term,
                    candidate_id: peer.id, last_log_index: last.index,
                    last_log_term: last.term });
        this.resetTimer(peer);
    }

    // Sends a request and its reply through the network.
    call(from, to, method, args, cause) {
        const common = { peer: to.id, method: 'Raft.' + method, args, bytes: 60 };
        if (cause)
            common.cause = cause;
        const sent = this.tell('request_sent', from, common);
        const life = from.life;
        if (this.isLost(from, to)) {
            this.after(this.delay(), () => this.tell('request_lost', from,
                { peer: to.id, method: 'Raft.' + method, cause: sent,
                    why: this.whyLost(from, to) }));
            return;
        }
        if (this.random() < 0.01) {
            const twice = this.tell('request_doubled', from,
                { peer: to.id, method: 'Raft.' + method, cause: sent });
            this.after(this.delay() + 20,
                () => this.arrive(from, to, method, args, twice, life));
        }
        this.after(this.delay(),
            () => this.arrive(from, to, method, args, sent, life));
    }

    delay() {
        return 1 + 20 * this.random() + (this.random() < 0.02 ? 200 : 0);
    }

    isLost(from, to) {
        return !to.up || to.cut || from.cut || this.random() < 0.03;
    }

    whyLost(from, to) {
        return !to.up || to.cut || from.cut ? 'cut off' : 'dropped';
    }

    arrive(from, to, method, args, sent, life) {
        if (!to.up || to.paused)
            return;
        const heard = this.tell('request_arrived', to,
            { peer: from.id, method: 'Raft.' + method, args, cause: sent });
        const reply = this['handle' + method](to, args);
        const common = { peer: from.id, method: 'Raft.' + method, bytes: 28 };
        const replied = this.tell('reply_sent', to,
            Object.assign({ cause: heard, reply }, common));
        if (this.isLost(to, from)) {
            this.after(this.delay(), () => this.tell('reply_lost', to,
                Object.assign({ cause: replied, why: this.whyLost(to, from) },
                    common)));
            return;
        }
        this.after(this.delay(), () => {
            if (!from.up || from.life !== life)
                return;
            common.peer = to.id;
            this.tell('reply_arrived', from,
                Object.assign({ cause: replied, reply }, common));
            this.take(from, to, method, args, reply);
        });
    }

    follow(peer, term) {
        if (term > peer.term) {
            peer.term = term;
            peer.vote = -1;
            peer.role = 'follower';
            this.save(peer, {});
        }
    }

    handleRequestVote(peer, args) {
        this.follow(peer, args.term);
        const last = this.last(peer);
        const current = args.last_log_term > last.term ||
            (args.last_log_term === last.term && args.last_log_index >= last.index);
        const granted = args.term === peer.term && current &&
            (peer.vote === -1 || peer.vote === args.candidate_id);
        if (granted) {
            peer.vote = args.candidate_id;
            this.save(peer, {});
            this.resetTimer(peer);
        }
        return { term: peer.term, vote_granted: granted };
    }

    handleAppendEntries(peer, args) {
        this.follow(peer, args.term);
        if (args.term < peer.term)
            return { term: peer.term, success: false, conflict_index: 0, conflict_term: 0 };
        peer.role = 'follower';
        this.resetTimer(peer);
        const last = this.last(peer);
        const before = this.entry(peer, args.prev_log_index);
        if (args.prev_log_index > last.index || !before ||
            before.term !== args.prev_log_term)
            return { term: peer.term, success: false,
                conflict_index: Math.min(last.index + 1, args.prev_log_index),
                conflict_term: before ? before.term : -1 };
        this.append(peer, args.entries);
        const newest = args.prev_log_index + args.entries.length;
        this.advance(peer, Math.min(args.leader_commit, newest));
        return { term: peer.term, success: true, conflict_index: 0, conflict_term: 0 };
    }

    append(peer, entries) {
        const changed = {};
        for (const entry of entries) {
            const mine = this.entry(peer, entry.index);
            if (mine && mine.term !== entry.term) {
                peer.log.length = entry.index - peer.base;
                changed.dropped_from = entry.index;
            }
            if (!this.entry(peer, entry.index)) {
                peer.log.push(entry);
                (changed.appended = changed.appended || []).push(entry);
            }
        }
        if (changed.appended)
            this.save(peer, changed);
    }

    handleInstallSnapshot(peer, args) {
        this.follow(peer, args.term);
        if (args.last_included_index > peer.commit) {
            peer.base = args.last_included_index;
            peer.baseTerm = args.last_included_term;
            peer.log = [{ index: peer.base, term: peer.baseTerm, command: '' }];
            peer.commit = peer.applied = peer.base;
            this.save(peer, { dropped_from: 1 });
            this.tell('applied_snapshot', peer,
                { index: peer.base, term: peer.baseTerm, bytes: 900 });
        }
        return { term: peer.term };
    }

    advance(peer, commit) {
        peer.commit = Math.max(peer.commit, Math.min(commit, this.last(peer).index));
        while (peer.applied < peer.commit) {
            const entry = this.entry(peer, ++peer.applied);
            this.tell('applied', peer, { index: entry.index, command: entry.command });
            if (entry.index % 20 === 0)
                this.compact(peer, entry);
        }
    }

    compact(peer, entry) {
        this.tell('snapshot_made', peer, { index: entry.index, bytes: 900 });
        peer.log = peer.log.slice(entry.index - peer.base);
        peer.base = entry.index;
        peer.baseTerm = entry.term;
        this.save(peer, {});
    }

    take(peer, other, method, args, reply) {
        if (reply.term > peer.term)
            return this.follow(peer, reply.term);
        if (args.term !== peer.term)
            return undefined;
        if (method === 'RequestVote')
            return this.count(peer, reply);
        if (peer.role !== 'leader')
            return undefined;
        if (method === 'InstallSnapshot')
            this.matched(peer, other, args.last_included_index);
        else if (reply.success)
            this.matched(peer, other, args.prev_log_index + args.entries.length);
        else
            peer.next[other.id] = Math.max(1, reply.conflict_index);
        return undefined;
    }

    count(peer, reply) {
        if (peer.role !== 'candidate' || !reply.vote_granted)
            return;
        if (++peer.votes <= SERVERS / 2)
            return;
        peer.role = 'leader';
        peer.next = this.peers.map(() => this.last(peer).index + 1);
        peer.match = this.peers.map(() => 0);
        this.tell('log', peer, { topic: 'LEAD', text: `leads term ${peer.term} 领导`,
            file: 'mine/election.c', line: 77 });
        this.tell('leads', peer, { term: peer.term });
        this.beat(peer, peer.term, peer.life);
    }

    matched(peer, other, index) {
        peer.match[other.id] = Math.max(peer.match[other.id], index);
        peer.next[other.id] = peer.match[other.id] + 1;
        const sorted = this.peers.map((p) =>
            p === peer ? this.last(peer).index : peer.match[p.id]);
        sorted.sort((a, b) => a - b);
        const index2 = sorted[2];
        const entry = this.entry(peer, index2);
        if (index2 > peer.commit && entry && entry.term === peer.term)
            this.advance(peer, index2);
    }

    beat(peer, term, life) {
        if (!peer.up || peer.life !== life || peer.role !== 'leader' ||
            peer.term !== term)
            return;
        if (!peer.paused)
            this.replicate(peer);
        this.after(100, () => this.beat(peer, term, life));
    }

    replicate(peer) {
        for (const other of this.peers) {
            if (other === peer)
                continue;
            const prev = peer.next[other.id] - 1;
            const before = this.entry(peer, prev);
            if (!before)
                this.call(peer, other, 'InstallSnapshot', { term: peer.term,
                    leader_id: peer.id, last_included_index: peer.base,
                    last_included_term: peer.baseTerm, bytes: 900 });
            else
                this.call(peer, other, 'AppendEntries', { term: peer.term,
                    leader_id: peer.id, prev_log_index: prev,
                    prev_log_term: before.term, leader_commit: peer.commit,
                    n_entries: this.last(peer).index - prev,
                    entries: peer.log.slice(prev - peer.base + 1) });
        }
    }

    // The service's client.
    offer(text) {
        const leader = this.peers.find((p) => p.up && !p.cut && p.role === 'leader');
        if (!leader) {
            const someone = this.peers.find((p) => p.up);
            this.tell('offer_refused', someone);
            return;
        }
        const index = this.last(leader).index + 1;
        leader.log.push({ index, term: leader.term, command: text });
        this.save(leader, { appended: [this.last(leader)] });
        this.tell('offered', leader, { index, term: leader.term, command: text });
        this.replicate(leader);
    }

    act(act, text, ms, during) {
        const begun = this.tell('act_begins', null, { act, text });
        during();
        this.run(this.now + ms);
        this.tell('act_ends', null, { act, text, cause: begun });
    }

    // One round of the test.
    round(k) {
        this.act('check_one_leader', 'expect one leader', 700, () => {});
        const victim = this.peers[k % SERVERS];
        this.act('one', `agree on "x${k}" by 3 servers within 10 s`, 250,
            () => this.offer(`x${k}`));
        this.tell('agreed', null, { index: ++this.agreed, servers: 3,
            command: `x${k}` });
        const fault = ['crash', 'cut_off', 'pause'][k % 3];
        this.act('wait', `go on while S${victim.id} is hindered`, 900, () => {
            this.hinder(victim, fault);
            for (let j = 0; j < 3; j++)
                this.after(100 * j, () => this.offer(`y${k}.${j}`));
        });
        this.mend(victim, fault);
        this.run(this.now + 400);
    }

    hinder(peer, fault) {
        if (fault === 'crash') {
            this.crash(peer);
        } else if (fault === 'cut_off') {
            peer.cut = true;
            this.tell('cut_off', peer);
        } else {
            peer.paused = true;
            this.tell('paused', peer);
        }
    }

    mend(peer, fault) {
        if (fault === 'crash') {
            this.start(peer);
        } else if (fault === 'cut_off') {
            peer.cut = false;
            this.tell('connected', peer);
        } else {
            peer.paused = false;
            this.tell('resumed', peer);
            this.resetTimer(peer);
        }
    }
}

const HEADER = { format: 'raftlab record', version: 1, raftlab: '0.1',
    suite: 'raft_2C', test: 'sample', time: 'virtual', seed: 7,
    policy: 'uniform', servers: SERVERS, raft: 'mine',
    digest: 'ab'.repeat(32), compiler: 'gcc 14.2.0' };

function write(header, lines) {
    return [header].concat(lines).map((line) => JSON.stringify(line)).join('\n') + '\n';
}

// Makes about this many events. The last one is a broken rule, unless passed is true.
function sample(events, { seed = 7, passed = false } = {}) {
    const cluster = new Cluster(seed, events - 4);
    cluster.tell('test_begins', null, { text: 'Test (2C): a sample', network: 'unreliable' });
    for (const peer of cluster.peers)
        cluster.start(peer);
    cluster.tell('printed', null, { text: 'hello from <i>printf</i>' });
    for (let k = 0; cluster.n < cluster.limit; k++)
        cluster.round(k);
    if (!passed)
        breakRule(cluster);
    else
        cluster.tell('verdict', null, { result: 'passed', text: '' });
    return write(HEADER, cluster.lines);
}

// A server applies another command at an index that is applied already.
function breakRule(cluster) {
    const first = cluster.lines.filter((l) => l.event === 'applied').pop();
    const other = cluster.peers[(first.server + 1) % SERVERS];
    const second = cluster.tell('applied', other,
        { index: first.index, command: 'something else' });
    const text = `S${other.id} applied "something else" at index ${first.index},` +
        ` S${first.server} had applied "${first.command}"`;
    cluster.tell('rule_broken', other,
        { rule: 'state machine safety', text, events: [first.n, second] });
    cluster.tell('verdict', null, { result: 'failed', text });
}

// A test of Figure 2: one server, two played peers, and a script.
function fig2Sample() {
    const lines = [];
    let n = 0;
    const tell = (ms, event, fields) => {
        lines.push(Object.assign({ n: ++n, ms, event }, fields));
        return n;
    };
    const args = { term: 5, candidate_id: 1, last_log_index: 0, last_log_term: 0 };
    const message = { method: 'Raft.RequestVote', args };
    tell(0, 'test_begins', { text: 'one vote a term', network: 'reliable' });
    tell(0, 'started', { server: 0, life: 1 });
    tell(10, 'asked', { server: 0, text: 'RequestVote from S1, term 5' });
    const sent = tell(10, 'request_sent', { server: 1, peer: 0, ...message });
    const came = tell(12, 'request_arrived', { server: 0, life: 1, peer: 1, cause: sent, ...message });
    tell(12, 'saved', { server: 0, life: 1, term: 5, voted_for: 1, last: { index: 0, term: 0 } });
    const reply = { term: 5, vote_granted: false };
    const back = tell(12, 'reply_sent', { server: 0, life: 1, peer: 1, cause: came, method: 'Raft.RequestVote', reply });
    tell(14, 'reply_arrived', { server: 1, peer: 0, cause: back, method: 'Raft.RequestVote', reply });
    tell(14, 'answered', { server: 0, text: 'term 5, vote refused', cause: back });
    tell(15, 'turn', { server: 0, thread: 3 });
    tell(16, 'waits', { server: 0, thread: 3, on: 'rf->mu', text: 'to lock a mutex', holder: 4 });
    tell(20, 'verdict', { result: 'failed', text: 'the vote had to be granted' });
    return write({ ...HEADER, suite: 'fig2', test: '2A_one_vote', servers: 3, played: [1, 2] }, lines);
}

module.exports = { sample, fig2Sample };

if (require.main === module) {
    const [count, kind] = process.argv.slice(2);
    process.stdout.write(count === 'fig2' ? fig2Sample()
        : sample(Number(count), { passed: kind === 'passed' }));
}

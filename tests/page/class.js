// Writes the results of a made-up class, as grade leaves them, from a fixed
// sequence of numbers: the same class each time.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const many = (name, n) => Array.from({ length: n }, (_, k) => `${name}_${k + 1}`);
const SUITES = {
    '2A': ['initial_election', 'election_after_network', 'many_elections'],
    '2B': ['basic_agreement', 'rpc_bytes', 'follower_failure', 'leader_failure', 'fail_agree',
        'fail_no_agree', 'concurrent_starts', 'rejoin',
        'leader_backs_up_quickly_over_incorrect_follower_logs', 'rpc_counts'],
    '2C': ['persist_1', 'persist_2', 'persist_3', 'figure_8', 'unreliable_agreement',
        'figure_8_unreliable', 'churn', 'unreliable_churn'],
    '2D': ['snapshots_basic', 'snapshots_disconnect', 'snapshots_crash', 'snapshots_init'],
    'fig2': [...many('2A_one_vote_a_term', 40), ...many('2B_entries_are_kept', 97)],
    'sim_2C': many('hard_crash', 20),
    'sim_cruel': many('cruel_network', 30),
};
const RULES = ['Election Safety', 'Log Matching', 'Leader Completeness', 'State Machine Safety'];

// A source whose statements nobody else has.
function sourceOf(draw) {
    const lines = [];
    const operators = ['+', '-', '*', '&', '|', '^', '<', '>', '%', '/', '==', '&&', '||', '!='];
    for (let k = 0; k < 400; k++) {
        const op = () => operators[Math.floor(draw() * operators.length)];
        lines.push(draw() < 0.3 ? `if (a[${k}] ${op()} f(b)) { c ${op()} d; }` :
            `x = y ${op()} (z ${op()} ${k}) ${op()} g(h, i ${op()} j);`);
    }
    return lines.join('\n');
}

function generator(seed) {
    let state = seed;
    return () => {  // mulberry32
        state = (state + 0x6D2B79F5) | 0;
        let t = Math.imul(state ^ (state >>> 15), 1 | state);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

function testOf(suite, name, of, skill, draw) {
    const failed = draw() > (suite.length > 2 ? 0.8 + 0.2 * skill : skill) ? 1 + Math.floor(draw() * 3) : 0;
    const layer = (runs) => ({ runs, passed: runs - Math.min(failed, runs),
        failed: Math.min(failed, runs), inconclusive: 0,
        rpcs: Math.round(300 + 100 * draw()), bytes: Math.round(30000 + 9000 * draw()),
        commands: 40, seconds: 4 + draw() });
    return { suite, name, of, points: failed ? of * draw() / 2 : of,
        layers: { isolated: layer(3), virtual: layer(100) } };
}

function failureOf(test, k, draw) {
    const rule = draw() < 0.4 ? RULES[Math.floor(draw() * RULES.length)] : undefined;
    return { message: `server ${Math.floor(draw() * 5)} did not apply index ${Math.floor(draw() * 90)}`,
        layer: 'virtual', suite: test.suite, test: test.name, runs: 3, rule,
        summary: `failures/${k}.txt`, page: `failures/${k}.html` };
}

function accountOf(name, draw, more) {
    const skill = 0.4 + 0.62 * Math.sqrt(draw());
    const tests = [];
    for (const suite of Object.keys(SUITES))
        for (const test of SUITES[suite])
            tests.push(testOf(suite, test, suite.length > 2 ? 0.16 : 3, skill, draw));
    const sum = tests.reduce((all, t) => all + t.of, 0);
    for (const test of tests) {
        test.points *= 100 / sum;
        test.of *= 100 / sum;
    }
    const failures = tests.filter((t) => t.points < t.of).map((t, k) => failureOf(t, k + 1, draw));
    return { name, digest: 'd'.repeat(64), state: 'graded', of: 100,
        score: Math.min(100, tests.reduce((sum, t) => sum + t.points, 0)),
        raftlab: 'v3-12-g0123456', compiler: 'gcc 12.2.0', points: 'p'.repeat(64), secret: '0123456789abcdef',
        parts: ['2A', '2B', '2C', '2D'], began: '2026-11-30T01:00:00Z', seconds: 100, cpu_seconds: 170,
        confined: 'namespaces', layers: [], tests, failures, mismatches: [], ...more };
}

function notGraded(account, state, reason) {
    return { ...account, state, reason, score: 0, failures: [],
        tests: account.tests.map((t) => ({ ...t, points: 0, layers: {} })) };
}

function write(out, name, account, source) {
    const folder = path.join(out, name);
    fs.mkdirSync(path.join(folder, 'source'), { recursive: true });
    fs.mkdirSync(path.join(folder, 'failures'));
    fs.writeFileSync(path.join(folder, 'source', 'raft.c'), source);
    fs.writeFileSync(path.join(folder, 'account.json'),
        typeof account === 'string' ? account : JSON.stringify(account));
}

// Writes a class of n into the folder: most are graded; of a large one some are
// refused, not built, for a person, alike, or odd.
function writeClass(out, n) {
    const draw = generator(n);
    for (let k = 1; k <= n; k++) {
        const name = `student${String(k).padStart(3, '0')}`;
        let account = accountOf(name, draw);
        let source = sourceOf(generator(k % 50 === 7 ? 7 : k));
        if (k % 50 === 9)
            account = notGraded(account, 'refused', 'raft/link.c is a symbolic link; hand in the file itself');
        if (k % 40 === 11)
            account = notGraded(account, 'not built', "raft.c:12: error: 'x' undeclared");
        if (k % 60 === 13)
            Object.assign(account, { state: 'for a person', reason: '2C/figure_8 was INCONCLUSIVE 5 times' });
        if (k % 70 === 17)
            account.mismatches.push('2C/figure_8 passes in virtual time and fails isolated');
        if (k % 45 === 18)
            account.tests[1].layers.virtual.rpcs = 0;
        if (k % 33 === 21)
            account.tests[5].layers.isolated.seconds = 90;
        if (k % 50 === 7)
            source = '/* my own */\n' + source.replace(/\bx\b/g, 'mine').replace(/;\n/g, ';\n\n    // so\n');
        write(out, name, account, source);
    }
}

module.exports = { writeClass, accountOf, notGraded, sourceOf, generator, write };

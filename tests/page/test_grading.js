// Opens the page of a made-up class in a headless Chromium: one of 175 and one of
// three submissions, and one whose students wrote markup wherever they could.
//
//   node tests/page/test_grading.js GRADE     the program that writes the page
'use strict';

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Browser } = require('./browser.js');
const { accountOf, generator, sourceOf, write, writeClass } = require('./class.js');

const grade = path.resolve(process.argv[2]);
const EVIL = `"'><script>document.title = 'evil'</script><img src=x onerror="document.title = 'evil'">`;

// The names in the table of submissions, as it is sorted now.
const NAMES = `[...document.querySelectorAll('#submissions tbody tr')].map((row) => row.cells[0].textContent)`;
const SCORES = `[...document.querySelectorAll('#submissions tbody tr')].map((row) => Number(row.cells[1].dataset.v))`;

// The tables that are wider than the page: they would have to be scrolled.
const CUT = `[...document.querySelectorAll('.wide')].filter((e) => e.scrollWidth > e.clientWidth)
    .map((e) => e.querySelector('thead').textContent + ' ' + e.scrollWidth)`;

function writeEvilClass(out) {
    const account = accountOf(EVIL.replaceAll('/', '|'), generator(1));
    for (const key of ['reason', 'digest', 'raftlab', 'points', 'secret'])
        account[key] = EVIL;
    account.state = 'for a person';
    account.parts = account.mismatches = [EVIL];
    for (const test of account.tests)
        test.suite = test.name = EVIL + test.name;
    account.failures = [{ message: EVIL, layer: EVIL, suite: account.tests[0].suite,
        test: account.tests[0].name, rule: EVIL, runs: 1 }];
    account.tests[0].layers.isolated.failed = 1;
    write(out, account.name, account, sourceOf(generator(1)));
    write(out, 'broken', '{"name": "' + EVIL, '');
    write(out, 'copy', { ...accountOf('copy', generator(2)), raftlab: 'other' }, sourceOf(generator(1)));
}

async function open(b, out) {
    execFileSync(grade, ['--merge', '--out', out], { stdio: ['ignore', 'ignore', 'ignore'] });
    await b.open(path.join(out, 'index.html'));
}

async function looksRight(b) {
    for (const width of [1280, 500, 400]) {
        await b.resize(width, 900);
        assert.ok(await b.look('document.body.scrollWidth <= innerWidth'), `${width} px are too few`);
    }
    await b.resize(1280, 900);
    const colour = 'getComputedStyle(document.body).backgroundColor';
    const light = await b.look(colour);
    await b.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
    assert.notEqual(await b.look(colour), light);
    await b.send('Emulation.setEmulatedMedia', { features: [] });
    assert.deepEqual(b.errors, []);
    assert.ok(b.fetched.every((url) => /^(file|about|data):/.test(url)), b.fetched.join());
}

async function fits(b) {
    for (const width of [500, 400, 1280]) {
        await b.resize(width, 900);
        assert.deepEqual(await b.look(CUT), [], `tables that ${width} px are too few for`);
    }
}

async function testClass(b, out, n) {
    writeClass(out, n);
    await open(b, out);
    await looksRight(b);
    await fits(b);
    const byName = await b.look(NAMES);
    assert.equal(byName.length, n);
    assert.deepEqual(byName, [...byName].sort());

    const score = '#submissions th:nth-child(2) button';
    await b.click(score);
    const down = await b.look(SCORES);
    assert.deepEqual(down, [...down].sort((x, y) => y - x));
    await b.click(score);
    assert.deepEqual(await b.look(SCORES), down.reverse());
    await b.click('#submissions th:first-child button');
    assert.deepEqual(await b.look(NAMES), byName);

    const counts = await b.look(`[...document.querySelectorAll('svg text')].map((t) => Number(t.textContent))`);
    assert.equal(counts.reduce((sum, count) => sum + (count || 0), 0), n);
}

// The 175 have four that are alike, and some that are odd.
async function testFinds(b) {
    const text = await b.look('document.body.innerText');
    for (const wanted of [/student007\s+student057\s+100%/, /student018\s+2A election_after_network, virtual\s+RPCs\s+0/,
        /student021\s+2B follower_failure, isolated\s+seconds\s+90/, /student009\s+refused/, /student011\s+not built/])
        assert.match(text, wanted);
    assert.doesNotMatch(text, /cheat|plagiari|suspic|dishonest|copied/i);
}

async function testEvil(b, out) {
    writeEvilClass(out);
    await open(b, out);
    await looksRight(b);
    assert.equal(await b.look('document.title'), 'raftlab: grading');
    assert.equal(await b.look('document.images.length'), 0);
    assert.equal(await b.look('document.scripts.length'), 1);
    const text = await b.look('document.body.innerText');
    assert.ok(text.includes(EVIL));
    assert.match(text, /not all were graded by one version/);
    const links = await b.look('[...document.links].map((a) => a.protocol)');
    assert.ok(links.every((protocol) => protocol === 'file:'), links.join());
}

async function main() {
    const work = fs.mkdtempSync(path.join(os.tmpdir(), 'raftlab-class-'));
    const folder = (name) => {
        fs.mkdirSync(path.join(work, name));
        return path.join(work, name);
    };
    const b = await Browser.start({ width: 1280, height: 900 });
    try {
        await testClass(b, folder('large'), 175);
        await testFinds(b);
        await testClass(b, folder('small'), 3);
        await testEvil(b, folder('evil'));
    } finally {
        await b.stop();
        fs.rmSync(work, { recursive: true });
    }
    console.log('the page of a class: well');
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});

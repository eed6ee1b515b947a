// Tests the page in a headless Chromium, as people use it: each test opens a page,
// clicks, turns the wheel or types, and checks the result.
//
//   node tests/page/test_page.js [PART-OF-A-NAME]
'use strict';

const assert = require('node:assert');
const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Browser } = require('./browser.js');
const { sample, fig2Sample } = require('./sample.js');

const WRITE = path.join(__dirname, '../../page/write');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'raftlab-pages-'));

// The page of a record, as a file, and the record's events.
function writePage(name, text) {
    const record = path.join(work, name + '.jsonl');
    const file = path.join(work, name + '.html');
    fs.writeFileSync(record, text);
    fs.writeFileSync(file, execFileSync(WRITE, [record], { maxBuffer: 1 << 28 }));
    return { file, events: text.trim().split('\n').slice(1).map((l) => {
        try { return JSON.parse(l); } catch (error) { return null; }
    }) };
}

const SMALL = writePage('small', sample(1500));
const FIG2 = writePage('fig2', fig2Sample());

const tests = [];
function test(name, run) {
    tests.push({ name, run });
}

// ---- Reading the page ----

// The position of the picture in the window.
function picture(b) {
    return b.look(`(() => { const r = document.getElementById('picture').getBoundingClientRect();
        return { x: r.x, y: r.y, width: r.width, height: r.height }; })()`);
}

async function pointOf(b, n) {
    const box = await picture(b);
    const at = await b.look(`raftlab.pointOf(${n})`);
    return { x: box.x + at.x, y: box.y + at.y };
}

// The number of the selected event, or null.
function selected(b) {
    return b.look(`(() => { const r = document.querySelector('.row.selected');
        return r ? Number(r.dataset.n) : null; })()`);
}

function text(b, selector) {
    return b.look(`document.querySelector(${JSON.stringify(selector)}).innerText`);
}

function count(b, selector) {
    return b.look(`document.querySelectorAll(${JSON.stringify(selector)}).length`);
}

// Counts the pixels of this colour (as rgb) around a point of the picture.
function dots(b, canvas, x, y, w, h, [r, g, bl]) {
    return b.look(`(() => {
        const c = document.getElementById('${canvas}');
        const d = c.getContext('2d').getImageData(${x}, ${y}, ${w}, ${h}).data;
        let n = 0;
        for (let k = 0; k < d.length; k += 4)
            n += Math.abs(d[k] - ${r}) + Math.abs(d[k+1] - ${g}) + Math.abs(d[k+2] - ${bl}) < 24;
        return n; })()`);
}

function rgb(colour) {
    return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

// Scrolls this part into view, and draws it.
async function look(b, t0, t1) {
    await b.look(`(() => { raftlab.page.view.t0 = ${t0}; raftlab.page.view.t1 = ${t1};
        window.dispatchEvent(new Event('resize')); })()`);
    await b.settle();
}

async function openSmall(b, hash) {
    await b.open(SMALL.file, hash);
    return SMALL.events;
}

function find(events, fits) {
    const found = events.find(fits);
    assert(found, 'the sample has no such event');
    return found;
}

const view = (b) => b.look('({ t0: raftlab.page.view.t0, t1: raftlab.page.view.t1 })');
const colour = (b, name) => b.look(
    `getComputedStyle(document.documentElement).getPropertyValue('--${name}')`).then(rgb);

// ---- Opening ----

test('opens offline, without a complaint, and says what went wrong', async (b) => {
    const events = await openSmall(b);
    const rule = find(events, (e) => e.event === 'rule_broken');
    assert.match(await text(b, '#wrong'), /Failed/);
    assert.match(await text(b, '#wrong'), /Rule broken: state machine safety/);
    assert((await text(b, '#wrong')).includes(rule.text));
    assert.equal(await selected(b), rule.n);
    const box = await picture(b);
    for (const n of rule.events) {
        const at = await pointOf(b, n);
        assert(at.x > box.x + 64 && at.x < box.x + box.width, 'out of sight: ' + n);
    }
    assert.deepEqual(b.fetched.filter((url) => !url.startsWith('file://' + work) &&
        url !== 'about:blank'), []);
    assert.equal(await b.look(`fetch('data:,x').then(() => 'may ask', () => 'may not')`),
        'may not');
    b.errors.length = 0;  // The browser has told of that.
});

test('bytes of a student are never markup', async (b) => {
    await openSmall(b);
    assert.equal(await count(b, 'b, i'), 0);
    assert.equal(await count(b, 'script'), 1);
    await b.press('/');
    await b.type('hopes');
    await b.press('Enter');
    assert.match(await text(b, '#details h3'), /<b>&amp; "hopes"<\/b><\/script>/);
});

test('a record that ends in a line, and one of nothing', async (b) => {
    const cut = writePage('cut', sample(300).slice(0, -40));
    await b.open(cut.file);
    assert.match(await text(b, '#wrong'), /without a verdict[^]*1 lines/);
    assert(await count(b, '.row') > 5);
    const nothing = writePage('nothing', sample(300).split('\n')[0] + '\n');
    await b.open(nothing.file);
    assert.match(await text(b, '#wrong'), /no record/);
    const dropped = writePage('dropped', sample(300).replace('\n', '\n{"event":"dropped","count":17}\n'));
    await b.open(dropped.file);
    assert.match(await text(b, '#wrong'), /17 events are missing/);
});

test('what is no record is refused in a line', async () => {
    const large = path.join(work, 'large');
    fs.writeFileSync(large, sample(300));
    fs.truncateSync(large, 4e8);  // Takes no room on the disk.
    for (const args of [[], [work], [__filename], ['/nonexistent'], [large]]) {
        const { status, stderr } = spawnSync(WRITE, args);
        assert.equal(status, 2);
        assert.match(stderr.toString(), /^page\/write: .*\n$/);
    }
});

test('the page is at most 1 MB and the record', async () => {
    const record = fs.statSync(FIG2.file.replace('.html', '.jsonl')).size;
    assert(fs.statSync(FIG2.file).size < 1e6 + record);
});

test('every event has a sentence, without gaps', async (b) => {
    for (const { file } of [SMALL, FIG2]) {
        await b.open(file);
        for (let k = 0; k < 2; k++) {
            const bad = await b.look(`raftlab.page.run.events.map((e, i) => raftlab.describe(i))
                .filter((s) => s === '' || /\\{|undefined|null|NaN|object/.test(s))`);
            assert.deepEqual(bad, []);
            await b.click('#language');
        }
    }
});

test('why it failed, as the other view says it, stands with the verdict', async (b) => {
    const view = path.join(work, 'view');
    fs.writeFileSync(view, '#!/bin/sh\necho "S2 <b>leads</b> &amp; $1 $2"\n', { mode: 0o755 });
    const file = path.join(work, 'why.html');
    fs.writeFileSync(file, execFileSync(WRITE, [SMALL.file.replace('.html', '.jsonl'), view]));
    await b.open(file);
    assert.equal(await text(b, '#details pre'), 'S2 <b>leads</b> &amp; summary --no-verdict');
    await b.press('Home');
    assert.equal(await count(b, '#details pre'), 0);
});

// ---- The picture ----

test('bands of the term, thick while leading; hatched, grey', async (b) => {
    const events = await openSmall(b);
    const leads = find(events, (e) => e.event === 'leads');
    await look(b, leads.ms - 5, leads.ms + 60);
    const band = await colour(b, 'line');
    const at = await b.look(`raftlab.pointOf(${leads.n})`);
    const term = rgb(await b.look(`raftlab.termColour(${leads.term})`));
    const x = Math.round(at.x) + 120, y = Math.round(at.y) - 12;
    const thick = await dots(b, 'picture', x, y, 1, 24, term);
    assert(thick >= 12, 'a leader has a thick band: ' + thick);
    const before = await dots(b, 'picture', 70, y, 1, 24, term);
    assert(before < thick, 'others a thin one: ' + before);
    assert(band);

    const crash = find(events, (e) => e.event === 'crashed');
    await look(b, crash.ms - 100, crash.ms + 300);
    const down = await b.look(`raftlab.pointOf(${crash.n})`);
    const plain = await colour(b, 'lane');
    assert(await dots(b, 'picture', Math.round(down.x) + 90, Math.round(down.y) - 12,
        60, 30, plain) < 0.9 * 60 * 30, 'hatched while crashed');
    assert(await dots(b, 'picture', Math.round(down.x) - 70, Math.round(down.y) - 22,
        20, 10, plain) > 0.8 * 20 * 10, 'not hatched before');

    const cut = find(events, (e) => e.event === 'cut_off');
    await look(b, cut.ms - 100, cut.ms + 300);
    const off = await b.look(`raftlab.pointOf(${cut.n})`);
    assert(await dots(b, 'picture', Math.round(off.x) + 90, Math.round(off.y) - 22,
        30, 8, await colour(b, 'cut')) > 100, 'grey while cut off');

    const pause = find(events, (e) => e.event === 'paused');
    await look(b, pause.ms - 100, pause.ms + 300);
    const still = await b.look(`raftlab.pointOf(${pause.n})`);
    assert(await dots(b, 'picture', Math.round(still.x) + 90, Math.round(still.y) - 22,
        60, 10, plain) < 0.9 * 60 * 10, 'hatched while paused');
});

test('messages are arrows; what is lost ends in a cross; doubled is doubled', async (b) => {
    const events = await openSmall(b);
    const lost = find(events, (e) => e.event === 'request_lost' && e.ms > 300);
    await look(b, lost.ms - 60, lost.ms + 20);
    await b.press('h');
    const arrow = await b.look(`(({ x1, y1 }) => ({ x1, y1 }))(raftlab.arrowOf(${lost.n}))`);
    assert(await dots(b, 'picture', Math.round(arrow.x1) - 5, Math.round(arrow.y1) - 5,
        10, 10, await colour(b, 'lost')) > 10, 'a cross');

    const doubled = find(events, (e) => e.event === 'request_doubled' &&
        events.some((f) => f.cause === e.n));
    await look(b, doubled.ms - 20, doubled.ms + 60);
    const both = await b.look(`raftlab.page.drawn.arrows.filter((a) =>
        a.message.sent === ${doubled.cause - 1} || a.message.doubled).length`);
    assert(both >= 2, 'two arrows');
    const twice = await b.look(`raftlab.arrowOf(${doubled.n}).message.doubled`);
    assert.equal(twice, true);

    const vote = find(events, (e) => e.event === 'request_sent' &&
        e.method === 'Raft.RequestVote');
    await look(b, vote.ms - 2, vote.ms + 25);
    assert(await dots(b, 'picture', 64, 30, 800, 300, await colour(b, 'votes')) > 50);
});

test('a click on an arrow tells its departure; near its head, its arrival', async (b) => {
    const events = await openSmall(b);
    const came = find(events, (e) => e.event === 'request_arrived' &&
        e.args.entries && e.args.entries.length > 0);
    const sent = find(events, (e) => e.n === came.cause);
    await look(b, sent.ms - 20, came.ms + 20);
    const from = await pointOf(b, sent.n), to = await pointOf(b, came.n);
    const between = (part) => [from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part];
    await b.clickAt(...between(0.3));
    assert.equal(await selected(b), sent.n);
    await b.clickAt(...between(0.9));
    assert.equal(await selected(b), came.n);
    const told = await text(b, '#details');
    assert(told.includes('the whole exchange'), told);
    for (const field of ['prev_log_index', 'leader_commit', 'entries', 'thread', 'life'])
        assert(told.includes(field), field);
});

test('local events fold into one mark, and a click tells all of them', async (b) => {
    await openSmall(b);
    await b.press('0');
    const mark = await b.look(`raftlab.page.drawn.marks.reduce((a, m) =>
        m.places.length > a.places.length ? m : a)`);
    assert(mark.places.length > 2);
    const box = await picture(b);
    await b.clickAt(box.x + mark.x, box.y + mark.y);
    assert.equal(await count(b, '#details li'), mark.places.length);
    assert.match(await text(b, '#details'), new RegExp(`^${mark.places.length} events here`));
    await b.click('#details li button');
    assert.equal(await selected(b), mark.places[0] + 1);
});

test('the acts run along the top, and can be clicked on', async (b) => {
    const events = await openSmall(b);
    const act = find(events, (e) => e.event === 'act_begins' && e.act === 'wait');
    await look(b, act.ms - 100, act.ms + 1000);
    const box = await picture(b);
    const { x } = await pointOf(b, act.n);
    await b.clickAt(x + 100, box.y + 8);
    assert((await text(b, '#details')).startsWith('The test: ' + act.text));
    assert.match(await text(b, '#details'), /from 950\.000 ms to 1850\.000 ms \(900\.000 ms\)/);
});

test('a click on a band, on a crash, on a lane cut off', async (b) => {
    const events = await openSmall(b);
    const crash = find(events, (e) => e.event === 'crashed');
    await look(b, crash.ms - 500, crash.ms + 300);
    const at = await pointOf(b, crash.n);
    await b.clickAt(at.x + 60, at.y - 20);
    assert.match(await text(b, '#details'), /is crashed\s+from/);
    await b.clickAt(at.x - 60, at.y);
    assert.match(await text(b, '#details'), /is \w+ in term \d+\s+from|→|←/);
});

test('the broken rule joins the two events, beside its text', async (b) => {
    const events = await openSmall(b);
    const rule = find(events, (e) => e.event === 'rule_broken');
    const [one, two] = await b.look(`${JSON.stringify(rule.events)}.map(raftlab.pointOf)`);
    const ink = await colour(b, 'rule');
    for (const part of [0.25, 0.5, 0.75])
        assert(await dots(b, 'picture', Math.round(one.x + (two.x - one.x) * part) - 3,
            Math.round(one.y + (two.y - one.y) * part) - 3, 6, 6, ink) > 4);
    assert(await dots(b, 'picture', 64, 0, 1300, 380, ink) > 2000, 'the box of its text');
    await b.click('#wrong .rule-line button:last-child');
    assert.equal(await selected(b), rule.events[1]);
    await b.press('b');
    assert.equal(await selected(b), rule.n);
    await b.press('ArrowUp');
    assert.equal(await selected(b), rule.events[1], 'its cause is the later of the two');
});

test('a rule\'s text stands above the lanes, in a third of the width', async (b) => {
    await openSmall(b);
    const { acts, lanes, width } = await b.look('raftlab.page.view');
    const ink = await dots(b, 'picture', 64, acts * 16, 1300, lanes[0].top - acts * 16,
        await colour(b, 'rule'));
    assert(ink > 2000 && ink < width / 3 * 20, String(ink));
    assert.match(await text(b, '.rule-line'),
        /contradict each other:\nS1 applies 13: "x3"\nS2 applies 13: "something else"/);
});

test('the circle around what has no server is whole', async (b) => {
    const events = await openSmall(b);
    const { y } = await b.look(`raftlab.pointOf(${events.at(-1).n})`);
    const { acts, lanes } = await b.look('raftlab.page.view');
    assert(y - 7.5 >= acts * 16 && y + 7.5 <= lanes[0].top, `${y} ${lanes[0].top}`);
});

// The sample's lines, each changed, or left out if change returns null.
function changed(change) {
    const [header, ...lines] = sample(1500).trim().split('\n');
    return [header].concat(lines.map((l) => change(JSON.parse(l))).filter((e) => e)
        .map((e) => JSON.stringify(e))).join('\n') + '\n';
}

test('the events of a rule that only its text names', async (b) => {
    const rule = find(SMALL.events, (e) => e.event === 'rule_broken');
    const [one, two] = rule.events.map((n) => SMALL.events[n - 1]);
    const at = (e) => `at ${e.ms.toFixed(3).padStart(10, '0')} server ${e.server}`;
    const page = writePage('named', changed((e) => {
        if (e.event !== 'rule_broken')
            return e;
        return { n: e.n, ms: e.ms, thread: e.thread, event: e.event, rule: e.rule,
            text: `${e.rule} is broken: ${at(two)} applies at index 13; but ${at(one)} has applied index 13.` };
    }));
    await b.open(page.file);
    assert.deepEqual(await b.look(`[...document.querySelectorAll('.rule-line button')]
        .map((x) => Number(x.dataset.n))`), [rule.n, one.n, two.n]);
    assert.equal((await text(b, '.rule-line')).includes('is broken: at'), false);
    assert.equal(await b.look(`raftlab.pointOf(${rule.n}).y`),
        await b.look(`raftlab.pointOf(${two.n}).y`), 'on the lane of who broke it');
});

test('a pause ends when it says, or earlier by a crash', async (b) => {
    let paused = null;
    const page = writePage('paused', changed((e) => {
        if (e.event === 'paused' && !paused) {
            paused = e;
            return { ...e, for_ms: 300 };
        }
        return paused && e.event === 'resumed' && e.server === paused.server ? null : e;
    }));
    const after = (ms) => find(page.events, (e) => e.ms > paused.ms + ms);
    for (const [ms, up] of [[150, 'paused'], [350, 'running']]) {
        await b.open(page.file, `#t=${after(ms).ms}`);
        assert.equal(await text(b, `tr[data-server="${paused.server}"] td.up`), up);
    }
});

// ---- Zoom and pan ----

test('the wheel zooms about the pointer, a drag pans', async (b) => {
    await openSmall(b);
    const box = await picture(b);
    const ms = (x) => b.look(`raftlab.msOf(${x - box.x})`);
    const before = await view(b), there = await ms(700);
    await b.wheel(700, box.y + 100, -300);
    const after = await view(b);
    assert(after.t1 - after.t0 < 0.7 * (before.t1 - before.t0));
    assert(Math.abs(await ms(700) - there) < 1, 'what was under the pointer stays');
    await b.mouse('mousePressed', 700, box.y + 20, { button: 'left', clickCount: 1 });
    await b.mouse('mouseMoved', 500, box.y + 20, { button: 'left', buttons: 1 });
    await b.mouse('mouseReleased', 500, box.y + 20, { button: 'left', clickCount: 1 });
    await b.settle();
    assert((await view(b)).t0 !== after.t0);
    await b.wheel(700, box.y + 100, -120, { modifiers: 8 });
    assert.equal(Math.round((await view(b)).t1 - (await view(b)).t0),
        Math.round(after.t1 - after.t0), 'with Shift it pans');
});

test('keys zoom and pan, and show the whole run', async (b) => {
    await openSmall(b);
    await b.press('0');
    const all = await view(b);
    assert(all.t0 <= 0 && all.t1 >= SMALL.events.at(-1).ms);
    await b.press('+');
    const near = await view(b);
    assert(near.t1 - near.t0 < 0.6 * (all.t1 - all.t0));
    await b.press('ArrowLeft', { shift: true });
    assert((await view(b)).t0 < near.t0);
    await b.press('-');
    assert.equal(Math.round((await view(b)).t1 - (await view(b)).t0),
        Math.round(all.t1 - all.t0));
    await b.click('#zoom-in');
    await b.click('#zoom-out');
    await b.click('#whole');
    assert.deepEqual(await view(b), all);
});

test('nothing but a small margin is seen before the run and after it', async (b) => {
    const events = await openSmall(b);
    await look(b, 4000, 4100);
    await b.press('Home');
    const early = await view(b);
    assert(early.t0 >= -5 && early.t0 < 0 && Math.abs(early.t1 - early.t0 - 100) < 1,
        JSON.stringify(early));
    await look(b, 4000, 4100);
    await b.press('End');
    const late = await view(b), end = events.at(-1).ms;
    assert(late.t1 > end && late.t1 <= end + 5.01, JSON.stringify(late));
});

test('two fingers zoom, one pans', async (b) => {
    await openSmall(b);
    const { y } = await picture(b), before = await view(b);
    await b.touch('touchStart', [[600, y + 200], [700, y + 200]]);
    await b.touch('touchMove', [[500, y + 200], [800, y + 200]]);
    await b.touch('touchEnd', []);
    const after = await view(b);
    assert(after.t1 - after.t0 < 0.6 * (before.t1 - before.t0), JSON.stringify(after));
    await b.touch('touchStart', [[600, y + 200]]);
    await b.touch('touchMove', [[800, y + 200]]);
    await b.touch('touchEnd', []);
    assert((await view(b)).t0 < after.t0);
});

test('a click in the overview goes there', async (b) => {
    await openSmall(b);
    const { left, top, width } = await b.placeOf('#overview');
    await b.clickAt(left + 64 + (width - 64) / 4, top + 20);
    const { t0, t1 } = await view(b);
    const run = SMALL.events.at(-1).ms;
    assert(Math.abs((t0 + t1) / 2 - run / 4) < run * 0.05, `${t0} ${t1}`);
});

// ---- Heartbeats, search, filters ----

test('heartbeats that change nothing are folded until wanted', async (b) => {
    await openSmall(b);
    const rows = await b.look('raftlab.page.rows.length');
    const folded = await b.look(`raftlab.page.rows.filter((r) => r.count).reduce((n, r) => n + r.count, 0)`);
    assert(folded > 100, String(folded));
    assert.equal(await text(b, '#heartbeats'), `heartbeats (${folded})`);
    await b.press('h');
    assert(await b.look('raftlab.page.rows.length') > rows + folded);
    assert.equal(await b.look(`document.getElementById('heartbeats').getAttribute('aria-pressed')`), 'true');
    await b.click('#heartbeats');
    assert.equal(await b.look('raftlab.page.rows.length'), rows);
    await b.click('.row.folded');
    assert.equal(await b.look('raftlab.page.filter.heartbeats'), true);
});

test('a folded heartbeat changed nothing: no save, apply or new term within', async (b) => {
    const events = await openSmall(b);
    const quiet = await b.look(`raftlab.page.run.events.filter((e, i) =>
        raftlab.page.run.quiet[i]).map((e) => e.n)`);
    for (const n of quiet) {
        const e = events[n - 1];
        assert(/^re(quest|ply)_/.test(e.event));
        if (e.event === 'request_sent')
            assert.equal(e.args.n_entries, 0);
        if (e.event === 'request_arrived')
            assert.equal(events[n].event, 'reply_sent', `after ${n}`);
        if (e.event === 'reply_sent')
            assert.equal(e.reply.success, true);
    }
});

test('the search finds, counts and steps', async (b) => {
    const events = await openSmall(b);
    await b.press('/');
    await b.type('snapshot');
    const hits = Number((await text(b, '#found')).match(/of (\d+)/)?.[1] || 0);
    await b.look(`(() => { const s = document.getElementById('search'); s.value = ''; })()`);
    await b.type('stands in term');
    const stood = events.filter((e) => e.event === 'log' && e.topic === 'VOTE');
    assert.equal(await text(b, '#found'), `– of ${stood.length}`);
    await b.press('Enter');
    const first = await selected(b);
    assert(stood.some((e) => e.n === first));
    await b.press('Enter');
    const second = await selected(b);
    assert(second !== first && stood.some((e) => e.n === second));
    await b.press('Enter', { shift: true });
    assert.equal(await selected(b), first);
    await b.press('Escape');
    await b.press('n');
    assert.equal(await selected(b), second);
    assert(await count(b, '.row.found') > 0);
    assert(hits >= 0);
    await b.press('/');
    await b.look(`document.getElementById('search').select()`);
    await b.type('no such thing');
    assert.equal(await text(b, '#found'), 'nothing');
});

test('the tools are one line, whatever is said there', async (b) => {
    const small = fs.readFileSync(SMALL.file.replace('.html', '.jsonl'), 'utf8');
    const full = writePage('full', small.replace('"method":"Raft.AppendEntries"',
        '"method":"Raft.Other"').replace('"method":"Raft.AppendEntries"',
        '"method":"Raft.InstallSnapshot"').replace('"servers":5', '"servers":7'));
    for (const width of [1280, 1500]) {
        await b.resize(width, 900);
        await b.open(full.file);
        const { y } = await picture(b);
        await b.press('/');
        await b.type('a');
        const height = (id) => b.look(`document.getElementById('${id}').offsetTop`);
        assert.equal((await picture(b)).y, y);
        assert(Math.abs(await height('whole') - await height('search')) < 8);
        await b.click('#language');
        assert(Math.abs(await height('whole') - await height('search')) < 8);
        await b.click('#language');
    }
    await b.resize(1400, 900);
});

test('the search finds the failure last', async (b) => {
    const events = await openSmall(b);
    const rule = find(events, (e) => e.event === 'rule_broken');
    await b.press('/');
    await b.type('something else');
    for (const n of [rule.events[1], events.at(-1).n, rule.n, rule.events[1]]) {
        await b.press('Enter');
        assert.equal(await selected(b), n);
    }
    await b.press('Escape');
    await b.press('Home');
    for (const n of [rule.events[1], rule.n])
        await b.press(n === rule.n ? 'p' : 'n');
    assert.equal(await selected(b), rule.n, 'and first, from the end');
});

test('filters by server, kind, term and index', async (b) => {
    const events = await openSmall(b);
    const lanes = () => b.look('raftlab.page.view.lanes.length');
    const wanted = () => b.look('raftlab.page.wanted.map((i) => raftlab.page.run.events[i])');
    await b.click('.server1 input');
    assert.equal(await lanes(), 4);
    assert((await wanted()).every((e) => e.server !== 1 && e.peer !== 1));
    await b.press('Escape');
    await b.press('2');
    assert.equal(await lanes(), 5);
    await b.click('.kind-saves input');
    assert((await wanted()).every((e) => e.event !== 'saved'));
    await b.click('#all');
    assert((await wanted()).some((e) => e.event === 'saved'));

    await b.click('#filter-term');
    await b.type('4');
    assert((await wanted()).length > 10);
    const speaks = (e) => JSON.stringify(e).includes('"term":4') ||
        (e.cause && speaks(events[e.cause - 1]));
    for (const e of await wanted())
        assert(speaks(e), JSON.stringify(e));
    await b.click('#all');
    await b.click('#filter-index');
    await b.type('7');
    const ofIndex = await wanted();
    assert(ofIndex.some((e) => e.event === 'applied') && ofIndex.some((e) => e.event === 'saved'));
    assert(ofIndex.every((e) => e.event !== 'applied' || e.index === 7));
    await b.type('x');
    assert.equal(await b.look(`document.getElementById('filter-index').getAttribute('aria-invalid')`), 'true');
});

// ---- The state at the cursor ----

// The same, computed from the record alone.
function stateOf(events, server, n) {
    const state = { log: [], applied: 0, term: 0, vote: 'nobody', up: 'not started' };
    for (const e of events.slice(0, n)) {
        if (e.server !== server)
            continue;
        if (e.event === 'started')
            Object.assign(state, { up: 'running', applied: state.base || 0 });
        if (e.event === 'crashed')
            state.up = 'crashed';
        if (e.event === 'paused')
            state.up = 'paused';
        if (e.event === 'resumed')
            state.up = 'running';
        if (e.event === 'applied' || e.event === 'applied_snapshot')
            state.applied = e.index;
        if (e.event === 'saved')
            saveInto(state, e);
    }
    return state;
}

function saveInto(state, e) {
    state.term = e.term;
    state.vote = e.voted_for === -1 ? 'nobody' : 'S' + e.voted_for;
    state.base = e.first.index;
    if (e.dropped_from)
        state.log = state.log.filter((x) => x.index < e.dropped_from);
    state.log = state.log.concat(e.appended || []).filter((x) => x.index > e.first.index);
}

test('every server\'s state at the cursor is what the record says', async (b) => {
    const events = await openSmall(b);
    for (const n of [40, 200, 640, 700, 1000, 1300, 1500]) {
        await b.look(`location.hash = '#t=0&e=${n}'`);
        await b.settle();
        await b.until(`raftlab.page.run.events[raftlab.page.cursor].n === ${n}`);
        await b.settle();
        for (let s = 0; s < 5; s++) {
            const state = stateOf(events, s, n);
            const cell = async (c) => (await text(b, `tr[data-server="${s}"] td.${c}`)).replace('~', '').trim();
            const where = `S${s} after ${n}`;
            assert.equal((await cell('up')).split(/\s/)[0], state.up, where);
            assert.equal(Number(await cell('term')), state.term, where);
            assert.equal(Number(await cell('applied')), state.applied, where);
            if (state.term > 0)
                assert.equal(await cell('vote'), state.vote, where);
            const shown = await b.look(`[...document.querySelectorAll(
                'tr[data-server="${s}"] .entry')].map((e) => e.innerText)`);
            assert.deepEqual(shown, state.log.slice(-6).map((x) => `${x.index}@T${x.term}`), where);
        }
    }
});

test('what is inferred is marked; next and match of a leader', async (b) => {
    const events = await openSmall(b);
    const leads = find(events, (e) => e.event === 'leads');
    const n = leads.n + 200;
    await openSmall(b, `#t=0&e=${n}`);
    const followers = await text(b, `tr[data-server="${leads.server}"] td.followers`);
    assert.match(followers, /S\d: \d+ \/ ~\d+/);
    const inferred = await b.look(`document.querySelector('.value.inferred').title`);
    assert.equal(inferred, 'inferred from what was said');
    assert.equal(await count(b, `tr[data-server="${leads.server}"] td.role .leader:not(.inferred)`), 1,
        'it said itself that it leads');
    assert(await count(b, 'td.role .follower.inferred') > 0);
});

test('what a server has applied is committed, whatever its requests say', async (b) => {
    const page = writePage('commit', changed((e) => e.args && e.args.leader_commit ?
        { ...e, args: { ...e.args, leader_commit: 0 } } : e));
    await b.open(page.file);
    const less = await b.look(`raftlab.page.run.events.flatMap((e, i) =>
        raftlab.page.run.states.filter((s) => s.commit.at(i) && s.applied.at(i) &&
            s.commit.at(i).value < s.applied.at(i).value).map(() => e.n))`);
    assert.deepEqual(less, []);
    const leads = find(page.events, (e) => e.event === 'leads' && e.term === 5);
    assert.match(await text(b, `tr[data-server="${leads.server}"] td.commit`), /^~[1-9]/);
});

test('a line of a log, which has no life, does not end the search for a cause', async (b) => {
    const page = writePage('lifeless', changed((e) =>
        e.event === 'log' ? { ...e, life: undefined } : e));
    const stands = find(page.events, (e) => e.event === 'log' && e.topic === 'VOTE');
    const asks = find(page.events, (e) => e.event === 'request_sent' && e.n > stands.n);
    for (const [n, cause] of [[asks.n, stands.n], [stands.n, stands.n - 1]]) {
        await b.open(page.file, `#e=${n}`);
        assert.equal(await b.look(`Number(document.querySelector('.to-cause').dataset.n)`),
            cause);
    }
    await b.press('Home');
    assert.match(await text(b, '#details'), /its cause is not recorded/);
});

test('the arrows step by event, up to the cause, down to what it led to', async (b) => {
    const events = await openSmall(b);
    const back = find(events, (e) => e.event === 'reply_arrived' &&
        e.method === 'Raft.RequestVote');
    await openSmall(b, `#t=0&e=${back.n}`);
    const chain = [];
    for (let k = 0; k < 3; k++) {
        await b.press('ArrowUp');
        chain.push(events[await selected(b) - 1].event);
    }
    assert.deepEqual(chain, ['reply_sent', 'request_arrived', 'request_sent']);
    const sent = await selected(b);
    await b.press('ArrowDown');
    assert.equal(events[await selected(b) - 1].cause, sent);
    const here = await selected(b);
    await b.press('ArrowRight');
    assert(await selected(b) > here);
    await b.press('ArrowLeft');
    assert.equal(await selected(b), here);
    await b.press('Home');
    assert.equal(await selected(b), 1);
    await b.press('End');
    assert.equal(await selected(b), events.at(-1).n);
});

test('a click on empty space moves the cursor to that time', async (b) => {
    await openSmall(b);
    const box = await picture(b);
    await look(b, 100, 200);
    await b.clickAt(box.x + 700, box.y + box.height - 8);
    const ms = await b.look('raftlab.page.ms');
    assert(Math.abs(ms - await b.look('raftlab.msOf(700)')) < 0.2);
    assert.match(await text(b, '#when'), new RegExp(`at ${ms.toFixed(3)} ms`));
    await b.press('ArrowRight');
    const next = await selected(b);
    assert(SMALL.events[next - 1].ms >= ms);
});

test('a click on a value goes to what set it, again to its cause, to the root', async (b) => {
    const events = await openSmall(b, '#t=0&e=1300');
    await b.click('tr[data-server="0"] td.term button');
    const set = events[await selected(b) - 1];
    assert.equal(set.event, 'saved');
    assert.equal(set.server, 0);
    const visited = [set.n];
    for (let k = 0; k < 60; k++) {
        await b.click('tr[data-server="0"] td.term button');
        const at = await selected(b);
        if (at === visited.at(-1))
            break;
        visited.push(at);
        assert(at < visited.at(-2), 'a cause is earlier');
    }
    assert(visited.length > 3);
    assert(visited.some((n) => events[n - 1].event === 'request_sent' &&
        events[n - 1].server !== 0), 'somebody asked for its vote');
    await openSmall(b, '#t=0&e=1300');
    await b.click('tr[data-server="0"] td.log .entry');
    const entry = events[await selected(b) - 1];
    assert(entry.event === 'saved' && entry.appended);
    await openSmall(b, '#t=0&e=1300');
    await b.click('tr[data-server="0"] td.commit button');
    assert(['applied', 'reply_sent'].includes(events[await selected(b) - 1].event));
});

test('text and picture lead to each other', async (b) => {
    const events = await openSmall(b, '#t=0&e=600');
    const row = await b.look(`Number([...document.querySelectorAll('.row[data-n]')][4].dataset.n)`);
    await b.click(`.row[data-n="${row}"]`);
    assert.equal(await b.look('raftlab.page.run.events[raftlab.page.selected].n'), row);
    const at = await b.look(`raftlab.pointOf(${row})`);
    const ring = await dots(b, 'picture', Math.round(at.x) - 8, Math.round(at.y) - 8, 16, 16,
        await colour(b, 'cursor'));
    assert(ring > 15, 'its event is marked: ' + ring);
    const save = find(events, (e) => e.event === 'saved' && e.n > 700);
    await look(b, save.ms - 1, save.ms + 1);
    const mark = await b.look(`raftlab.page.drawn.marks.find((m) => m.places.includes(${save.n - 1}))`);
    const box = await picture(b);
    await b.clickAt(box.x + mark.x, box.y + mark.y);
    const seen = await b.look(`(() => { const l = document.getElementById('list').getBoundingClientRect();
        return [...document.querySelectorAll('.row')].some((r) => { const x = r.getBoundingClientRect();
            return Number(r.dataset.n) >= ${mark.places[0] + 1} && Number(r.dataset.n) <= ${mark.places.at(-1) + 1}
                && x.top >= l.top && x.bottom <= l.bottom; }); })()`);
    assert(seen, 'its line is in sight');
});

test('a log line tells its place in the source', async (b) => {
    const log = find(SMALL.events, (e) => e.event === 'log');
    await openSmall(b, `#t=0&e=${log.n}`);
    assert.match(await text(b, '#details .source'), /mine\/election\.c:42/);
});

// ---- Links, paper, colours, languages, keys ----

test('a permalink leads there; the address follows; back goes back', async (b) => {
    await openSmall(b);
    const applied = SMALL.events.filter((e) => e.event === 'applied')[5];
    await openSmall(b, `#t=${applied.ms.toFixed(3)}&e=${applied.n}`);
    assert.equal(await selected(b), applied.n);
    await b.press('ArrowRight');
    const n = await selected(b);
    await b.until(`location.hash.endsWith('&e=${n}')`, 3000);
    await b.press('ArrowUp');
    const cause = await selected(b);
    assert.equal(await b.look('location.hash'),
        `#t=${SMALL.events[cause - 1].ms.toFixed(3)}&e=${cause}`);
    await b.look('history.back()');
    await b.until(`raftlab.page.run.events[raftlab.page.selected].n === ${n}`, 3000);
    await openSmall(b, '#t=400.5');
    assert.match(await text(b, '#when'), /at 400\.500 ms/);
});

test('a permalink with a time alone tells the last event up to it', async (b) => {
    const applied = find(SMALL.events, (e, k) => e.event === 'applied' && e.ms > 3000 &&
        SMALL.events[k + 1].ms > e.ms + 0.01);
    for (const t of [applied.ms, applied.ms + 0.005]) {
        // As it is printed: in microseconds.
        await openSmall(b, '#t=' + t.toFixed(3));
        assert((await text(b, '#details h3')).includes(`applies ${applied.index}`));
        assert.equal(await b.look(`(() => {
            const row = document.querySelector('.row.last').getBoundingClientRect();
            const list = document.getElementById('list').getBoundingClientRect();
            return row.top >= list.top && row.bottom <= list.bottom; })()`), true);
        assert.equal(await b.look(`Number(document.querySelector('.row.last').dataset.n)`),
            applied.n);
    }
});

test('light and dark, with contrasts that can be read', async (b) => {
    await openSmall(b);
    for (const theme of ['light', 'dark']) {
        await b.click('#theme');
        assert.equal(await text(b, '#theme'), theme);
        const back = await colour(b, 'back');
        assert.equal(back[0] > 128, theme === 'light');
        for (const name of ['text', 'faint', 'votes', 'appends', 'snapshots', 'lost', 'rule'])
            assert(contrast(await colour(b, name), back) > (name === 'text' ? 10 : 3.9),
                `${theme}: ${name} ${contrast(await colour(b, name), back)}`);
    }
    await b.click('#theme');
    await b.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
    await b.settle();
    assert((await colour(b, 'back'))[0] < 128, 'auto follows the system');
    await b.send('Emulation.setEmulatedMedia', { features: [] });
});

function luminance(c) {
    const [r, g, b] = c.map((v) => v / 255).map((v) =>
        v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
    const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
}

// A colour as the two common kinds of colour-blindness see it (Viénot 1999), in
// linear light.
const SEEN = [[[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
    [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]];

function asSeen(c, matrix) {
    const linear = c.map((v) => (v / 255) ** 2.2);
    return matrix.map((row) => 255 * Math.max(0,
        row.reduce((sum, k, j) => sum + k * linear[j], 0)) ** (1 / 2.2));
}

test('the colour-blind tell the kinds apart', async (b) => {
    await openSmall(b);
    for (let k = 0; k < 2; k++) {
        await b.click('#theme');
        const inks = [];
        for (const name of ['votes', 'appends', 'snapshots', 'lost'])
            inks.push(await colour(b, name));
        for (const matrix of SEEN)
            for (let i = 0; i < 3; i++)
                for (let j = i + 1; j < 3; j++) {
                    const [x, y] = [asSeen(inks[i], matrix), asSeen(inks[j], matrix)];
                    assert(Math.hypot(...x.map((v, c) => v - y[c])) > 40, `${k}: ${i} and ${j}`);
                }
    }
});

test('print: the picture, what went wrong and the state, on light paper', async (b) => {
    await openSmall(b);
    await b.click('#theme');
    await b.click('#theme');
    await b.send('Emulation.setEmulatedMedia', { media: 'print' });
    await b.look(`window.dispatchEvent(new Event('beforeprint'))`);
    assert.equal(await b.look(`getComputedStyle(document.getElementById('tools')).display`), 'none');
    assert((await colour(b, 'back'))[0] > 128);
    const { data } = await b.send('Page.printToPDF', { landscape: true, printBackground: true });
    assert(data.length > 20000);
    await b.look(`window.dispatchEvent(new Event('afterprint'))`);
    await b.send('Emulation.setEmulatedMedia', { media: '' });
    assert((await colour(b, 'back'))[0] < 128);
});

test('English and Chinese have the same keys and words to fill in', async (b) => {
    await openSmall(b);
    const [en, zh] = await b.look('[raftlab.english, raftlab.chinese]');
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
    const holes = (s) => (JSON.stringify(s).match(/\{\w+\}/g) || []).sort();
    for (const key of Object.keys(en)) {
        assert.deepEqual(holes(zh[key]), holes(en[key]), key);
        if (/[a-z]{3}/.test(String(en[key]).replace(/\{\w+\}|next|match/g, '')))
            assert.notEqual(zh[key], en[key], key + ' is not translated');
    }
    assert.equal(zh.help_lines.length, en.help_lines.length);
    await b.click('#language');
    assert.match(await text(b, '#wrong'), /失败/);
    assert.match(await text(b, '#state'), /领导者/);
    assert.equal(await b.look('document.documentElement.lang'), 'zh');
    await b.click('#language');
    assert.match(await text(b, '#wrong'), /Failed/);
});

test('everything by keyboard', async (b) => {
    await openSmall(b, '#t=0&e=1300');
    const reached = new Set();
    for (let k = 0; k < 160; k++) {
        await b.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Tab', windowsVirtualKeyCode: 9 });
        await b.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Tab', windowsVirtualKeyCode: 9 });
        reached.add(await b.look(`(() => { const e = document.activeElement;
            return e.id || e.dataset.key || e.className; })()`));
    }
    for (const id of ['language', 'theme', 'help-button', 'search', 'heartbeats', 'server0',
        'kind-votes', 'filter-term', 'filter-index', 'all', 'zoom-in', 'whole', 'overview',
        'picture', 'list', 's0.term', 's4.vote', 's2.log8'])
        assert(reached.has(id), `Tab does not reach ${id}: ${[...reached].join(' ')}`);
    await b.look(`document.querySelector('[data-key="s0.term"]').focus()`);
    await b.press('Enter');
    const first = await selected(b);
    assert.equal(await b.look('document.activeElement.dataset.key'), 's0.term', 'the focus stays');
    await b.press('Enter');
    assert(await selected(b) < first);
    await b.press('?');
    assert.match(await text(b, '#help'), /Keys/);
    for (const id of ['picture', 'overview', 'list', 'filter-servers', 'search'])
        assert(await b.look(`document.getElementById('${id}').ariaLabel`), id + ' has a name');
    await b.press('Escape');
    assert.equal(await b.look(`document.getElementById('help').open`), false);
});

test('fig2: what the script asks and what is answered are a lane', async (b) => {
    await b.open(FIG2.file);
    assert.equal(await b.look('raftlab.page.view.lanes[0].script'), true);
    assert.equal(await b.look('raftlab.page.view.lanes.length'), 4);
    const asked = find(FIG2.events, (e) => e.event === 'asked');
    const at = await b.look(`raftlab.pointOf(${asked.n})`);
    const lane = await b.look('raftlab.page.view.lanes[0]');
    assert(at.y > lane.top && at.y < lane.top + lane.height);
    const mark = await b.look(`raftlab.page.drawn.marks.find((m) => m.places.includes(${asked.n - 1}))`);
    const box = await picture(b);
    await b.clickAt(box.x + mark.x, box.y + mark.y);
    assert((await text(b, '#details h3')).includes(asked.text));
    assert.equal(await count(b, '#state tr[data-server]'), 1,
        'who is played by the script has no state');
});

test('threads on request: their turns, and who waits for which lock', async (b) => {
    await b.open(FIG2.file);
    const wait = find(FIG2.events, (e) => e.event === 'waits');
    const listed = () => b.look(`raftlab.page.rows.includes(${wait.n - 1})`);
    assert.equal(await listed(), false);
    const { x } = await b.look(`raftlab.pointOf(${wait.n})`);
    const ink = await colour(b, 'lost');
    const drawn = () => dots(b, 'picture', Math.round(x) + 2, 0, 60, 300, ink);
    assert.equal(await drawn(), 0);
    await b.click('#threads');
    assert.equal(await listed(), true);
    assert(await drawn() > 20, 'a line of waiting');
    await b.click(`.row[data-n="${wait.n}"]`);
    assert.match(await text(b, '#details h3'), /thread 3 waits to lock a mutex \(rf->mu\), held by thread 4/);
});

test('a narrow window: everything there, nothing wider than it', async (b) => {
    await b.resize(400, 800);
    await openSmall(b);
    assert(await b.look('document.documentElement.scrollWidth <= 400'));
    for (const id of ['wrong', 'search', 'overview', 'picture', 'list', 'state', 'details'])
        assert((await b.placeOf('#' + id)).width > 100, id);
    await b.resize(1400, 900);
});

// ---- Real runs ----

// RAFTLAB_PAGES names a folder of pages that the lab itself has made.
test('the pages of real runs open, and have a sentence for all', async (b) => {
    const folder = process.env.RAFTLAB_PAGES;
    const files = folder ? fs.readdirSync(folder, { recursive: true })
        .filter((f) => f.endsWith('.html')) : [];
    for (const name of files) {
        await b.open(path.join(folder, name));
        const { bad, odd, places } = await b.look(`({ bad: raftlab.page.run.bad,
            places: raftlab.page.run.events.length,
            odd: raftlab.page.run.events.map((e, i) => raftlab.describe(i))
                .filter((s) => s === '' || /\\{|undefined|null|NaN|\\[object/.test(s)) })`);
        assert.deepEqual([name, bad, odd.slice(0, 3)], [name, 0, []]);
        assert(places > 5, name);
        await b.press('ArrowLeft');
        await b.press('ArrowUp');
    }
    console.log(`        ${files.length} pages`);
});

// A wait of a thread for a lock that another has taken in the Raft's code: its
// place among the events, and that of the latter.
function findWait() {
    const { events } = raftlab.page.run;
    for (let i = 0; i < events.length; i++) {
        const e = events[i];
        if (e.event !== 'waits' || e.holder === undefined || e.file === undefined)
            continue;
        const held = events.findLastIndex((o, k) => k < i && o.event === 'locks' &&
            o.thread === e.holder && o.on === e.on);
        if (held !== -1)
            return { wait: e, lock: events[held] };
    }
    return null;
}

test('threads of a real run: a wait leads to where its holder took the lock', async (b) => {
    const folder = process.env.RAFTLAB_PAGES && path.join(process.env.RAFTLAB_PAGES, 'threads');
    if (!folder)
        return;
    const name = fs.readdirSync(folder).find((f) => f.endsWith('.html'));
    await b.open(path.join(folder, name));
    const { wait, lock } = await b.look(`(${findWait})()`);
    assert.equal(await b.look('raftlab.page.drawn.threads.length'), 0, 'only on request');
    await b.press('t');
    await look(b, wait.ms - 0.003, wait.ms + 0.003);
    const rows = () => b.look(`raftlab.page.view.laneOf.get(${wait.server}).threads`);
    const before = await rows();
    for (let s = 0; s < 3; s++)
        if (s !== wait.server)
            await b.press(String(s + 1));
    await b.settle();
    const after = await rows();
    assert(after.shown.length >= before.shown.length && after.more === 0,
        'one server alone has room for all of its threads');
    const box = await picture(b);
    const at = await b.look(`({ x: raftlab.pointOf(${wait.n}).x, y: raftlab.page.view.laneOf
        .get(${wait.server}).threads.shown.find((r) => r.thread === ${wait.thread}).y })`);
    assert(await dots(b, 'picture', Math.round(at.x), Math.round(at.y) - 4, 12, 8,
        await colour(b, 'lost')) > 4, 'who waits for a lock is hatched in red');
    await b.clickAt(box.x + at.x + 4, box.y + at.y);
    const told = await text(b, '#details');
    assert.match(told, /waits to lock a mutex \(mutex \d+\), held by \w/);
    assert(told.includes(`${wait.file}:${wait.line}`));
    await b.click('#details .to-cause .link, #details .to-cause');
    assert.equal(await selected(b), lock.n);
    assert.match(await text(b, '#details h3'), /locks mutex \d+/);
    await b.press('t');
    assert.equal(await b.look('raftlab.page.drawn.threads.length'), 0);
});

test('turns, waits and locks that were left out are told', async (b) => {
    const page = writePage('left_out', fig2Sample() +
        '{"n":990,"ms":21,"event":"left_out","count":1234}\n');
    await b.open(page.file);
    assert.match(await text(b, '.row[data-n="990"]'), /Left out here: 1234 turns/);
});

// ---- Large records ----

// Seconds that the page has worked so far. They are longer on a slow or busy machine,
// so what is tested of them is how they grow.
async function worked(b) {
    const { metrics } = await b.send('Performance.getMetrics');
    return metrics.find((m) => m.name === 'TaskDuration').value;
}

// Of a frame, the median. A turn of the wheel is one frame; the test waits for two more.
async function frameSeconds(b) {
    const frames = [];
    for (let k = 0; k < 24; k++) {
        const before = await worked(b);
        await b.wheel(700, 400, k % 2 ? -4 : 4);
        frames.push(await worked(b) - before);
    }
    frames.sort((x, y) => x - y);
    return frames[frames.length / 2];
}

test('20,000 events, all of them in view: a frame grows with them, no faster', async (b) => {
    const page = writePage('20k', sample(20000));
    await b.open(page.file);
    await b.press('0');
    await b.press('h');
    assert(await b.look('raftlab.page.drawn.arrows.length') > 5000);
    const [lost, lane] = [await colour(b, 'lost'), await colour(b, 'lane')];
    const mixed = lost.map((v, c) => Math.round(v * 130 / 255 + lane[c] * 125 / 255));
    assert(await dots(b, 'picture', 64, 20, 1300, 330, mixed) > 500, 'crosses, too');
    const seconds = await frameSeconds(b);
    console.log(`        a frame takes ${(1000 * seconds).toFixed(1)} ms`);
    const small = writePage('2k', sample(2000));
    await b.open(small.file);
    await b.press('0');
    await b.press('h');
    const ratio = seconds / await frameSeconds(b);
    assert(ratio < 15, `ten times the events, ${ratio} times the work`);
});

// The ids of the processes whose command line names `text`.
function processesOf(text) {
    return fs.readdirSync('/proc').filter((pid) => {
        try {
            return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
        } catch (error) {
            return false;  // Not a process, or one that has ended.
        }
    });
}

// In a browser of its own: its time counts from here. Returns the seconds.
async function openSeconds(page, look) {
    const fresh = await Browser.start();
    try {
        await fresh.open(page.file);
        const seconds = await worked(fresh);
        await look(fresh);
        return seconds;
    } finally {
        await fresh.stop();
    }
}

test('100,000 events open in a time that grows with them, no faster', async () => {
    const page = writePage('100k', sample(100000));
    const seconds = await openSeconds(page, async (fresh) => {
        assert.equal(await fresh.look('raftlab.page.run.events.length'),
            page.events.length);
        await fresh.press('ArrowLeft');
        assert(await selected(fresh) > 99990);
    });
    console.log(`        takes ${seconds.toFixed(2)} s`);
    const ratio = seconds / await openSeconds(writePage('10k', sample(10000)), () => {});
    assert(ratio < 15, `ten times the events, ${ratio} times the work`);
});

test('a browser that has been stopped writes nothing more', async () => {
    for (let k = 0; k < 3; k++) {
        const fresh = await Browser.start();
        await fresh.stop();
        assert.deepEqual(processesOf(fresh.home), []);
    }
});

// ---- Running them ----

async function runOne(browser, { name, run }) {
    browser.errors.length = 0;
    try {
        await run(browser);
        assert.deepEqual(browser.errors, [], 'the page complains');
        console.log('ok      ' + name);
        return true;
    } catch (error) {
        console.log(`FAILED  ${name}: ${error.stack}`);
        return false;
    }
}

async function main() {
    const part = process.argv[2] || '';
    let failed = 0;
    const browser = await Browser.start();
    try {
        for (const one of tests.filter((t) => t.name.includes(part)))
            failed += await runOne(browser, one) ? 0 : 1;
    } finally {
        await browser.stop();
        fs.rmSync(work, { recursive: true, force: true });
    }
    console.log(failed === 0 ? 'page: all passed' : `page: ${failed} failed`);
    process.exitCode = failed === 0 ? 0 : 1;
}

main();

// Reads a trace back: node perfetto.js RECORD TRACE. It must be in the Trace
// Event Format as Perfetto's importer reads it, and say what the record says.
'use strict';

const fs = require('fs');
const { isDeepStrictEqual } = require('util');
const { readRecord, isArrival, expect } = require('./record.js');

const [recordPath, tracePath] = process.argv.slice(2);
const record = readRecord(recordPath);
const trace = JSON.parse(fs.readFileSync(tracePath, 'utf8'));
const numbers = new Set(record.map((e) => e.n));
const arrivals = record.filter((e) => isArrival(e) && e.cause && numbers.has(e.cause));

const EARLY_NS = 1;  // Numbers are rounded to nanoseconds.
const near = (a, b) => Math.abs(a - b) <= EARLY_NS / 1000;
const trackOf = (e) => `${e.pid}/${e.tid}`;

// ---- Each event alone ----

const names = { process_name: new Map(), thread_name: new Map() };

function checkForm(e) {
    const what = JSON.stringify(e).slice(0, 200);
    expect('MBEXiCsf'.includes(e.ph) && e.ph.length === 1, `another phase: ${what}`);
    for (const field of ['pid', 'tid'])
        expect(Number.isInteger(e[field]) && e[field] > 0, `no ${field}: ${what}`);
    expect(e.tid !== e.pid, `the track is its process's main thread: ${what}`);
    expect(Number.isFinite(e.ts) && e.ts >= 0, `no time: ${what}`);
    expect(e.ph === 'E' || (typeof e.name === 'string' && e.name !== ''), `no name: ${what}`);
    expect(e.ph !== 'i' || e.s === 't', `an instant of no track: ${what}`);
    expect(e.ph !== 'C' || Object.values(e.args).every(Number.isInteger), `no number: ${what}`);
    if (e.ph === 'M' && e.name in names)
        names[e.name].set(e.name === 'process_name' ? e.pid : trackOf(e), e.args.name);
}

// ---- Tracks ----

const open = new Map();    // The slices that are open on each track.
const latest = new Map();  // The latest slice that began on each track.
const closed = [];         // B and E in one: { begin, end }.
let now = 0;

function checkOrder(e) {
    expect(e.ts >= now, `time goes back at ${e.ts}`);
    now = e.ts;
    expect(names.thread_name.has(trackOf(e)), `track ${trackOf(e)} has no name`);
    expect(names.process_name.has(e.pid), `process ${e.pid} has no name`);
    const track = trackOf(e);
    const stack = open.get(track) || open.set(track, []).get(track);
    const before = latest.get(track);
    if ('XBi'.includes(e.ph))
        expect(!before || before.ph !== 'X' || before.ts + before.dur <= e.ts + EARLY_NS / 1000,
            `slices overlap on ${track} at ${e.ts}`);
    if (e.ph === 'X')
        expect(e.dur >= 0, `a slice of ${e.dur}`);
    if (e.ph === 'E') {
        expect(stack.length > 0, `nothing ends at ${e.ts} on ${track}`);
        closed.push({ begin: stack.pop(), end: e });
    }
    if (e.ph === 'B')
        stack.push(e);
    if ('XBi'.includes(e.ph))
        latest.set(track, e);
    if ('sf'.includes(e.ph))
        takeFlow(e);
}

// ---- Flows ----

const flows = new Map();

// Perfetto binds a flow to the slice that began last on its track.
function takeFlow(e) {
    const slice = latest.get(trackOf(e));
    expect(slice && slice.ph === 'X' && slice.ts === e.ts,
        `flow ${e.id} is in no slice at ${e.ts}`);
    expect(e.bp === 'e', `flow ${e.id} is bound to the next slice`);
    const flow = flows.get(e.id) || flows.set(e.id, {}).get(e.id);
    expect(!(e.ph in flow), `flow ${e.id} has two ${e.ph}`);
    flow[e.ph] = { flow: e, slice };
}

function checkFlows() {
    expect(flows.size === arrivals.length,
        `${flows.size} flows of ${arrivals.length} arrivals`);
    for (const arrival of arrivals) {
        const { s, f } = flows.get(arrival.n) || {};
        expect(s && f, `flow ${arrival.n} lacks its start or its finish`);
        expect(s.flow.name === f.flow.name && s.flow.cat === f.flow.cat,
            `flow ${arrival.n} has two names`);
        expect(s.flow.ts <= f.flow.ts, `flow ${arrival.n} ends before it starts`);
        expect(s.slice.args.n === arrival.cause && f.slice.args.n === arrival.n,
            `flow ${arrival.n} joins other messages`);
    }
}

// ---- The record's events ----

const isMessage = (e) => /^(request|reply)_/.test(e.event);

function checkEvents() {
    const drawn = new Map();
    for (const e of trace.traceEvents) {
        if (!e.args || !e.args.event)
            continue;
        expect(!drawn.has(e.args.n), `event ${e.args.n} is there twice`);
        drawn.set(e.args.n, e);
    }
    let latestMs = 0;
    for (const event of record) {
        latestMs = Math.max(latestMs, event.ms || 0);
        if (event.event === 'act_ends')
            continue;
        const e = drawn.get(event.n);
        expect(e && isDeepStrictEqual(e.args, event), `event ${event.n} is not there`);
        expect(near(e.ts, latestMs * 1000), `event ${event.n} is at ${e.ts}`);
        const process = event.server === undefined ? 'tester' : `S${event.server}`;
        expect(names.process_name.get(e.pid) === process, `event ${event.n} is not at ${process}`);
        const phase = isMessage(event) ? 'X' : event.event === 'act_begins' ? 'B' : 'i';
        expect(e.ph === phase, `event ${event.n} has phase ${e.ph}`);
        expect(!event.event.endsWith('_lost') || e.name.startsWith('LOST: '),
            `the lost message ${event.n} is not marked`);
    }
}

// ---- Spans ----

const lastUs = () => Math.max(0, ...record.map((e) => e.ms || 0)) * 1000;
const spansNamed = (thread, server) => closed.filter(({ begin }) =>
    names.thread_name.get(trackOf(begin)) === thread &&
    names.process_name.get(begin.pid) === `S${server}`);

function checkActs() {
    const ends = new Map(record.filter((e) => e.event === 'act_ends').map((e) => [e.cause, e]));
    for (const { begin, end } of closed) {
        if (begin.args.event !== 'act_begins')
            continue;
        const to = ends.get(begin.args.n);
        expect(near(end.ts, to ? to.ms * 1000 : lastUs()), `act ${begin.args.n} ends at ${end.ts}`);
    }
}

// The spans in which a server is crashed, paused or cut off: [name, from, to] in ms.
function faultsOf(server) {
    const connects = record.some((e) => e.event === 'connected');
    const is = { started: false, crashed: false, cut: false, pausedUntil: -1 };
    const spans = [];
    let fault = null, since = 0;
    const look = (ms) => {
        const now = !is.started ? null : is.crashed ? 'crashed'
            : ms < is.pausedUntil ? 'paused' : is.cut && connects ? 'cut off' : null;
        if (now === fault)
            return;
        if (fault !== null)
            spans.push([fault, since, ms]);
        [fault, since] = [now, ms];
    };
    const change = {
        started: () => Object.assign(is,
            { started: true, crashed: false, cut: true, pausedUntil: -1 }),
        crashed: () => { is.crashed = true; },
        cut_off: () => { is.cut = true; },
        connected: () => { is.cut = false; },
        paused: (e) => { is.pausedUntil = Math.max(is.pausedUntil, e.ms + e.for_ms); },
        resumed: () => { is.pausedUntil = -1; },
    };
    for (const e of [...record, { ms: lastUs() / 1000 }]) {
        if (is.pausedUntil >= 0 && is.pausedUntil <= e.ms)
            look(is.pausedUntil);
        if (e.server !== server || !(e.event in change))
            continue;
        change[e.event](e);
        look(e.ms);
    }
    if (fault !== null)
        spans.push([fault, since, lastUs() / 1000]);
    return spans;
}

function checkFaults() {
    for (const server of new Set(record.map((e) => e.server))) {
        if (server === undefined)
            continue;
        const drawn = spansNamed('faults', server);
        const wanted = faultsOf(server);
        expect(drawn.length === wanted.length,
            `S${server} has ${drawn.length} faults, not ${wanted.length}`);
        wanted.forEach(([name, from, to], i) => {
            const { begin, end } = drawn[i];
            expect(begin.name === name && near(begin.ts, from * 1000) && near(end.ts, to * 1000),
                `S${server} is not ${name} from ${from} to ${to} ms`);
        });
    }
}

// A server that says that it leads is shown as the leader.
function checkLeaders() {
    for (const event of record) {
        if (event.event !== 'leads')
            continue;
        const us = event.ms * 1000;
        expect(spansNamed('role (inferred)', event.server).some(({ begin, end }) =>
            begin.args.role === 'LEADER' && begin.args.term === event.term &&
            begin.ts <= us + EARLY_NS / 1000 && end.ts >= us - EARLY_NS / 1000),
        `leader ${event.server} of term ${event.term} is not there at ${us}`);
    }
}

function checkCounters() {
    const last = new Map();
    for (const e of trace.traceEvents)
        if (e.ph === 'C' && 'term' in e.args)
            last.set(names.process_name.get(e.pid), e.args.term);
    const saved = new Map();
    for (const event of record)
        if (event.event === 'saved' && event.term > 0)
            saved.set(`S${event.server}`, event.term);
    expect(isDeepStrictEqual([...last].sort(), [...saved].sort()), 'other terms are counted');
}

expect(trace.displayTimeUnit === 'ms', 'another unit');
trace.traceEvents.forEach(checkForm);
trace.traceEvents.filter((e) => e.ph !== 'M').forEach(checkOrder);
expect([...open.values()].every((stack) => stack.length === 0), 'a slice does not end');
checkFlows();
checkEvents();
checkActs();
checkFaults();
checkLeaders();
checkCounters();
console.log(`${record.length} events, ${flows.size} flows, ${closed.length} spans`);

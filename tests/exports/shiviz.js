// Reads a log for ShiViz back: node shiviz.js RECORD LOG. ShiViz must take it,
// and its clocks must order exactly the events that the record orders.
'use strict';

const fs = require('fs');
const { readRecord, expect } = require('./record.js');

// What ShiViz takes if the first line is empty.
const ITS_OWN = '(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})';
const MOST_COMPARED = 400;

const [recordPath, logPath] = process.argv.slice(2);
const record = readRecord(recordPath);
const [regexp, delimiter, ...lines] = fs.readFileSync(logPath, 'utf8').split('\n');
const hostOf = (e) => e.server === undefined ? 'tester' : `S${e.server}`;

function read(text, regexp) {
    return [...text.matchAll(new RegExp(regexp, 'gm'))].map(({ groups }) =>
        ({ ...groups, clock: JSON.parse(groups.clock) }));
}

// ---- As ShiViz reads it ----

expect(delimiter === '', 'the second line is not empty');
const events = read(lines.join('\n').trim(), regexp);
expect(events.length === record.length, `${events.length} of ${record.length} events`);

// Pasted with its first two lines, and read as ShiViz does on its own.
const pasted = read([regexp, delimiter, ...lines].join('\n'), ITS_OWN);
expect(pasted.length === events.length, 'read otherwise without its regular expression');
pasted.forEach((e, i) => expect(e.host === events[i].host &&
    JSON.stringify(e.clock) === JSON.stringify(events[i].clock), `event ${i} read otherwise`));

const count = {};
events.forEach((e) => { count[e.host] = (count[e.host] || 0) + 1; });
const before = {};
events.forEach((e, i) => {
    const last = before[e.host] || {};
    expect(e.host === hostOf(record[i]), `event ${i} is at ${e.host}`);
    expect(record[i].ms === undefined || Number(e.ms) === record[i].ms, `event ${i} is at ${e.ms} ms`);
    expect(e.event.trim() !== '', `event ${i} says nothing`);
    expect(e.clock[e.host] === (last[e.host] || 0) + 1, `event ${i} is not the next of ${e.host}`);
    for (const host of Object.keys({ ...last, ...e.clock }))
        expect(e.clock[host] >= (last[host] || 0) && e.clock[host] >= 1 &&
            e.clock[host] <= count[host], `event ${i}: the clock of ${host}`);
    before[e.host] = e.clock;
});

// ---- Happened before ----

// The direct predecessors of each event: of its host, its cause, of its thread
// if that is the tester's.
const place = new Map(record.map((e, i) => [e.n, i]));
place.delete(undefined);
const testers = new Set(record.filter((e) => e.server === undefined && e.thread)
    .map((e) => e.thread));
const lastOf = new Map();
const parents = record.map((e, i) => {
    const keys = [hostOf(e)];
    if (testers.has(e.thread))
        keys.push(e.thread);
    const found = keys.map((key) => lastOf.get(key));
    keys.forEach((key) => lastOf.set(key, i));
    return [...found, place.get(e.cause)].filter((p) => p !== undefined && p < i);
});

// All that happened before event i.
function ancestors(i) {
    const seen = new Uint8Array(record.length);
    const left = [i];
    while (left.length > 0)
        for (const parent of parents[left.pop()])
            if (!seen[parent]) {
                seen[parent] = 1;
                left.push(parent);
            }
    return seen;
}

const step = Math.ceil(record.length / MOST_COMPARED);
let ordered = 0;
for (let i = record.length - 1; i >= 0; i -= step) {
    const seen = ancestors(i);
    events.forEach((e, k) => {
        const says = k !== i && events[i].clock[e.host] >= e.clock[e.host];
        expect(says === (seen[k] === 1), `events ${k} and ${i}: ${says ? '' : 'not '}ordered`);
        ordered += says ? 1 : 0;
    });
}
console.log(`${events.length} events, ${ordered} pairs ordered`);

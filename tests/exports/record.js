// Reads a record for the tests of exports, and says what is wrong.
'use strict';

const fs = require('fs');

// The events of a record, in their order.
function readRecord(path) {
    const lines = fs.readFileSync(path, 'utf8').trimEnd().split('\n');
    return lines.slice(1).map((line) => JSON.parse(line));
}

function isArrival(event) {
    return event.event === 'request_arrived' || event.event === 'reply_arrived';
}

// Prints a line and ends with 1 unless the condition holds.
function expect(condition, text) {
    if (condition)
        return;
    console.log(`exports: ${text}`);
    process.exit(1);
}

module.exports = { readRecord, isArrival, expect };

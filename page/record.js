// A record, as docs/record.md describes it: a header, then an event a line.

// Reads it. A line that is no event is counted and left out: a record may end
// in the middle of one, if its writer was killed.
function readRecord(text) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    const values = parseLines(lines);
    const header = values.shift();
    lines.shift();
    if (!header || header.format !== 'raftlab record')
        return null;
    const record = { header, events: [], lines: [], bad: 0, dropped: 0 };
    for (let i = 0; i < values.length; i++)
        takeLine(record, values[i], lines[i]);
    return record;
}

function takeLine(record, value, line) {
    if (isEvent(value)) {
        record.events.push(value);
        record.lines.push(line);
    } else if (value !== null && value.event === 'dropped') {
        record.dropped += Number(value.count) || 0;
    } else if (value !== null && value.event === 'damaged') {
        record.damaged = textOf(value);
    } else {
        record.bad++;
    }
}

// All at once, which takes half the time; a line that cannot be read is null.
function parseLines(lines) {
    try {
        const values = JSON.parse('[' + lines.join(',') + ']');
        if (values.length === lines.length)
            return values;
    } catch (error) {
        // Some line is bad: see which.
    }
    return lines.map(parseLine);
}

function parseLine(line) {
    try {
        return JSON.parse(line);
    } catch (error) {
        return null;
    }
}

const MOST_SERVERS = 64;

function isEvent(value) {
    return value !== null && typeof value === 'object' &&
        Number.isFinite(value.n) && Number.isFinite(value.ms) &&
        typeof value.event === 'string' && isServer(value.server) &&
        isServer(value.peer);
}

function isServer(server) {
    return server === undefined ||
        (Number.isInteger(server) && server >= 0 && server < MOST_SERVERS);
}

// A server's log after each save. A save tells what it changed, so that a
// version of the log is what it added, and the version before it.

// before: a version, or null. e: an event "saved".
function logVersion(before, e, i) {
    const first = e.first || e.snapshot;
    return { before, by: i, base: first ? first.index : 0,
        last: e.last ? e.last.index : 0,
        appended: Array.isArray(e.appended) ? e.appended : [] };
}

// The last entries of a version, at most so many, from low to high, each
// { index, term, command, by }. One that the record left out has no term. What
// an older version has at an index that a newer one has, too, is replaced.
function logEntries(version, most) {
    const entries = [];
    if (version === null)
        return entries;
    const first = Math.max(version.base + 1, version.last - most + 1);
    let wanted = version.last;
    for (let v = version; v !== null && wanted >= first; v = v.before)
        for (let k = v.appended.length - 1; k >= 0; k--) {
            const entry = v.appended[k];
            for (; wanted > entry.index && wanted >= first; wanted--)
                entries.push({ index: wanted, by: v.by });
            if (entry.index === wanted && wanted >= first)
                entries.push({ ...entry, index: wanted--, by: v.by });
        }
    return entries.reverse();
}

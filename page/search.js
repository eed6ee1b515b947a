// The search: what was sought, what was found, and stepping through it.

function search(page, text) {
    const found = searchEvents(page.run, page.wanted, text);
    const { rules, verdict } = page.run;
    page.sought = text;
    page.isFound = new Set(found);
    // What tells of the failure repeats its words: it comes last, and where the
    // reader begins last of all.
    const told = [verdict, ...rules.slice().reverse()];
    const last = new Set(told.filter((i) => page.isFound.has(i)));
    page.found = found.filter((i) => !last.has(i)).concat(...last);
    page.foundEarly = found.length - last.size;
    refresh(page);
}

// The next found event after the cursor, or the one before it, around the end.
function stepFound(page, direction) {
    const { found, cursor } = page;
    if (found.length === 0)
        return;
    const at = found.indexOf(cursor);
    let k = at + direction;
    if (at === -1) {
        const next = firstNotLess(found.slice(0, page.foundEarly), cursor);
        k = direction < 0 ? next - 1 : next < page.foundEarly ? next : 0;
    }
    select(page, found[(k + found.length) % found.length], false);
}

function foundText(page) {
    if (!page.sought)
        return '';
    if (page.found.length === 0)
        return say('found_none');
    const at = page.found.indexOf(page.selected);
    return say('found', { at: at === -1 ? '–' : at + 1, count: page.found.length });
}

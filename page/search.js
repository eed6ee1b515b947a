// The search: what was sought, what was found, and stepping through it.

function search(page, text) {
    page.sought = text;
    page.found = searchEvents(page.run, page.wanted, text);
    page.isFound = new Set(page.found);
    refresh(page);
}

// The next found event after the cursor, or the one before it, around the end.
function stepFound(page, direction) {
    const { found, cursor } = page;
    if (found.length === 0)
        return;
    let k = firstNotLess(found, direction > 0 ? cursor + 1 : cursor);
    if (direction < 0)
        k = k - 1;
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

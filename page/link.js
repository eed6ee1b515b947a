// Permalinks: #t=1156.082&e=4711 is the cursor's time, and the selected event's
// number.

function linkOf(page) {
    const e = page.selected === -1 ? '' : '&e=' + page.run.events[page.selected].n;
    return '#t=' + msText(page.ms) + e;
}

const LINK_DELAY_MS = 150;

// Browsers refuse links that change too often, so that only where one rests is
// kept. What is jumped from stays in the history.
function saveLink(page, jump) {
    window.clearTimeout(page.linkTimer);
    if (jump) {
        writeLink(page, 'pushState');
        return;
    }
    page.linkTimer = window.setTimeout(() => writeLink(page, 'replaceState'),
        LINK_DELAY_MS);
}

function writeLink(page, how) {
    const link = linkOf(page);
    if (link !== window.location.hash)
        window.history[how](null, '', link);
}

// An address tells microseconds: all that happened in this one is before the cursor.
const SAME_MS = 0.000499;

// Goes where the address says. Returns false if it says nothing.
function followLink(page) {
    const words = new URLSearchParams(window.location.hash.slice(1));
    const place = placeOf(page.run, Number(words.get('e')));
    const ms = Number(words.get('t'));
    if (words.has('e') && place !== -1) {
        select(page, place, false);
        return true;
    }
    if (!words.has('t') || !Number.isFinite(ms))
        return false;
    moveTo(page, ms + SAME_MS);
    reveal(page.view, page.ms);
    return true;
}

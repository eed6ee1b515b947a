// What the reader has chosen: the cursor, what is selected, the part of the run
// that is seen, the filters. All that changes it goes through here.

function makePage(run) {
    const page = {
        run,
        view: makeView(run),
        filter: makeFilter(),
        wanted: [],                // Sorted places of the events wanted,
        isWanted: new Uint8Array(run.events.length),  // and each by its place.
        rows: [],                  // Of the list.
        found: [],                 // By the search.
        cursor: run.events.length - 1,  // The state shown is that after it.
        selected: -1,              // An event, or -1.
        ms: run.end,
        thing: null,               // What the details are about.
        trail: null,               // Which value is being asked "why?"
        theme: 'auto',
        language: 'en',
        drawn: { arrows: [], marks: [], threads: [], ms: 0 },
        stale: { picture: true, panels: true },
    };
    choose(page);
    return page;
}

// ---- Showing what has changed ----

// Draws at the next frame, however often it is called before.
function refresh(page, what) {
    page.stale.picture = true;
    if (what !== 'picture')
        page.stale.panels = true;
    if (page.waiting)
        return;
    page.waiting = true;
    window.requestAnimationFrame(() => drawPage(page));
}

function drawPage(page) {
    page.waiting = false;
    if (page.stale.panels) {
        page.stale.panels = false;
        drawPanels(page);
    }
    page.stale.picture = false;
    drawPicture(page);
    drawOverview(page);
}

function drawPanels(page) {
    drawWhatWentWrong(page);
    drawTools(page);
    drawState(page);
    drawDetails(page);
    drawList(page);
}

// ---- Choosing ----

// After a change of the filter.
function choose(page) {
    const { run, filter } = page;
    page.wanted = wantedEvents(run, filter);
    page.isWanted.fill(0);
    for (const i of page.wanted)
        page.isWanted[i] = 1;
    page.rows = makeRows(run, page.isWanted, filter.heartbeats);
}

function changeFilter(page, change) {
    change(page.filter);
    choose(page);
    search(page, page.sought || '');
    refresh(page);
}

// ---- Moving the cursor ----

// To event i. A jump can be gone back from.
function select(page, i, jump) {
    page.selected = page.cursor = i;
    page.ms = page.run.events[i].ms;
    page.thing = { places: [i] };
    reveal(page.view, page.ms);
    showRow(page);
    saveLink(page, jump);
    refresh(page);
}

// To a time at which there may be no event: the details tell the last one up to it.
function moveTo(page, ms) {
    page.ms = Math.max(page.run.start, Math.min(page.run.end, ms));
    page.selected = -1;
    page.cursor = Math.max(0, firstAt(page.run, page.ms + 1e-9) - 1);
    page.thing = { places: [page.cursor] };
    showRow(page);
    saveLink(page, false);
    refresh(page);
}

// To whatever was clicked on: see thingAt.
function selectThing(page, thing, ms) {
    page.trail = null;
    if (thing && thing.places && thing.places.length === 1)
        return select(page, thing.places[0], false);
    moveTo(page, ms);
    if (thing)
        page.thing = thing;
    if (thing && thing.places)
        page.cursor = thing.places[thing.places.length - 1];
    showRow(page);
    return refresh(page);
}

// To the next event that is wanted, or the one before.
function step(page, direction) {
    const { wanted, cursor } = page;
    let k = firstNotLess(wanted, cursor);
    if (direction < 0)
        k = k - 1;
    else if (wanted[k] === cursor)
        k = k + 1;
    if (page.selected === -1 && direction < 0 && wanted[k + 1] === cursor)
        k = k + 1;  // From between two events to the one before.
    if (k >= 0 && k < wanted.length)
        select(page, wanted[k], false);
}

function toCause(page) {
    const cause = causeOf(page.run, page.cursor);
    if (cause)
        select(page, cause.i, true);
    return cause !== null;
}

function toEffect(page) {
    const [first] = effectsOf(page.run, page.cursor);
    if (first !== undefined)
        select(page, first, true);
}

// A click on a value: to the event that set it, and each time again to what
// led there.
function askWhy(page, key, by) {
    const again = page.trail && page.trail.key === key &&
        page.trail.at === page.selected;
    const cause = again ? causeOf(page.run, page.selected) : { i: by };
    if (cause)
        select(page, cause.i, true);
    page.trail = { key, at: page.selected };
}

// Shows events side by side.
function showEvents(page, places) {
    const times = places.map((i) => page.run.events[i].ms);
    const from = Math.min(...times), to = Math.max(...times);
    const margin = to > from ? (to - from) * 0.5 : 5;
    show(page.view, from - margin, to + margin);
}

// ---- What went wrong ----

// The event with which it did: a broken rule, else the verdict, else the end.
function wrongEvent(run) {
    if (run.rules.length > 0)
        return run.rules[0];
    return run.verdict !== -1 ? run.verdict : run.events.length - 1;
}

const FIRST_LOOK_MS = 2000;
const MOST_LOOK_MS = 30000;

// Where the reader begins: with what contradicts each other, or with the end of
// progress, if that is not too long ago; and with what came before.
function showWrong(page) {
    const { run, view } = page;
    const i = wrongEvent(run), ms = run.events[i].ms;
    const places = run.rules.length > 0 ? rulePlaces(run, run.events[i]) : [];
    if (run.rules.length === 0 && run.verdict !== -1 &&
        run.events[run.verdict].result === 'passed')
        show(view, view.first, view.last);
    else
        showBefore(view, ms, places.length > 0 ?
            Math.min(...places.map((p) => run.events[p].ms)) : progressEnd(run, i));
    select(page, i, false);
}

// When something was agreed on or applied last before event i, or its act began.
function progressEnd(run, i) {
    const last = lastOf(run, i, (e) => e.event === 'agreed' || e.event === 'applied');
    const act = actAt(run, i);
    return Math.min(run.events[i].ms, last === -1 ? Infinity : run.events[last].ms,
        act ? run.events[act.begin].ms : Infinity);
}

function showBefore(view, ms, earliest) {
    const from = ms - earliest < MOST_LOOK_MS ?
        Math.min(earliest, ms - FIRST_LOOK_MS) : ms - FIRST_LOOK_MS;
    const margin = (ms - from) * 0.1;
    show(view, from - margin, ms + margin);
}

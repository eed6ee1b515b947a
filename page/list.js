// The run as text: a line an event. Only the lines in sight are elements,
// because there may be 100,000.

const ROW = 20;   // Pixels; the style sheet says so too.
const SPARE = 10; // Lines above and below those in sight.

// An event's row is its place; a row of folded heartbeats is { count, before },
// the place that follows it.
function makeRows(run, isWanted, heartbeats) {
    const rows = [];
    let folded = 0;
    for (let i = 0; i < run.events.length; i++) {
        if (run.quiet[i] && !heartbeats && run.events[i].event === 'request_sent')
            folded++;
        if (!isWanted[i])
            continue;
        if (folded > 0)
            rows.push({ count: folded, before: i });
        folded = 0;
        rows.push(i);
    }
    return rows;
}

function drawList(page) {
    const rows = element('rows'), list = element('list');
    rows.style.height = page.rows.length * ROW + 'px';
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - SPARE);
    const last = Math.min(page.rows.length,
        Math.ceil((list.scrollTop + list.clientHeight) / ROW) + SPARE);
    const made = [];
    for (let k = first; k < last; k++)
        made.push(makeRow(page, k));
    rows.replaceChildren(...made);
    list.setAttribute('aria-activedescendant',
        page.selected === -1 ? '' : 'row' + page.selected);
}

function makeRow(page, k) {
    const row = page.rows[k];
    const made = typeof row === 'number' ? eventRow(page, row) : foldedRow(page, row);
    made.style.top = k * ROW + 'px';
    return made;
}

function eventRow(page, i) {
    const e = page.run.events[i];
    const row = make('div', 'row kind-' + kindOf(e),
        make('span', 'ms', msText(e.ms)),
        make('span', 'who', serverName(e.server)),
        make('span', 'what', describe(page.run, i)));
    row.id = 'row' + i;
    row.setAttribute('role', 'option');
    row.setAttribute('aria-selected', String(i === page.selected));
    row.dataset.n = e.n;
    row.classList.toggle('selected', i === page.selected);
    row.classList.toggle('last', page.selected === -1 && i === page.cursor);
    row.classList.toggle('found', page.isFound !== undefined && page.isFound.has(i));
    row.classList.toggle('broken', e.event === 'rule_broken');
    row.addEventListener('click', () => {
        page.trail = null;
        select(page, i, false);
    });
    return row;
}

// A click on it shows what is folded.
function foldedRow(page, row) {
    const made = make('div', 'row folded', make('span', 'ms', ''),
        make('span', 'who', ''),
        make('span', 'what', say('folded', { count: row.count })));
    made.addEventListener('click', () =>
        changeFilter(page, (filter) => { filter.heartbeats = true; }));
    return made;
}

// The row on which event i stands, or the next one.
function rowOf(page, i) {
    const place = (row) => typeof row === 'number' ? row : row.before - 0.5;
    let low = 0, high = page.rows.length;
    while (low < high) {
        const middle = (low + high) >> 1;
        if (place(page.rows[middle]) < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Scrolls so that the cursor's row is in sight.
function showRow(page) {
    const list = element('list');
    const top = rowOf(page, page.cursor) * ROW;
    if (top < list.scrollTop || top > list.scrollTop + list.clientHeight - 2 * ROW)
        list.scrollTop = Math.max(0, top - list.clientHeight / 2);
}

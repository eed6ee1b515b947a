// What was clicked on, told whole.

const MOST_LISTED = 200;

function drawDetails(page) {
    const box = element('details');
    const thing = page.thing;
    if (!thing)
        replace(box);
    else if (thing.places)
        replace(box, ...eventsTold(page, thing.places));
    else
        replace(box, ...stretchTold(page, thing));
}

function eventsTold(page, places) {
    if (places.length === 1)
        return eventTold(page, places[0]);
    const list = make('ol', 'together');
    for (const i of places.slice(0, MOST_LISTED))
        list.append(make('li', '', linkTo(page, i)));
    return [make('p', '', say('together', { count: places.length })), list];
}

function eventTold(page, i) {
    const { run } = page;
    const e = run.events[i];
    const parts = [make('h3', '', describe(run, i))];
    if (typeof e.file === 'string')
        parts.push(make('p', 'source', say('source', { file: e.file, line: e.line })));
    if (page.summary !== '' && (i === wrongEvent(run) || i === run.verdict))
        parts.push(make('pre', 'summary', page.summary));
    parts.push(causeTold(page, i));
    const effects = effectsOf(run, i);
    if (effects.length > 0)
        parts.push(make('p', '', say('effects'), ...linesOf(page, effects)));
    const exchange = exchangeOf(run, i);
    if (exchange.length > 0)
        parts.push(make('p', '', say('exchange'), ...linesOf(page, exchange)));
    parts.push(...inFlight(run, i), fieldsTable(e));
    return parts;
}

function causeTold(page, i) {
    const cause = causeOf(page.run, i);
    if (!cause)
        return make('p', 'faint', say('no_cause'));
    const line = make('p', '', say(cause.how), ' ',
        linkTo(page, cause.i));
    line.lastChild.classList.add('to-cause');
    return line;
}

function linesOf(page, places) {
    return places.slice(0, MOST_LISTED).flatMap((i) => {
        const button = linkTo(page, i, msText(page.run.events[i].ms) + '  ' +
            describe(page.run, i));
        button.classList.toggle('here', i === page.selected);
        return [make('br', ''), button];
    });
}

function inFlight(run, i) {
    const message = run.messageOf[i];
    return message && message.got === -1 && message.lost === -1 ?
        [make('p', '', say('in_flight'))] : [];
}

// Every field, as it stands in the record.
function fieldsTable(e) {
    const table = make('table', 'fields');
    for (const [name, held] of Object.entries(e))
        table.append(make('tr', '', make('th', '', name), make('td', '',
            held !== null && typeof held === 'object' ? nested(held) : held)));
    return table;
}

function nested(held) {
    if (Array.isArray(held) && held.every((x) => typeof x !== 'object'))
        return held.join(', ');
    const table = make('table', '');
    for (const [name, inner] of Object.entries(held))
        table.append(make('tr', '', make('th', '', name), make('td', '',
            inner !== null && typeof inner === 'object' ? nested(inner) : inner)));
    return table;
}

// A band, a stretch in which a server was down or cut off, an act.
function stretchTold(page, thing) {
    const { run } = page;
    const stretch = thing.band || thing.span || thing.act;
    const end = stretch.end === -1 ? run.events.length - 1 : stretch.end;
    const from = run.events[stretch.begin].ms, to = run.events[end].ms;
    const parts = [make('h3', '', stretchName(thing)),
        make('p', '', say('from_to', { from: msText(from), to: msText(to),
            took: msText(to - from) })),
        make('p', '', linkTo(page, stretch.begin))];
    if (stretch.end !== -1)
        parts.push(make('p', '', linkTo(page, stretch.end)));
    return parts;
}

function stretchName({ band, span, act }) {
    if (act)
        return say('act', act);
    if (span)
        return say('span_' + span.what, { server: serverName(span.server) });
    return say('band', { server: serverName(band.server), term: band.term,
        role: band.role ? say(band.role) : say('unknown') });
}

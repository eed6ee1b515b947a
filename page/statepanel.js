// Every server's state at the cursor, each value a button that leads to the
// event that set it.

const COLUMNS = ['server', 'up', 'role', 'term', 'vote', 'commit',
    'applied_index', 'snapshot', 'heard', 'log', 'followers'];
const LOG_SHOWN = 6;

function drawState(page) {
    const { run, cursor } = page;
    const n = run.events.length > 0 ? run.events[cursor].n : 0;
    element('when').textContent = say('when', { n, ms: msText(page.ms) });
    const head = make('tr', '', ...COLUMNS.map((c) => make('th', '', say(c))));
    const table = make('table', '', head);
    for (const state of run.states)
        if (!page.filter.hiddenServers.has(state.server) &&
            !run.played.has(state.server))
            table.append(stateRow(page, state));
    replace(element('state'), table,
        make('p', 'faint', say('inferred_legend')));
}

function stateRow(page, state) {
    const row = make('tr', '', make('th', '', serverName(state.server)));
    row.dataset.server = state.server;
    const cells = { up: upCell, role: roleCell, term: termCell, vote: voteCell,
        commit: numberCell('commit'), applied: numberCell('applied'),
        snapshot: snapshotCell, heard: heardCell, log: logCell,
        followers: followersCell };
    for (const [name, cell] of Object.entries(cells))
        row.append(make('td', name, ...cell(page, state)));
    return row;
}

// A value, as it was told; or a dash.
function value(page, key, step, text) {
    if (!step)
        return make('span', 'faint', say('none'));
    const button = makeButton('value', (step.sure ? '' : '~') + text,
        () => askWhy(page, key, step.by));
    button.dataset.key = key;
    button.dataset.by = page.run.events[step.by].n;
    if (!step.sure) {
        button.classList.add('inferred');
        button.title = say('inferred');
    }
    return button;
}

function keyOf(state, name) {
    return 's' + state.server + '.' + name;
}

function upCell(page, state) {
    const up = state.up.at(page.cursor), cut = state.cut.at(page.cursor);
    const parts = [up ? value(page, keyOf(state, 'up'), up, say(up.value)) :
        make('span', 'faint', say('not_started'))];
    if (cut && cut.value)
        parts.push(' ', value(page, keyOf(state, 'cut'), cut, say('cut_off')));
    return parts;
}

function roleCell(page, state) {
    const step = state.role.at(page.cursor);
    if (!step || step.value === null)
        return [value(page, '', null)];
    const button = value(page, keyOf(state, 'role'), step, say(step.value));
    button.classList.add(step.value);
    return [button];
}

function termCell(page, state) {
    const step = state.term.at(page.cursor);
    const button = value(page, keyOf(state, 'term'), step, step ? step.value : '');
    if (step && step.value > 0)
        paintTerm(button, step.value);
    return [button];
}

function paintTerm(button, term) {
    button.style.background = termColour(term);
    button.style.color = colours.onTerm;
}

function voteCell(page, state) {
    const step = state.vote.at(page.cursor);
    const text = step && (step.value === -1 ? say('nobody') : serverName(step.value));
    return [value(page, keyOf(state, 'vote'), step, text)];
}

function numberCell(name) {
    return (page, state) => {
        const step = state[name].at(page.cursor);
        return [value(page, keyOf(state, name), step, step ? step.value : '')];
    };
}

function snapshotCell(page, state) {
    const step = state.snapshot.at(page.cursor);
    const text = step && entryName(step.value.index, step.value.term);
    return [value(page, keyOf(state, 'snapshot'), step, text)];
}

// The last entries, each in its term's colour; those not known to be committed
// are outlined.
function logCell(page, state) {
    const step = state.log.at(page.cursor);
    if (!step)
        return [value(page, '', null)];
    const commit = state.commit.at(page.cursor);
    const entries = logEntries(step.value, LOG_SHOWN);
    const before = step.value.last - step.value.base - entries.length;
    const parts = before > 0 ?
        [make('span', 'faint', say('earlier', { count: before }), ' ')] : [];
    for (const entry of entries)
        parts.push(entryButton(page, state, entry, commit ? commit.value : 0));
    return parts.length > 0 ? parts : [make('span', 'faint', say('none'))];
}

function entryButton(page, state, entry, commit) {
    const step = { sure: true, by: entry.by };
    const button = value(page, keyOf(state, 'log' + entry.index), step,
        entryName(entry.index, entry.term));
    button.classList.add('entry');
    if (entry.index > commit)
        button.classList.add('uncommitted');
    button.title = commandText(entry.command);
    if (entry.term !== undefined)
        paintTerm(button, entry.term);
    return button;
}

function followersCell(page, state) {
    const role = state.role.at(page.cursor);
    if (!role || role.value !== 'leader')
        return [value(page, '', null)];
    const parts = [];
    state.next.forEach((next, p) => {
        const n = next.at(page.cursor), m = state.match[p].at(page.cursor);
        if (p === state.server || (!n && !m))
            return;
        parts.push(make('span', 'follower', serverName(p) + ': ',
            value(page, keyOf(state, 'next' + p), n, n ? n.value : ''), ' / ',
            value(page, keyOf(state, 'match' + p), m, m ? m.value : '')));
    });
    return parts;
}

function heardCell(page, state) {
    const step = state.heard.at(page.cursor);
    if (!step)
        return [make('span', 'faint', say('never'))];
    const ms = page.ms - page.run.events[step.value].ms;
    return [value(page, keyOf(state, 'heard'), step, say('ago', { ms: ms.toFixed(1) }))];
}

// The bar above the picture: search, filters, zoom; and the title, the language
// and the colours.

// Says everything in the language that is spoken, and shows what is chosen.
function drawTools(page) {
    const { run, filter } = page;
    drawTitle(run);
    for (const part of document.querySelectorAll('[data-text]'))
        part.textContent = say(part.dataset.text);
    element('search').placeholder = say('search');
    element('search').setAttribute('aria-label', say('search'));
    element('found').textContent = foundText(page);
    const heartbeats = element('heartbeats');
    heartbeats.textContent = say('heartbeats', { count: run.quietCount });
    heartbeats.title = say('heartbeats_hint');
    heartbeats.setAttribute('aria-pressed', String(filter.heartbeats));
    element('all').textContent = say('all');
    element('whole').textContent = say('whole');
    element('language').textContent = say('language');
    element('theme').textContent = say('theme_' + page.theme);
    element('help-button').textContent = say('help') + ' ?';
    nameParts();
    drawThreadsButton(page);
    drawServerBoxes(page);
    drawKindBoxes(page);
    document.documentElement.lang = page.language;
}

// For those who hear the page.
function nameParts() {
    const names = { 'filter-servers': 'servers', 'filter-kinds': 'kinds',
        list: 'events', picture: 'picture', overview: 'whole' };
    for (const [id, key] of Object.entries(names))
        element(id).setAttribute('aria-label', say(key));
}

function drawTitle(run) {
    const h = run.header;
    const name = [h.suite, h.test].filter((x) => x).join(' · ');
    element('title').textContent = name;
    document.title = 'raftlab: ' + name;
    const about = [h.time ? say(h.time === 'real' ? 'real' : 'virtual') : '',
        h.seed === undefined ? '' : say('seed', h),
        h.policy === undefined ? '' : say('policy', h), h.raft,
        say('event_count', { count: run.events.length.toLocaleString('en') })];
    element('about').textContent = about.filter((x) => x).join(' · ');
}

function drawThreadsButton(page) {
    const button = element('threads');
    button.hidden = page.run.threads.size === 0;
    button.textContent = say('threads');
    const shown = showsThreads(page.run, page.filter);
    button.setAttribute('aria-pressed', String(shown));
    button.title = say('threads_hint');
    document.body.classList.toggle('with-threads', shown);
}

function drawServerBoxes(page) {
    const boxes = [];
    for (let s = 0; s < page.run.servers; s++)
        boxes.push(makeBox(page, 'server' + s, serverName(s),
            (filter) => filter.hiddenServers, s));
    replace(element('filter-servers'), ...boxes);
}

function drawKindBoxes(page) {
    const boxes = [];
    for (const kind of KINDS)
        if (kind !== 'threads' && kindsOf(page.run).has(kind))
            boxes.push(makeBox(page, 'kind-' + kind, say('kind_' + kind),
                (filter) => filter.hiddenKinds, kind));
    replace(element('filter-kinds'), ...boxes);
}

// The kinds that there are in this run.
function kindsOf(run) {
    if (!run.kinds)
        run.kinds = new Set(run.events.map(kindOf));
    return run.kinds;
}

// A box that is ticked as long as a filter's set does not hide what.
function makeBox(page, key, text, setOf, what) {
    const input = make('input', '');
    input.type = 'checkbox';
    input.checked = !setOf(page.filter).has(what);
    input.dataset.key = key;
    input.addEventListener('change', () => toggle(page, setOf, what));
    return make('label', 'box ' + key, input, text);
}

function toggle(page, setOf, what) {
    changeFilter(page, (filter) => {
        const set = setOf(filter);
        if (!set.delete(what))
            set.add(what);
    });
}

// ---- What they do ----

function listenToTools(page) {
    const press = (id, action) => element(id).addEventListener('click', action);
    press('heartbeats', () => toggleHeartbeats(page));
    press('threads', () => toggleThreads(page));
    press('all', () => showAll(page));
    press('zoom-in', () => zoomBy(page, 0.5));
    press('zoom-out', () => zoomBy(page, 2));
    press('whole', () => showWhole(page));
    press('language', () => changeLanguage(page));
    press('theme', () => changeTheme(page));
    press('help-button', showHelp);
    listenToSearch(page);
    listenToNumber(page, 'term');
    listenToNumber(page, 'index');
}

function listenToSearch(page) {
    const field = element('search');
    field.addEventListener('input', () => search(page, field.value));
    field.addEventListener('keydown', (key) => {
        if (key.key === 'Enter')
            stepFound(page, key.shiftKey ? -1 : 1);
    });
}

// A field that holds a number, or nothing.
function listenToNumber(page, name) {
    const field = element('filter-' + name);
    field.addEventListener('input', () => {
        const text = field.value.trim();
        const number = Number(text);
        const bad = text !== '' && !Number.isInteger(number);
        field.setAttribute('aria-invalid', String(bad));
        changeFilter(page, (filter) => {
            filter[name] = text === '' || bad ? null : number;
        });
    });
}

function toggleHeartbeats(page) {
    changeFilter(page, (filter) => { filter.heartbeats = !filter.heartbeats; });
    showRow(page);
}

function toggleThreads(page) {
    if (page.run.threads.size === 0)
        return;
    toggle(page, (filter) => filter.hiddenKinds, 'threads');
    showRow(page);
}

function showAll(page) {
    for (const id of ['search', 'filter-term', 'filter-index'])
        element(id).value = '';
    page.sought = '';
    changeFilter(page, (filter) => {
        const heartbeats = filter.heartbeats;
        Object.assign(filter, makeFilter(), { heartbeats });
    });
}

function zoomBy(page, factor) {
    const { view, ms } = page;
    const inside = ms >= view.t0 && ms <= view.t1;
    zoom(view, factor, inside ? ms : (view.t0 + view.t1) / 2);
    refresh(page, 'picture');
}

function showWhole(page) {
    show(page.view, page.view.first, page.view.last);
    refresh(page, 'picture');
}

// ---- Language, colours, help ----

function changeLanguage(page) {
    page.language = page.language === 'en' ? 'zh' : 'en';
    speak(page.language);
    refresh(page);
}

function changeTheme(page) {
    const themes = ['auto', 'light', 'dark'];
    page.theme = themes[(themes.indexOf(page.theme) + 1) % themes.length];
    chooseColours(page.theme);
    refresh(page);
}

function showHelp() {
    const list = make('dl', '');
    for (const [keys, what] of spoken.help_lines)
        list.append(make('dt', '', keys), make('dd', '', what));
    const dialog = element('help');
    replace(dialog, make('h2', '', say('help_title')), list,
        make('p', '', say('help_picture')),
        makeButton('', say('close'), () => dialog.close()));
    if (!dialog.open)
        dialog.showModal();
}

// What went wrong, at the top: the verdict, the rule, what the test was in, and
// where progress ended. Each is a way to its event.

function drawWhatWentWrong(page) {
    const { run } = page;
    const box = element('wrong');
    const e = run.verdict === -1 ? null : run.events[run.verdict];
    box.className = e ? e.result : 'failed';
    const parts = [verdictLine(page, e)];
    for (const i of run.rules.slice(0, 3))
        parts.push(ruleLine(page, i));
    if (!e || e.result !== 'passed')
        parts.push(lastFacts(page));
    if (run.bad > 0)
        parts.push(make('p', '', say('bad_lines', { count: run.bad })));
    if (run.damaged)
        parts.push(make('p', '', say('damaged', { text: run.damaged })));
    if (run.dropped > 0)
        parts.push(make('p', '', say('dropped', { count: run.dropped })));
    if (run.header.version !== 1)
        parts.push(make('p', '', say('version', run.header)));
    replace(box, ...parts);
}

// The message of a broken rule is told once, with the rule.
function verdictLine(page, e) {
    const { run } = page;
    if (!e)
        return make('p', 'verdict', say('no_verdict'));
    const told = run.rules.some((i) => textOf(run.events[i]) === textOf(e));
    const words = told ? say(e.result) : undefined;
    return make('p', 'verdict', linkTo(page, run.verdict, words));
}

function ruleLine(page, i) {
    const { run } = page;
    const e = run.events[i];
    const name = linkTo(page, i, say('rule', e));
    name.classList.add('rule');
    const line = make('p', 'rule-line', name, ' ', ruleText(e));
    const places = rulePlaces(run, e);
    if (places.length > 1)
        line.append(' ', make('span', 'faint', say('contradict')));
    for (const p of places) {
        const button = linkTo(page, p, describe(run, p));
        button.addEventListener('click', () => {
            showEvents(page, places);
            refresh(page);
        });
        line.append(' ', button);
    }
    return line;
}

// The last of what a failure of progress is about.
function lastFacts(page) {
    const { run } = page;
    const line = make('p', 'facts');
    const add = (i, text) => line.append(linkTo(page, i, text), ' ');
    const until = wrongEvent(run);
    const act = actAt(run, until);
    if (act)
        add(act.begin, say('in_act', { text: act.text,
            ms: msText(run.events[act.begin].ms) }));
    const agreed = lastOf(run, until, (e) => e.event === 'agreed');
    if (agreed !== -1)
        add(agreed, say('last_agreed', run.events[agreed]));
    const applied = lastOf(run, until, (e) => e.event === 'applied');
    if (applied !== -1)
        add(applied, say('last_applied', { index: run.events[applied].index,
            server: serverName(run.events[applied].server) }));
    addLeader(page, until, add);
    return line;
}

function addLeader(page, until, add) {
    const { run } = page;
    let latest = null, stood = 0;
    const bands = run.states.flatMap((state) => state.bands)
        .filter((b) => b.begin <= until);
    for (const b of bands)
        if (b.role === 'leader' && (!latest || b.begin > latest.begin))
            latest = b;
    if (latest)
        add(latest.begin, say('last_leader', { server: serverName(latest.server),
            term: latest.term }));
    for (const b of bands)
        if (b.role === 'candidate' && b.begin > (latest ? latest.begin : -1))
            stood++;
    const first = bands.filter((b) => b.role === 'candidate' &&
        b.begin > (latest ? latest.begin : -1)).map((b) => b.begin);
    if (stood > 0)
        add(Math.min(...first), say('stood_since', { count: stood }));
}

// The last event up to a place that fits, or -1.
function lastOf(run, until, fits) {
    for (let i = until; i >= 0; i--)
        if (fits(run.events[i]))
            return i;
    return -1;
}

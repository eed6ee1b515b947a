// Starts the page: reads the record, makes the run of it, and listens.

function start() {
    const language = /^zh/.test(navigator.language) ? 'zh' : 'en';
    speak(language);
    chooseColours('auto');
    const holder = element('record');
    const record = readRecord(holder.textContent);
    holder.remove();  // Its text is as large as all the rest.
    if (record === null || record.events.length === 0) {
        element('wrong').textContent = say('no_record');
        return;
    }
    const page = makePage(makeRun(record));
    page.language = language;
    page.summary = element('summary').textContent.trim();
    page.canvas = element('picture');
    page.overview = element('overview');
    listen(page);
    drawPage(page);
    if (!followLink(page))
        showWrong(page);
    expose(page);
}

function listen(page) {
    listenToTools(page);
    listenToKeys(page);
    listenToPointer(page);
    element('list').addEventListener('scroll', () => drawList(page));
    window.addEventListener('resize', () => refresh(page));
    window.addEventListener('hashchange', () => followLink(page));
    window.addEventListener('popstate', () => followLink(page));
    window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
        chooseColours(page.theme);
        refresh(page);
    });
    listenToPrinter(page);
}

// Paper is light, and may have another width.
function listenToPrinter(page) {
    window.addEventListener('beforeprint', () => {
        useColours(LIGHT);
        drawPanels(page);
        drawPicture(page);
        drawOverview(page);
    });
    window.addEventListener('afterprint', () => {
        chooseColours(page.theme);
        refresh(page);
    });
}

// For whoever tests the page, or looks into it with the browser's tools.
function expose(page) {
    window.raftlab = {
        page,
        pointOf: (n) => pointOf(page.run, page.view, placeOf(page.run, n)),
        arrowOf: (n) => page.drawn.arrows.find((a) =>
            a.message === page.run.messageOf[placeOf(page.run, n)]),
        msOf: (x) => msOf(page.view, x),
        describe: (i) => describe(page.run, i),
        termColour,
        english: STRINGS_EN,
        chinese: STRINGS_ZH,
    };
}

start();

// All of it by keyboard. Fields keep their keys; so do buttons theirs.

const KEYS = {
    ArrowLeft: (page, key) => key.shiftKey ? sideways(page, -0.2) : step(page, -1),
    ArrowRight: (page, key) => key.shiftKey ? sideways(page, 0.2) : step(page, 1),
    ArrowUp: (page) => toCause(page),
    ArrowDown: (page) => toEffect(page),
    '+': (page) => zoomBy(page, 0.5),
    '=': (page) => zoomBy(page, 0.5),
    '-': (page) => zoomBy(page, 2),
    0: (page) => showWhole(page),
    Home: (page) => toEnd(page, 0),
    End: (page) => toEnd(page, -1),
    b: (page) => showWrong(page),
    '/': () => element('search').focus(),
    n: (page) => stepFound(page, 1),
    p: (page) => stepFound(page, -1),
    h: (page) => toggleHeartbeats(page),
    t: (page) => toggleThreads(page),
    '?': () => showHelp(),
};

function listenToKeys(page) {
    document.addEventListener('keydown', (key) => {
        if (key.altKey || key.ctrlKey || key.metaKey || element('help').open)
            return;
        if (isField(key.target)) {
            if (key.key === 'Escape')
                key.target.blur();
            return;
        }
        if (pressKey(page, key))
            key.preventDefault();
    });
}

function pressKey(page, key) {
    if (key.key >= '1' && key.key <= '9') {
        toggleLane(page, Number(key.key) - 1);
        return true;
    }
    const action = Object.hasOwn(KEYS, key.key) ? KEYS[key.key] : null;
    if (action)
        action(page, key);
    return action !== null;
}

// Does it take what is typed? A box to tick does not.
function isField(target) {
    return target instanceof HTMLInputElement && target.type !== 'checkbox';
}

function sideways(page, part) {
    pan(page.view, part * (page.view.t1 - page.view.t0));
    refresh(page, 'picture');
}

function toEnd(page, end) {
    const i = page.wanted.at(end);
    if (i !== undefined)
        select(page, i, true);
}

function toggleLane(page, server) {
    if (server < page.run.servers)
        toggle(page, (filter) => filter.hiddenServers, server);
}

// Mouse, wheel and fingers on the picture and on the overview.

const STILL = 4;  // Pixels that a click may move.

function listenToPointer(page) {
    const { canvas, overview } = page;
    const held = new Map();  // Pointers that are down, by their id.
    let moved = 0;
    canvas.addEventListener('wheel', (wheel) => {
        wheel.preventDefault();
        turnWheel(page, wheel);
    }, { passive: false });
    canvas.addEventListener('pointerdown', (p) => {
        canvas.setPointerCapture(p.pointerId);
        if (held.size === 0)
            moved = 0;
        held.set(p.pointerId, p.offsetX);
    });
    canvas.addEventListener('pointermove', (p) => {
        if (!held.has(p.pointerId)) {
            canvas.style.cursor = thingAt(page, p.offsetX, p.offsetY) ? 'pointer' : 'grab';
            return;
        }
        const before = [...held.values()];
        moved += Math.abs(p.offsetX - held.get(p.pointerId));
        held.set(p.pointerId, p.offsetX);
        if (moved > STILL || held.size > 1)
            drag(page, before, [...held.values()]);
    });
    const release = (p) => {
        const one = held.size === 1 && held.has(p.pointerId);
        if (held.size > 1)
            moved = STILL + 1;
        held.delete(p.pointerId);
        if (p.type === 'pointerup' && one && moved <= STILL)
            clickPicture(page, p.offsetX, p.offsetY);
    };
    canvas.addEventListener('pointerup', release);
    canvas.addEventListener('pointercancel', release);
    canvas.addEventListener('dblclick', (p) => {
        zoom(page.view, 0.25, msOf(page.view, p.offsetX));
        refresh(page, 'picture');
    });
    listenToOverview(page, overview);
}

// Up and down is nearer and farther, as on a map; aside, or with Shift, along.
function turnWheel(page, wheel) {
    const { view } = page;
    const lines = wheel.deltaMode === 1 ? 16 : 1;
    const along = wheel.shiftKey ? wheel.deltaY : wheel.deltaX;
    if (Math.abs(along) > Math.abs(wheel.deltaY) || wheel.shiftKey)
        pan(view, along * lines * msPerPixel(view));
    else
        zoom(view, Math.exp(wheel.deltaY * lines * 0.002), msOf(view, wheel.offsetX));
    refresh(page, 'picture');
}

// From where one or two fingers were to where they are.
function drag(page, before, now) {
    const { view } = page;
    const middle = (list) => (Math.min(...list) + Math.max(...list)) / 2;
    const spread = (list) => Math.max(20, Math.max(...list) - Math.min(...list));
    pan(view, (middle(before) - middle(now)) * msPerPixel(view));
    if (before.length > 1)
        zoom(view, spread(before) / spread(now), msOf(view, middle(now)));
    refresh(page, 'picture');
}

function clickPicture(page, x, y) {
    page.canvas.focus({ preventScroll: true });
    selectThing(page, thingAt(page, x, y), msOf(page.view, x));
}

// A click or a drag there moves the part that the picture shows.
function listenToOverview(page, overview) {
    const move = (p) => {
        const { view } = page;
        const ms = overviewMs(page, p.offsetX), span = view.t1 - view.t0;
        show(view, ms - span / 2, ms + span / 2);
        refresh(page, 'picture');
    };
    overview.addEventListener('pointerdown', (p) => {
        overview.setPointerCapture(p.pointerId);
        move(p);
    });
    overview.addEventListener('pointermove', (p) => {
        if (p.buttons !== 0)
            move(p);
    });
    overview.addEventListener('wheel', (wheel) => {
        wheel.preventDefault();
        zoom(page.view, Math.exp(wheel.deltaY * 0.002), overviewMs(page, wheel.offsetX));
        refresh(page, 'picture');
    }, { passive: false });
}

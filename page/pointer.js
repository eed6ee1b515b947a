// Mouse, wheel and fingers on the picture and on the overview.

const STILL = 4;  // Pixels that a click may move.

function listenToPointer(page) {
    const { canvas, overview } = page;
    page.grip = { held: new Map(), moved: 0 };  // Pointers down, by their id.
    canvas.addEventListener('wheel', (wheel) => {
        wheel.preventDefault();
        turnWheel(page, wheel);
    }, { passive: false });
    canvas.addEventListener('pointerdown', (p) => press(page, p));
    canvas.addEventListener('pointermove', (p) => move(page, p));
    canvas.addEventListener('pointerup', (p) => release(page, p));
    canvas.addEventListener('pointercancel', (p) => release(page, p));
    canvas.addEventListener('dblclick', (p) => {
        zoom(page.view, 0.25, msOf(page.view, p.offsetX));
        refresh(page, 'picture');
    });
    listenToOverview(page, overview);
}

function press(page, p) {
    const { grip, canvas } = page;
    canvas.setPointerCapture(p.pointerId);
    if (grip.held.size === 0)
        grip.moved = 0;
    grip.held.set(p.pointerId, p.offsetX);
}

function move(page, p) {
    const { grip, canvas } = page;
    if (!grip.held.has(p.pointerId)) {
        const thing = thingAt(page, p.offsetX, p.offsetY);
        canvas.style.cursor = thing ? 'pointer' : 'grab';
        return;
    }
    const before = [...grip.held.values()];
    grip.moved += Math.abs(p.offsetX - grip.held.get(p.pointerId));
    grip.held.set(p.pointerId, p.offsetX);
    if (grip.moved > STILL || before.length > 1)
        drag(page, before, [...grip.held.values()]);
}

// One pointer that has stayed where it was pressed is a click.
function release(page, p) {
    const { grip } = page;
    const alone = grip.held.size === 1 && grip.held.has(p.pointerId);
    if (grip.held.size > 1)
        grip.moved = STILL + 1;
    grip.held.delete(p.pointerId);
    if (p.type === 'pointerup' && alone && grip.moved <= STILL)
        clickPicture(page, p.offsetX, p.offsetY);
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

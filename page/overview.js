// The whole run in a strip: how much happens when, what each server was, the
// faults, what went wrong, and which part the picture shows.

function drawOverview(page) {
    const { view } = page;
    const size = page.overviewSize = page.overviewSize || {};
    const g = prepareCanvas(page.overview, size);
    g.save();
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.drawImage(stillOverview(page), 0, 0);
    g.restore();
    const x0 = overviewX(view, size, view.t0), x1 = overviewX(view, size, view.t1);
    g.strokeStyle = colours.cursor;
    g.lineWidth = 2;
    g.strokeRect(x0 + 1, 1, Math.max(3, x1 - x0 - 2), size.height - 2);
}

// What does not change while one looks around is drawn once.
function stillOverview(page) {
    const { width, height } = page.overview;
    const still = page.still;
    if (still && still.width === width && still.height === height &&
        page.stillColours === colours)
        return still;
    page.still = document.createElement('canvas');
    page.still.width = width;
    page.still.height = height;
    page.stillColours = colours;
    drawStill(page, page.still.getContext('2d'));
    return page.still;
}

function drawStill(page, g) {
    const { run, view, overviewSize: size } = page;
    const dots = page.overview.width / Math.max(1, size.width);
    g.setTransform(dots, 0, 0, dots, 0, 0);
    g.fillStyle = colours.back;
    g.fillRect(0, 0, size.width, size.height);
    const height = (size.height - 14) / run.servers;
    const x = (ms) => overviewX(view, size, ms);
    for (let s = 0; s < run.servers; s++)
        drawOverviewLane(g, run, run.states[s], x, 2 + s * height, height);
    drawDensity(g, run, x, size);
    drawWrong(g, run, x, size);
}

function overviewX(view, size, ms) {
    return LEFT + (ms - view.first) / (view.last - view.first) * (size.width - LEFT);
}

function overviewMs(page, x) {
    const { view, overviewSize } = page;
    return view.first + (x - LEFT) / (overviewSize.width - LEFT) *
        (view.last - view.first);
}

function drawOverviewLane(g, run, state, x, y, height) {
    const time = (i) => run.events[i].ms;
    for (const b of state.bands) {
        g.fillStyle = termColour(b.term);
        const thick = b.role === 'leader' ? height : height * 0.35;
        g.fillRect(x(time(b.begin)), y + (height - thick) / 2,
            Math.max(0.5, x(time(b.end)) - x(time(b.begin))), Math.max(1, thick - 1));
    }
    for (const span of state.spans) {
        g.fillStyle = span.what === 'cut' ? colours.hatch : colours.lost;
        g.fillRect(x(time(span.begin)), y + height - 2,
            Math.max(1, x(time(span.end)) - x(time(span.begin))), 1.5);
    }
}

// How many events there are, along the bottom.
function drawDensity(g, run, x, size) {
    const counts = new Map();
    for (const ms of run.times) {
        const at = Math.round(x(ms));
        counts.set(at, (counts.get(at) || 0) + 1);
    }
    const most = Math.max(1, ...counts.values());
    g.fillStyle = colours.faint;
    for (const [at, count] of counts) {
        const tall = 10 * Math.sqrt(count / most);
        g.fillRect(at, size.height - 1 - tall, 1, tall);
    }
}

function drawWrong(g, run, x, size) {
    g.fillStyle = colours.rule;
    for (const i of run.rules)
        for (const p of rulePlaces(run, run.events[i]).concat(i))
            g.fillRect(x(run.events[p].ms) - 1, 0, 3, size.height);
}

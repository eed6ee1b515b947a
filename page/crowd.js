// Thousands of arrows at once. They are put down pixel by pixel, which takes a
// tenth of the time that a canvas takes to stroke them smoothly; nobody could
// tell one from another anyway.

let crowd = null;  // Is used again for the next picture.

function drawCrowd(g, view, arrows) {
    const field = crowdOf(Math.round(view.width), Math.round(view.height));
    field.words.fill(0);
    const inks = { votes: inkOf(colours.votes), appends: inkOf(colours.appends),
        snapshots: inkOf(colours.snapshots), other: inkOf(colours.other) };
    const lost = inkOf(colours.lost);
    for (const a of arrows) {
        putLine(field, a.x0, a.y0, a.x1, a.y1, inks[arrowKind(a)], a.message.request);
        if (a.message.doubled)
            putLine(field, a.x0 + TWICE, a.y0, a.x1 + TWICE, a.y1,
                inks[arrowKind(a)], a.message.request);
    }
    for (const a of arrows)
        if (a.message.lost !== -1)
            putCross(field, a.x1, a.y1, lost);
    field.g.putImageData(field.image, 0, 0);
    g.drawImage(field.canvas, 0, 0, view.width, view.height);
}

function crowdOf(width, height) {
    if (crowd && crowd.width === width && crowd.height === height)
        return crowd;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const g = canvas.getContext('2d');
    const image = g.createImageData(width, height);
    crowd = { canvas, g, image, width, height,
        words: new Uint32Array(image.data.buffer) };
    return crowd;
}

// A colour as a word of the image, of which the first byte is red, in whatever
// order this machine has its bytes.
function inkOf(colour) {
    const bytes = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    return new Uint32Array(new Uint8Array([...bytes, 130]).buffer)[0];
}

function putLine(field, x0, y0, x1, y1, ink, solid) {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0))));
    const dx = (x1 - x0) / steps, dy = (y1 - y0) / steps;
    const { words, width } = field;
    for (let k = 0; k <= steps; k++) {
        const x = Math.round(x0 + k * dx);
        if (x >= LEFT && x < width && (solid || (k & 7) < 5))
            words[Math.round(y0 + k * dy) * width + x] = ink;
    }
}

function putCross(field, x, y, ink) {
    for (const aside of [0, 1]) {
        putLine(field, x - 3 + aside, y - 3, x + 3 + aside, y + 3, ink, true);
        putLine(field, x - 3 + aside, y + 3, x + 3 + aside, y - 3, ink, true);
    }
}

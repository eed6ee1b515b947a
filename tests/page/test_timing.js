// Opens the page of make timing in a headless Chromium, and checks what it shows.
//
//   node tests/page/test_timing.js FOLDER     where timing.html is
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Browser } = require('./browser.js');

const folder = path.resolve(process.argv[2]);

// Texts that stand outside of their picture, and would be cut off.
const OUTSIDE = `[...document.querySelectorAll('svg text')].filter((t) => {
    const box = t.getBoundingClientRect();
    const all = t.ownerSVGElement.getBoundingClientRect();
    return box.left < all.left - 1 || box.right > all.right + 1 ||
        box.top < all.top - 1 || box.bottom > all.bottom + 1;
}).map((t) => t.textContent)`;

// What a click on the first button saves: its name, and its text.
const SAVED = `new Promise((done) => {
    HTMLAnchorElement.prototype.click = async function () {
        const text = await (await fetch(this.href)).text();
        done({ name: this.download, text });
    };
    document.querySelector('figure button').click();
})`;

function isWellFormed(b, svg) {
    return b.look(`!new DOMParser().parseFromString(${JSON.stringify(svg)},
        'image/svg+xml').querySelector('parsererror')`);
}

async function main() {
    const b = await Browser.start({ width: 1000, height: 900 });
    try {
        await b.open(path.join(folder, 'timing.html'));
        const pictures = fs.readdirSync(folder).filter((name) => name.endsWith('.svg'));
        assert.ok(pictures.length >= 5, `${pictures.length} pictures`);
        assert.equal(await b.look('document.querySelectorAll("svg").length'), pictures.length);
        for (const name of pictures)
            assert.ok(await isWellFormed(b, fs.readFileSync(path.join(folder, name), 'utf8')), name);
        assert.deepEqual(await b.look(OUTSIDE), []);
        assert.ok(await b.look('document.body.scrollWidth <= innerWidth'));

        const saved = await b.look(SAVED);
        assert.ok(pictures.includes(saved.name), saved.name);
        assert.ok(await isWellFormed(b, saved.text));

        const colour = `getComputedStyle(document.querySelector('svg text')).fill`;
        const light = await b.look(colour);
        await b.send('Emulation.setEmulatedMedia',
            { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
        assert.notEqual(await b.look(colour), light);
        assert.deepEqual(b.errors, []);
        assert.ok(b.fetched.every((url) => /^(file|blob|about|data):/.test(url)), b.fetched.join());
    } finally {
        await b.stop();
    }
    console.log('the page of timings: well');
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});

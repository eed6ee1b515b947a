// Opens the page of a hunt in a headless Chromium, and follows its links.
//
//   node tests/page/test_hunt.js PAGE
'use strict';

const assert = require('node:assert');
const path = require('node:path');
const { Browser } = require('./browser.js');

async function main() {
    const b = await Browser.start({ width: 1000, height: 900 });
    try {
        await b.open(path.resolve(process.argv[2]));
        const links = await b.look('[...document.links].map((a) => a.href)');
        assert.ok(links.length >= 1);
        assert.match(await b.look('document.body.innerText'), /make replay .*TAPE=.*-seed\d+-\w+\.tape/);
        const colour = 'getComputedStyle(document.body).backgroundColor';
        const light = await b.look(colour);
        await b.send('Emulation.setEmulatedMedia',
            { features: [{ name: 'prefers-color-scheme', value: 'dark' }] });
        assert.notEqual(await b.look(colour), light);
        await b.resize(360, 700);
        assert.ok(await b.look('document.body.scrollWidth <= innerWidth'));
        for (const link of links) {
            await b.open(decodeURI(link).replace('file://', ''));
            await b.until('document.querySelector("#wrong.failed")');
        }
        assert.deepEqual(b.errors, []);
        assert.ok(b.fetched.every((url) => /^(file|blob|about|data):/.test(url)), b.fetched.join());
    } finally {
        await b.stop();
    }
    console.log('the page of a hunt: well');
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});

// Drives a headless Chromium as a person would: opens a file, clicks, turns the
// wheel, types, and looks. It uses the DevTools protocol over a pair of pipes. So
// no port is open, and nothing but Debian's chromium and nodejs is needed.
'use strict';

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ANSWER_MS = 30000;

class Browser {
    // width, height: the size of the viewport, in pixels.
    static async start({ width = 1400, height = 900 } = {}) {
        const browser = new Browser();
        browser.size = { width, height };
        browser.home = fs.mkdtempSync(path.join(os.tmpdir(), 'raftlab-page-'));
        browser.process = spawn('chromium', [
            '--headless', '--no-sandbox', '--remote-debugging-pipe',
            '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
            '--disable-background-networking', '--disable-component-update',
            '--disable-extensions', '--lang=en', `--user-data-dir=${browser.home}`,
            `--window-size=${width},${height}`, 'about:blank',
        ], { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], detached: true,
            env: { ...process.env, HOME: browser.home } });
        browser.listen();
        await browser.attach();
        return browser;
    }

    listen() {
        this.waiting = new Map();
        this.nextId = 1;
        this.errors = [];   // Errors that the page reported.
        this.fetched = [];  // URLs that it requested.
        this.said = '';
        this.process.stderr.on('data', (text) => { this.said += text; });
        let rest = Buffer.alloc(0);
        this.process.stdio[4].on('data', (chunk) => {
            rest = Buffer.concat([rest, chunk]);
            for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
                this.hear(JSON.parse(rest.subarray(0, end).toString()));
                rest = rest.subarray(end + 1);
            }
        });
        this.process.on('exit', () => {
            for (const { reject } of this.waiting.values())
                reject(new Error('chromium has ended:\n' + this.said.slice(-2000)));
        });
    }

    hear(message) {
        const waiting = this.waiting.get(message.id);
        if (waiting) {
            this.waiting.delete(message.id);
            clearTimeout(waiting.timer);
            if (message.error)
                waiting.reject(new Error(waiting.method + ': ' + message.error.message));
            else
                waiting.resolve(message.result);
        }
        if (message.method === 'Runtime.exceptionThrown')
            this.errors.push(message.params.exceptionDetails.exception.description);
        if (message.method === 'Log.entryAdded' && message.params.entry.level === 'error')
            this.errors.push(message.params.entry.text);
        if (message.method === 'Network.requestWillBeSent')
            this.fetched.push(message.params.request.url);
    }

    send(method, params = {}) {
        const id = this.nextId++;
        const message = { id, method, params };
        if (this.session)
            message.sessionId = this.session;
        this.process.stdio[3].write(JSON.stringify(message) + '\0');
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error(method + ': no answer')),
                ANSWER_MS);
            this.waiting.set(id, { resolve, reject, method, timer });
        });
    }

    async attach() {
        const { targetInfos } = await this.send('Target.getTargets');
        const tab = targetInfos.find((t) => t.type === 'page');
        const { sessionId } = await this.send('Target.attachToTarget',
            { targetId: tab.targetId, flatten: true });
        this.session = sessionId;
        for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
            await this.send(domain + '.enable');
        await this.send('Performance.enable', { timeDomain: 'threadTicks' });
        await this.resize(this.size.width, this.size.height);
    }

    async resize(width, height) {
        await this.send('Emulation.setDeviceMetricsOverride',
            { width, height, deviceScaleFactor: 1, mobile: false });
        await this.settle();
    }

    // Opens a file and waits for the page. Returns the milliseconds it took.
    async open(file, hash = '') {
        const started = performance.now();
        await this.send('Page.navigate', { url: 'about:blank' });
        await this.send('Page.navigate', { url: 'file://' + file + hash });
        await this.until('document.readyState === "complete"');
        await this.settle();
        return performance.now() - started;
    }

    // Returns the value of an expression in the page.
    async look(expression) {
        const { result, exceptionDetails } = await this.send('Runtime.evaluate',
            { expression, returnByValue: true, awaitPromise: true });
        if (exceptionDetails)
            throw new Error(expression + ': ' + exceptionDetails.exception.description);
        return result.value;
    }

    async until(expression, ms = 60000) {
        for (const end = Date.now() + ms; !await this.look(expression);)
            if (Date.now() > end)
                throw new Error('in vain: ' + expression);
    }

    // Waits until everything requested is drawn.
    settle() {
        return this.look('new Promise((done) => requestAnimationFrame(() =>' +
            ' requestAnimationFrame(() => done(true))))');
    }

    async mouse(type, x, y, more = {}) {
        await this.send('Input.dispatchMouseEvent', { type, x, y, ...more });
    }

    async clickAt(x, y) {
        const left = { button: 'left', clickCount: 1 };
        await this.mouse('mouseMoved', x, y);
        await this.mouse('mousePressed', x, y, left);
        await this.mouse('mouseReleased', x, y, left);
        await this.settle();
    }

    // Scrolls an element into view. Returns its middle.
    async placeOf(selector) {
        const place = await this.look(`(() => {
            const e = document.querySelector(${JSON.stringify(selector)});
            if (!e) return null;
            e.scrollIntoView({ block: 'nearest', inline: 'nearest' });
            const box = e.getBoundingClientRect();
            return { x: box.x + Math.min(box.width / 2, 30), y: box.y + Math.min(box.height / 2, 9),
                left: box.x, top: box.y, width: box.width, height: box.height };
        })()`);
        if (!place)
            throw new Error('nothing on the page is ' + selector);
        return place;
    }

    async click(selector) {
        const { x, y } = await this.placeOf(selector);
        await this.clickAt(x, y);
    }

    async wheel(x, y, deltaY, more = {}) {
        await this.mouse('mouseWheel', x, y, { deltaX: 0, deltaY, ...more });
        await this.settle();
    }

    // Presses a key, by its name, such as ArrowLeft or h.
    async press(key, { shift = false } = {}) {
        const codes = { ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40,
            Enter: 13, Escape: 27, Tab: 9, Home: 36, End: 35 };
        const params = { key, modifiers: shift ? 8 : 0,
            windowsVirtualKeyCode: codes[key] || key.toUpperCase().charCodeAt(0) };
        if (key.length === 1)
            params.text = key;
        if (key === 'Enter')
            params.text = '\r';
        await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...params });
        await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...params });
        await this.settle();
    }

    async type(text) {
        await this.send('Input.insertText', { text });
        await this.settle();
    }

    async touch(type, points) {
        await this.send('Input.dispatchTouchEvent', { type,
            touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
        await this.settle();
    }

    async screenshot(file) {
        const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
        fs.writeFileSync(file, Buffer.from(data, 'base64'));
    }

    // Chromium's other processes write in its home for a moment longer than the first
    // one. All hold its stderr, so 'close' comes when the last of them has ended.
    async stop() {
        const closed = new Promise((resolve) => this.process.on('close', resolve));
        process.kill(-this.process.pid, 'SIGKILL');
        await closed;
        fs.rmSync(this.home, { recursive: true });
    }
}

module.exports = { Browser };

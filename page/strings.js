// The language that is spoken, and what makes texts of its table.
let spoken = {};

function speak(language) {
    spoken = language === 'zh' ? STRINGS_ZH : STRINGS_EN;
}

// The string of this key, its {words} filled in from words.
function say(key, words) {
    const text = spoken[key] === undefined ? key : spoken[key];
    if (!words)
        return text;
    return text.replace(/\{(\w+)\}/g, (whole, word) =>
        words[word] === undefined ? whole : String(words[word]));
}

function serverName(server) {
    return server === undefined ? '' : 'S' + server;
}

// Milliseconds as the axis shows them: true to the microsecond.
function msText(ms) {
    return ms.toFixed(3);
}

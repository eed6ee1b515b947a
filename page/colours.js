// Colours that the colour-blind tell apart (Okabe and Ito's), for a light and
// for a dark page. No colour stands alone: messages differ by their dashes and
// words too, terms by their number.
const LIGHT = {
    back: '#ffffff', lane: '#f7f7f5', line: '#d8d8d4', text: '#1c1c1c',
    faint: '#6a6a6a', cut: '#e3e3df', hatch: '#9a9a96', cursor: '#000000',
    votes: '#c26a00', appends: '#0072b2', snapshots: '#00805e', other: '#7a5c86',
    lost: '#c8400a', rule: '#b0287e', found: '#8a6d00', act: '#ececE6',
    onTerm: '#1c1c1c',
    terms: ['#8fc7ea', '#f2c14e', '#7fd1b3', '#e8a5c9', '#f3a26d', '#c9c3ee',
        '#d9d67a', '#b9b9b4'],
};
const DARK = {
    back: '#16181b', lane: '#1d2024', line: '#34383e', text: '#e8e8e4',
    faint: '#a2a6ab', cut: '#30343a', hatch: '#767b82', cursor: '#ffffff',
    votes: '#f0a030', appends: '#56b4e9', snapshots: '#2fc79a', other: '#c0a0d0',
    lost: '#ff7a45', rule: '#ff77c8', found: '#f0e442', act: '#2a2e33',
    onTerm: '#101214',
    terms: ['#5ea9d6', '#d9a62e', '#4fb893', '#cf83ad', '#dc8448', '#a59ddd',
        '#bab750', '#94948f'],
};

let colours = LIGHT;

// theme: light, dark, or auto, which is what the system has.
function chooseColours(theme) {
    const dark = theme === 'dark' || (theme === 'auto' &&
        window.matchMedia('(prefers-color-scheme: dark)').matches);
    useColours(dark ? DARK : LIGHT);
}

// The style sheet has them under the same names.
function useColours(set) {
    colours = set;
    for (const [name, value] of Object.entries(set))
        if (typeof value === 'string')
            document.documentElement.style.setProperty('--' + name, value);
    document.documentElement.style.colorScheme = set === DARK ? 'dark' : 'light';
}

function termColour(term) {
    return term > 0 ? colours.terms[(term - 1) % colours.terms.length] : colours.line;
}

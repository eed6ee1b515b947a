// One value of one server over the run: what it was from which event on.
class Told {
    constructor() {
        this.steps = [];  // { i, value, sure, by }
    }

    // From event i on it is this. Sure: the server said or saved it, nobody
    // inferred it. Returns whether that is another value than before.
    set(i, value, sure) {
        const last = this.steps[this.steps.length - 1];
        const same = last !== undefined && isSame(last.value, value);
        if (same && (last.sure || !sure))
            return false;
        this.steps.push({ i, value, sure, by: same ? last.by : i });
        return !same;
    }

    // The step that holds after event i, or null.
    at(i) {
        let low = 0, high = this.steps.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.steps[middle].i <= i)
                low = middle + 1;
            else
                high = middle;
        }
        return low > 0 ? this.steps[low - 1] : null;
    }

    get last() {
        return this.steps.length > 0 ?
            this.steps[this.steps.length - 1].value : undefined;
    }
}

function isSame(a, b) {
    if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object')
        return a === b;
    return a.index === b.index && a.term === b.term && a.version === b.version;
}

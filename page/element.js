// Elements of the page. Text only ever goes in as text: what the record holds
// is never read as markup.

function element(id) {
    return document.getElementById(id);
}

// A new element with this text and these children.
function make(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className)
        made.className = className;
    made.append(...children.map((child) =>
        child instanceof Node ? child : String(child)));
    return made;
}

function makeButton(className, text, press) {
    const button = make('button', className, text);
    button.type = 'button';
    button.addEventListener('click', press);
    return button;
}

// A button that leads to event i.
function linkTo(page, i, text) {
    const button = makeButton('link', text || describe(page.run, i),
        () => select(page, i, true));
    button.dataset.n = page.run.events[i].n;
    return button;
}

// Puts these in place of what is in an element. What had the focus keeps it, if
// it is there again: it is known by its key.
function replace(parent, ...children) {
    const key = parent.contains(document.activeElement) ?
        document.activeElement.dataset.key : undefined;
    parent.replaceChildren(...children);
    if (key === undefined)
        return;
    const again = [...parent.querySelectorAll('[data-key]')]
        .find((child) => child.dataset.key === key);
    if (again)
        again.focus({ preventScroll: true });
}

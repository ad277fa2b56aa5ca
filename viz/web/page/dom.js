/// The page's element of this selector.
export const find = (selector) => document.querySelector(selector);
/// All of them.
export const findAll = (selector) => [...document.querySelectorAll(selector)];

/// Makes what `selector` finds in `box` one stop of the tab key, in which the arrow keys go on; whoever fills
/// the box gives its first element tabindex 0 and the others -1.
export function goByArrows(box, selector) {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  box.addEventListener('keydown', (event) => {
    const all = [...box.querySelectorAll(selector)].filter((element) => element.getClientRects().length > 0);
    const at = all.indexOf(event.target), next = all[at + (steps[event.key] ?? 0)];
    if (at < 0 || !(event.key in steps) || !next) return;
    event.preventDefault();
    event.target.setAttribute('tabindex', -1);
    next.setAttribute('tabindex', 0);
    next.focus();
  });
}

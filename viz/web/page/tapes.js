// What drives it: the tape of the last step of painting, beside a step of training on the same picture.

import { written } from './curves.js';
import { find, findAll, goByArrows } from './dom.js';

// Makes `old` like `now` without replacing what stays, so that lines grow and focus remains.
function patch(old, now) {
  if (old.nodeName !== now.nodeName || old.childNodes.length !== now.childNodes.length) {
    old.replaceWith(now);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== now.nodeValue) old.nodeValue = now.nodeValue;
    return;
  }
  for (const { name, value } of now.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name)) old.removeAttribute(name);
  }
  [...old.childNodes].forEach((child, i) => patch(child, now.childNodes[i]));
}

let chosen = null;  // the operation that is looked at: {mode, place}, and its name once it is known

function drawing({ mode, title, width, height, svg }) {
  const box = document.createElement('div');
  // The drawing's own style attributes are against the page's policy; style.css says the same.
  box.innerHTML = `<svg class="tape" viewBox="0 0 ${width} ${height}"
    role="group" data-mode="${mode}">${svg.replaceAll(' style="image-rendering: pixelated"', '')}</svg>`;
  const made = box.firstElementChild;
  made.setAttribute('aria-label', title);
  const ops = [...made.querySelectorAll('.op')];
  for (const op of ops) {
    op.setAttribute('tabindex', -1);
    op.setAttribute('role', 'button');
    op.setAttribute('aria-label', [...op.querySelectorAll('text')].map((t) => t.textContent).join(' '));
    op.classList.toggle('current', mode === chosen?.mode && op.dataset.entry === String(chosen.place));
  }
  (ops.find((op) => op.classList.contains('current')) ?? ops[0]).setAttribute('tabindex', 0);
  // Not so small that nobody can read it: then it scrolls.
  Object.assign(made.style, { flex: `${width} 1 0`, minWidth: `${.8 * width}px`, maxWidth: `${width}px` });
  return made;
}

// From 1e-4 to 1e4, by powers of ten.
const length = (norm) => Math.min(1, Math.max(.02, (Math.log10(norm) + 4) / 8));

function arriving(norm, reason) {
  if (norm === null) return `<span class="quiet">none: ${reason}</span>`;
  return `<span class="arrives">${written(norm)}</span>
    <svg class="bar" aria-hidden="true"><rect width="${100 * length(norm)}%" height="100%" rx="3"/></svg>`;
}

function job({ mode, weights, image, trainable }) {
  const paints = mode === 'maximisation';
  return `<div class="job"><h3>${paints ? 'Painting' : 'Training'}</h3><dl>
    <dt>trainable</dt><dd class="trainable">${trainable.toLocaleString('en')} ${
      paints ? 'numbers of the picture' : 'weights'}</dd>
    <dt>frozen</dt><dd>${paints ? 'all weights' : 'nothing; the picture is data'}</dd>
    <dt>gradient to the weights</dt><dd>${arriving(weights, 'they are frozen')}</dd>
    <dt>gradient to the picture</dt><dd>${arriving(image, 'it is data')}</dd></dl></div>`;
}

/// Shows what Painter::tapes answered. Of another run, it may have no such place as was chosen.
export function showTapes({ tapes }) {
  find('#jobs').innerHTML = tapes.map(job).join('');
  const box = find('#tapes'), now = tapes.map(drawing);
  if (box.childElementCount !== now.length) box.replaceChildren(...now);
  else now.forEach((svg, i) => patch(box.children[i], svg));
  find('#drives').classList.remove('stale');
  if (chosen && !find('#tapes .op.current')) showOperation(null);
}

/// In their place, why there are none.
export function showNoTapes(why) {
  chosen = null;
  for (const id of ['#jobs', '#digest', '#operation']) find(id).textContent = '';
  const box = document.createElement('p');
  box.className = 'refused';
  box.textContent = why;
  find('#tapes').replaceChildren(box);
  find('#drives').classList.remove('stale');
}

/// Hides what was shown until there are tapes again: it is of a former run.
export function hideTapes() { find('#drives').classList.add('stale'); }

// ---- one operation ----

const escaped = (words) =>
  words.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const shape = (entry) => `[${entry.shape.join(',')}]`;

function picture(image, words) {
  if (!image) return '';
  const factor = Math.min(6, Math.max(1, Math.floor(150 / Math.max(image.width, image.height))));
  return `<figure><img src="${image.src}" width="${factor * image.width}" height="${
    factor * image.height}" alt=""><figcaption>${escaped(words)}</figcaption></figure>`;
}

const sent = ({ gradient, grad_l2: norm }, reason) => (gradient === 'computed'
  ? `<span class="arrives">norm ${written(norm)}</span>`
  : `<span class="quiet">${gradient}${reason ? `: ${escaped(reason)}` : ''}</span>`);

/// Which operation is looked at, or null.
export const operationShown = () => chosen;

/// Shows what Painter::operation answered about the `asked` one, or what one may do.
export function showOperation(operation, asked = null) {
  if (operation && asked !== chosen) return;  // another was chosen meanwhile
  const name = operation && `${operation.op} ${operation.layer}`;
  if (!operation || name !== (chosen.name ??= name)) {  // the place is another operation's now
    chosen = null;
    for (const op of findAll('.op.current')) op.classList.remove('current');
    find('#operation').innerHTML =
      '<p class="quiet">Choose an operation: its formula, its value and its gradient appear here.</p>';
    return;
  }
  const { op, layer, formula, inputs, value, kept } = operation;
  const names = inputs.map(({ entry }, i) => `${formula.inputs[i]} ${shape(entry)}`).join(', ');
  find('#operation').innerHTML = `<div class="words"><h3><span class="quiet">${
    chosen.mode === 'training' ? 'training' : 'painting'}:</span> ${escaped(op)} <span class="quiet">${
    escaped(layer)}</span></h3>
    <p class="formula">${escaped(formula.forward)}</p>
    <p class="quiet">${escaped(names)} &rarr; y ${shape(operation)}, from ${written(value.min)} to ${
      written(value.max)}</p>
    ${inputs.map((input, i) => `<p><span class="formula">${escaped(formula.backward[i])}</span><br>${
      sent(input, input.entry.reason)}</p>`).join('')}
    ${kept.length ? `<p class="quiet">kept for backward: ${
      kept.map((k) => escaped(k.name)).join(', ')}</p>` : ''}
    <p class="quiet"><code>${escaped(operation.source)}</code></p></div>
    <div class="figures">${picture(operation.picture, 'its value y')}${
      picture(operation.grad_picture, 'the gradient dy')}${
      inputs.filter(({ entry }) => entry.role === 'weight').map(({ entry }) =>
        picture(entry.picture, `${entry.name}${entry.trainable ? '' : ', frozen'}`) +
        picture(entry.grad_picture, `gradient of ${entry.name}`)).join('')}</div>`;
}

/// Calls `look` when another operation is chosen.
export function offerOperations(look) {
  const choose = ({ target }) => {
    const op = target.closest('.op');
    if (!op) return false;
    for (const other of findAll('.op.current')) other.classList.remove('current');
    op.classList.add('current');
    chosen = { mode: op.closest('svg').dataset.mode, place: Number(op.dataset.entry) };
    look();
    return true;
  };
  find('#tapes').addEventListener('click', choose);
  find('#tapes').addEventListener('keydown', (event) => {
    if ((event.key === 'Enter' || event.key === ' ') && choose(event)) event.preventDefault();
  });
  goByArrows(find('#tapes'), '.op');
  showOperation(null);
}

/// Shows whether the weights are those of the beginning.
export function showDigest(before, now, steps) {
  const same = before === now;
  find('#digest').innerHTML = `SHA-256 of all weights, before the first step and after ${steps}:
    <code>${now}</code> <b class="${same ? 'first' : 'second'}">${same ? '✓ unchanged' : 'changed'}</b>`;
}

// One at a time, where two do not fit.
const shown = (mode) => {
  find('#tapes').dataset.shown = mode;
  for (const tab of findAll('#tape-tabs button')) {
    tab.setAttribute('aria-pressed', tab.dataset.mode === mode);
  }
};
find('#tape-tabs').innerHTML = `<button data-mode="training">Training</button>
  <button data-mode="maximisation">Painting</button>`;
for (const tab of findAll('#tape-tabs button')) {
  tab.addEventListener('click', () => shown(tab.dataset.mode));
}
shown('maximisation');

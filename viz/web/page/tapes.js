// What drives it: the tape of the last step of painting, beside a step of training on the same picture.

import { written } from './curves.js';
import { find, findAll } from './dom.js';

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

function drawing({ mode, title, width, height, svg }) {
  const box = document.createElement('div');
  // The drawing's own style attributes are against the page's policy; style.css says the same.
  box.innerHTML = `<svg class="tape" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"
    role="img" data-mode="${mode}">${svg.replaceAll(' style="image-rendering: pixelated"', '')}</svg>`;
  box.firstElementChild.setAttribute('aria-label', title);
  return box.firstElementChild;
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

/// Shows what Painter::tapes answered.
export function showTapes({ tapes }) {
  find('#jobs').innerHTML = tapes.map(job).join('');
  const box = find('#tapes'), now = tapes.map(drawing);
  if (box.childElementCount !== now.length) box.replaceChildren(...now);
  else now.forEach((svg, i) => patch(box.children[i], svg));
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

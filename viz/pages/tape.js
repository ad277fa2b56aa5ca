// Steps through the tapes. A step is a row of data.rows: an operation of each tape, or of one of
// them. All rows forward, then all rows backward.

const count = data.rows.length;
let step = 0;

const find = (selector) => document.querySelector(selector);
const findAll = (selector) => [...document.querySelectorAll(selector)];
const isBackward = (s) => s >= count;
const rowOf = (s) => (isBackward(s) ? 2 * count - 1 - s : s);

// ---- numbers and shapes in words ----

const number = (x) => (x === null || x === undefined ? '?' : Number(x.toPrecision(3)).toString());
const shape = (entry) => `[${entry.shape.join(',')}]`;
const bytes = (n) => (n < 1000 ? `${n} bytes` : `${Math.round(n / 100) / 10} kB`);
const escaped = (words) =>
  words.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

function statistics(s) {
  const parts = [`${number(s.min)} to ${number(s.max)}`, `norm ${number(s.l2)}`];
  if (s.zeros > 0) parts.push(`${Math.round(100 * s.zeros)} % zeros`);
  if (s.not_finite > 0) parts.push(`<b>${s.not_finite} not finite</b>`);
  return parts.join(', ');
}

// ---- the card of one operation ----

/// Enlarged by a whole factor, so that an element of the tensor stays a square.
function picture(image, alt) {
  const factor = Math.min(8, Math.max(1, Math.floor(136 / Math.max(image.width, image.height))));
  return `<img src="${image.src}" width="${image.width * factor}" height="${
    image.height * factor}" alt="${escaped(alt)}">`;
}

function figure(image, label, s, note) {
  return `<figure>${image ? picture(image, label) : ''}<figcaption><b>${escaped(label)}</b><br>${
    statistics(s)}${note}</figcaption></figure>`;
}

function gradientState(gradient, norm, reason) {
  if (gradient === 'computed') return `<span class="computed">computed, norm ${number(norm)}</span>`;
  return `<span class="skipped-note">${gradient}${reason ? `: ${escaped(reason)}` : ''}</span>`;
}

function card(view, entry, backward) {
  const inputs = entry.inputs.map((input, i) => ({
    ...input,
    entry: view.entries[input.id],
    name: entry.formula.inputs[i],
    formula: entry.formula.backward[i],
  }));
  const cropped = (e) => (e.cropped ? '<br>a part of it' : '');
  const lines = [
    `<h2><span class="quiet">${view.mode}:</span> ${escaped(entry.op)} <span class="quiet">${
      escaped(entry.layer)}</span></h2>`,
    `<p class="formula">${escaped(entry.formula.forward)}</p>`,
    `<p class="number">${inputs.map((i) => `${i.name} ${shape(i.entry)}`).join(', ')} &rarr; y ${
      shape(entry)}</p>`,
  ];
  const figures = [figure(entry.picture, 'value y', entry.value, cropped(entry))];
  if (backward) {
    lines.push(`<p>dy: ${gradientState(entry.gradient, entry.grad_l2, entry.reason)}</p>`);
    if (entry.grad) figures.push(figure(entry.grad_picture, 'gradient dy', entry.grad, ''));
    for (const input of inputs) {
      lines.push(`<p><span class="formula">${escaped(input.formula)}</span><br>${
        gradientState(input.gradient, input.grad_l2, input.entry.reason)}</p>`);
    }
    if (entry.kept.length > 0) {
      lines.push(`<p class="quiet">kept for backward: ${
        entry.kept.map((k) => `${k.name} (${bytes(k.bytes)})`).join(', ')}</p>`);
    }
  }
  for (const { entry: leaf } of inputs.filter((i) => i.entry.op === 'leaf')) {
    const lock = leaf.role === 'weight' && !leaf.trainable ? ', frozen' : '';
    figures.push(figure(leaf.picture, leaf.name + lock, leaf.value, cropped(leaf)));
    if (backward && leaf.grad) {
      figures.push(figure(leaf.grad_picture, `gradient of ${leaf.name}`, leaf.grad, ''));
    }
  }
  lines.push(`<p class="quiet"><code>${escaped(entry.source)}</code></p>`);
  return `<div class="words">${lines.join('\n')}</div><div class="pictures">${
    figures.join('')}</div>`;
}

// ---- the page at one step ----

function show(next) {
  step = Math.min(Math.max(next, 0), 2 * count - 1);
  const backward = isBackward(step), row = rowOf(step);
  document.body.classList.toggle('backward', backward);

  data.views.forEach((view, column) => {
    const place = new Map(data.rows.map((entries, r) => [entries[column], r]));
    for (const element of findAll(`[data-mode=${view.mode}] [data-entry]`)) {
      const at = place.get(Number(element.dataset.entry));
      element.classList.toggle('future', !backward && at > row);
      element.classList.toggle('unreturned', !backward || at < row);
      if (element.classList.contains('op')) element.classList.toggle('current', at === row);
    }
    for (const element of findAll(`[data-mode=${view.mode}] .its-gradient`)) {
      element.classList.toggle('unreturned', step < 2 * count - 1);
    }
  });

  find('#position').textContent =
    `${backward ? 'backward' : 'forward'} ${backward ? step - count + 1 : step + 1} of ${count}`;
  find('#position').className = backward ? 'backward' : 'forward';
  find('#details').innerHTML = data.views.map((view, column) => {
    const place = data.rows[row][column];
    const content = place === null
      ? '<p class="quiet">nothing here in this step</p>'
      : card(view, view.entries[place], backward);
    return `<section class="card" data-mode="${view.mode}">${content}</section>`;
  }).join('');
  find('#first').disabled = find('#back').disabled = step === 0;
  find('#last').disabled = find('#next').disabled = step === 2 * count - 1;
  history.replaceState(null, '', `#step=${step + 1}`);
  centre();
}

// Scrolls the drawing, and nothing else, until the current nodes are in its middle, or as close as its
// ends allow. Of two that do not fit together the last counts.
function centre() {
  const nodes = findAll('.op.current .box').map((box) => box.getBoundingClientRect())
    .filter((box) => box.width > 0);
  if (nodes.length === 0) return;
  const drawing = find('main'), view = drawing.getBoundingClientRect(), last = nodes.at(-1);
  const left = nodes[0].left, right = last.right;
  const middle = right - left < view.width ? (left + right) / 2 : (last.left + last.right) / 2;
  drawing.scrollBy(middle - (view.left + view.right) / 2,
                   (last.top + last.bottom - view.top - view.bottom) / 2);
}

// ---- on a narrow screen, one tape at a time ----

function choose(mode) {
  document.body.dataset.chosen = mode;
  for (const tab of findAll('#tabs button')) {
    tab.setAttribute('aria-pressed', tab.dataset.mode === mode);
  }
}

if (data.views.length > 1) {
  find('#tabs').innerHTML = data.views.map(
    (view) => `<button data-mode="${view.mode}">${view.mode}</button>`).join('');
  for (const tab of findAll('#tabs button')) {
    tab.addEventListener('click', () => { choose(tab.dataset.mode); centre(); });
  }
}

// ---- buttons, keys, clicks, the address ----

// The tapes that are seen do nothing in some rows: these are passed over.
function walk(by) {
  const isSeen = (view) => find(`.column[data-mode=${view.mode}]`).clientWidth > 0;
  let to = step + by;
  while (to > 0 && to < 2 * count - 1 &&
         !data.views.some((view, c) => isSeen(view) && data.rows[rowOf(to)][c] !== null)) {
    to += by;
  }
  show(to);
}

const moves = {
  first: () => show(0),
  back: () => walk(-1),
  next: () => walk(1),
  last: () => show(2 * count - 1),
};
for (const [id, move] of Object.entries(moves)) find(`#${id}`).addEventListener('click', move);

const keys = {
  ArrowLeft: moves.back, ArrowRight: moves.next, Home: moves.first, End: moves.last,
  b: () => show(count), B: () => show(count),
};
document.addEventListener('keydown', (event) => {
  const move = keys[event.key];
  if (!move || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  move();
});

for (const element of findAll('.op')) {
  const { mode } = element.closest('[data-mode]').dataset;
  const column = data.views.findIndex((view) => view.mode === mode);
  const row = data.rows.findIndex((entries) => entries[column] === Number(element.dataset.entry));
  const entry = data.views[column].entries[data.rows[row][column]];
  const select = () => show(isBackward(step) ? 2 * count - 1 - row : row);
  element.setAttribute('tabindex', 0);
  element.setAttribute('role', 'button');
  element.setAttribute('aria-label', `${entry.op} ${entry.layer}`);
  element.addEventListener('click', select);
  element.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    select();
  });
}

window.addEventListener('resize', centre);

const wanted = () => Number((/^#step=(\d+)$/.exec(location.hash) || [0, 1])[1]) - 1;
window.addEventListener('hashchange', () => { if (wanted() !== step) show(wanted()); });
choose(data.views.at(-1).mode);
show(wanted());

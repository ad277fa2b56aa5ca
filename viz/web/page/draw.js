// Draw or drop: what the networks see in a picture that somebody brings, and which pixels speak for it.

import { find, findAll, goByArrows } from './dom.js';
import { load } from './engine.js';
import { percent } from './figures.js';
import { drawMap, drawPicture } from './picture.js';
import { drawStrokes, Pad, readPhotograph } from './pad.js';
import { savePicture } from './share.js';

const mostOpinions = 12;  // classes that are listed

// What the methods of attribution.hpp ask, by their names.
const questions = {
  'gradient': 'what a brighter pixel would change',
  'gradient-x-input': 'the same, times the pixel',
  'smoothgrad': 'the mean over 12 noisy copies',
  'integrated-gradients': 'the sum on the way from an empty picture',
  'guided-backpropagation': 'back through the ReLUs only what is positive',
  'grad-cam': 'where the last map speaks for it',
  'occlusion': 'what it loses when a window is covered',
};

const arc = (x, y, r, from, to) => Array.from({ length: 13 }, (_, i) => {
  const angle = 2 * Math.PI * (from + (to - from) * i / 12);
  return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
});
const sketches = [
  ['a three', [[...arc(.48, .35, .16, -.45, .2), ...arc(.47, .65, .18, -.22, .42)]]],
  ['a seven', [[[.3, .24], [.5, .24], [.7, .24], [.6, .5], [.48, .8]]]],
  ['a four or a nine', [[[.38, .22], [.34, .4], [.38, .5], [.52, .5], [.63, .4]],
                        [[.64, .2], [.63, .5], [.6, .82]]]],
  ['a one or a seven', [[[.4, .32], [.56, .22], [.54, .5], [.5, .8]]]],
  ['a smile', [arc(.5, .5, .3, 0, 1), [[.4, .42], [.4, .45]], [[.6, .42], [.6, .45]],
               arc(.5, .52, .14, .05, .45)]],
];
// Of the project's own, by how many channels networks of them have.
const photographs = { 1: [['a four on paper', 'four.jpg']], 3: [['a boat', 'boat.png']] };

let engineAsked, tell, takePainted;  // what offerDrawing was given
let pad, viewers = [], methods = [];
let drawn = 0, viewedAt = 0;  // pictures so far, and the last that was looked at
let due = 0, next = 0;        // how many methods are to be asked, and from which on

// ---- what they see ----

function makeOpinions() {
  const head = '<th scope="col"><canvas role="img"></canvas><span></span></th>'.repeat(viewers.length);
  const { classes } = viewers[0].network, count = Math.min(mostOpinions, classes.length);
  const cell = `<td><svg class="bar" aria-hidden="true"><rect height="100%" rx="3"/></svg><span></span></td>`;
  const row = `<tr><th scope="row"></th>${cell.repeat(viewers.length)}</tr>`;
  find('#opinions').innerHTML = `<caption class="unseen">How sure each network is</caption>
    <thead><tr><td></td>${head}</tr></thead><tbody>${row.repeat(count)}</tbody>`;
  viewers.forEach(({ line }, i) => {  // a stranger's file may be called like markup
    const [canvas, words] = findAll('#opinions th[scope=col]')[i].children;
    canvas.setAttribute('aria-label', `what the network ${line} gets to see`);
    words.textContent = line;
  });
}

// The likeliest, where there is no room for all.
function listed(views) {
  const { classes } = viewers[0].network, all = classes.map((_, k) => k);
  if (classes.length <= mostOpinions) return all;
  const best = (k) => Math.max(...views.map(({ probabilities = [] }) => probabilities[k] ?? 0));
  return all.sort((a, b) => best(b) - best(a)).slice(0, mostOpinions);
}

function showOpinions(views) {
  const rows = [...find('#opinions').tBodies[0].rows], { classes } = viewers[0].network;
  listed(views).forEach((k, row) => {
    rows[row].cells[0].textContent = classes[k];
    views.forEach(({ probabilities = [] }, i) => {
      const cell = rows[row].cells[i + 1], p = probabilities[k];
      cell.className = p === Math.max(...probabilities) ? 'likeliest' : '';
      cell.querySelector('rect').setAttribute('width', `${100 * (p ?? 0)}%`);
      cell.querySelector('span').textContent = p === undefined ? '' : percent(p);
    });
  });
  views.forEach(({ shape, values }, i) => {
    const canvas = findAll('#opinions canvas')[i];
    canvas.width = 1;  // empties it
    if (values) drawPicture(canvas, values, 0, shape);
  });
}

/// What the network of this name got to see, {shape, values}, if anything.
export const viewBy = (name) => viewers.find((viewer) => viewer.name === name)?.view;

// Whether each network sees anything, so that it can paint from it.
const seen = () => viewers.length > 0 && viewers.every(({ view }) => view?.values);

async function lookAll() {
  viewedAt = drawn;
  const all = viewers, brought = pad.picture;
  for (const viewer of all) {
    let view = {};
    try {
      if (brought) {
        const { photograph, painted } = brought, { width, height, data } = photograph;
        const [, h, w] = viewer.network.input, fit = !(painted && w === width && h === height);
        view = await engineAsked.ask({ ask: 'look', name: viewer.name, fit,
                                       picture: { width, height, data } });
      } else {
        await engineAsked.ask({ ask: 'forget', name: viewer.name });
      }
    } catch (error) {
      view = { refused: error.message };
    }
    if (viewers !== all) return;
    viewer.view = view;
  }
  const refused = viewers.map(({ view }) => view.refused).find(Boolean);
  const empty = brought ? 'No ink is found in it.' : 'Draw in the black square.';
  find('#seen').textContent = refused ?? (seen() ? '' : empty);
  showOpinions(viewers.map(({ view }) => view));
  find('#start-picture').disabled = !seen();
  for (const button of findAll('#turn-into button, #save-seen')) button.disabled = !seen();
  due = methods.length;
}

// ---- which pixels speak for it ----

function makeAttributions() {
  const canvases = viewers.map(() =>
    `<div><canvas role="img" aria-label="nothing yet"></canvas><span class="quiet"></span></div>`);
  find('#attributions').replaceChildren(...methods.map(({ name, title }) => {
    const figure = document.createElement('figure');
    figure.innerHTML = `<figcaption><b>${title}</b> <span class="quiet">${questions[name] ?? ''}</span>
      </figcaption>${canvases.join('')}`;
    return figure;
  }));
}

async function attributeNext() {
  const all = viewers, place = next, { name: method, title } = methods[place];
  const label = Number(find('#why').value);
  next = (next + 1) % methods.length;
  --due;
  for (const [i, viewer] of all.entries()) {
    let map = null, words = '';
    if (viewer.view?.values) {
      try {
        map = await engineAsked.ask({ ask: 'attribute', name: viewer.name, method, label });
      } catch (error) {
        words = error.message;
      }
    }
    if (viewers !== all) return;
    const box = find('#attributions').children[place].querySelectorAll('div')[i];
    const canvas = box.querySelector('canvas');
    canvas.width = 1;  // empties it
    canvas.setAttribute('aria-label', `${title}: nothing, by the network ${viewer.line}`);
    if (map) {
      let peak = 0;
      for (const value of map.values) peak = Math.max(peak, Math.abs(value));
      drawMap(canvas, map.values, map.shape.slice(1), peak);
      const of = viewer.network.classes[map.class];
      canvas.setAttribute('aria-label', `${title}: what speaks for ${of}, by the network ${viewer.line}`);
      words = `${of}, peak ${peak.toPrecision(2)}`;
    }
    box.querySelector('span').textContent = words;
  }
}

// ---- the loop ----

let following = null;  // the promise of its end

// Looks at the newest picture, and asks one method after the other, so that all follow the pen.
async function follow() {
  for (;;) {
    if (viewedAt !== drawn) await lookAll();
    if (due === 0) break;
    await attributeNext();
  }
}

function goOnFollowing() {
  following ??= follow().catch(tell).finally(() => {
    following = null;
    find('#draw').dataset.busy = false;  // for the tests
    if (viewedAt !== drawn || due > 0) goOnFollowing();
  });
  find('#draw').dataset.busy = true;
}

function changedPicture() {
  ++drawn;
  if (viewers.length > 0) goOnFollowing();  // or else, once there are networks
}

async function bring(file, name) {
  try {
    pad.put({ photograph: await readPhotograph(file, name), painted: false });
    tell(null);
  } catch (error) {
    tell(error);
  }
}

// ---- what is offered ----

function example(words, draw, choose) {
  const made = document.createElement('button'), canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 56, height: 56 });
  made.setAttribute('aria-label', words);
  made.title = words;
  made.tabIndex = -1;
  made.append(canvas);
  made.addEventListener('click', choose);
  draw(canvas);
  return made;
}

function offerExamples(channels) {
  const made = channels === 1 ? sketches.map(([words, strokes]) =>
    example(words, (canvas) => drawStrokes(canvas, strokes), () => pad.put(strokes))) : [];
  for (const [words, file] of photographs[channels] ?? []) {
    const read = async () => new Blob([await load(file)]);
    made.push(example(words, async (canvas) => {
      const bitmap = await createImageBitmap(await read());
      canvas.getContext('2d').drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    }, async () => bring(await read(), file)));
  }
  const painted = document.createElement('button');
  painted.textContent = 'What is painted above';
  painted.tabIndex = -1;
  painted.addEventListener('click', () => {
    const photograph = takePainted();
    if (photograph) pad.put({ photograph, painted: true });
  });
  made.push(painted);
  made[0].tabIndex = 0;
  find('#examples').replaceChildren(...made);
}

function offerClasses(turnInto) {
  const { classes } = viewers[0].network;
  find('#why').replaceChildren(new Option('what each network sees', -1),
                               ...classes.map((words, k) => new Option(words, k)));
  const few = classes.length <= mostOpinions;
  const offers = few ? classes.map((words, k) => [words, `logit:index:${k}`]) : [['what is asked for above']];
  find('#turn-into').replaceChildren(...offers.map(([words, objective]) => {
    const made = document.createElement('button');
    made.textContent = words;
    made.disabled = true;
    made.addEventListener('click', () => turnInto(objective));
    return made;
  }));
}

/// Makes the section work. `engine` is asked; `complain(error)` shows a line, or none; `painted()` is the
/// ImageData of what is painted, or null; `turnInto(objective)` paints from what was brought, without one what
/// is asked for already.
export function offerDrawing({ engine, complain: complains, painted, turnInto }) {
  [engineAsked, tell, takePainted] = [engine, complains, painted];
  pad = new Pad(find('#pad'), find('#pad-words'), changedPicture);
  find('#undo').addEventListener('click', () => pad.undo());
  find('#clear').addEventListener('click', () => pad.clear());
  find('#photograph').addEventListener('change', ({ target }) => {
    if (target.files.length > 0) bring(target.files[0]);
    target.value = '';
  });
  // As it is, so that `viz` can begin with it.
  find('#save-seen').addEventListener('click', () => find('#opinions canvas').toBlob(async (png) =>
    savePicture(await png.arrayBuffer(), 'picture.png')));
  find('#why').addEventListener('change', () => {
    due = methods.length;
    goOnFollowing();
  });
  const box = find('#draw');
  const brings = ({ dataTransfer: { items } }) => [...items].some(({ type }) => type.startsWith('image/'));
  box.addEventListener('dragover', (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    box.classList.add('over');
  });
  for (const end of ['dragleave', 'drop']) box.addEventListener(end, () => box.classList.remove('over'));
  box.addEventListener('drop', (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    bring([...event.dataTransfer.files].find(({ type }) => type.startsWith('image/')));
  });
  goByArrows(find('#examples'), 'button');
  /// Shows the picture to these networks, and resolves when they have viewedAt.
  return async (painters) => {
    if (methods.length === 0) ({ methods } = await engineAsked.ask({ ask: 'methods' }));
    viewers = painters.map(({ name, line, network }) => ({ name, line, network }));
    makeOpinions();
    makeAttributions();
    offerClasses(turnInto);
    offerExamples(viewers[0].network.input[0]);
    await lookAll();
    goOnFollowing();
  };
}

// Invert: what each layer still knows of a picture. Earlier answers stay in a row.

import { written } from './curves.js';
import { find } from './dom.js';
import { drawPicture } from './picture.js';

const mostKept = 24;  // answers in the row

let inverterEngine, sayWhy, viewOf;  // what offerInversion was given
let inverters = [];                  // of the chosen group: {name, line, network}
let waiting = [];
let inverting = null;  // what runs: a new object for each series, so that a stopped one knows that it was

const inverterChosen = () =>
  inverters.find(({ name }) => name === find('#invert-network input:checked')?.value) ?? inverters[0];

function frame(title) {
  const made = document.createElement('figure');
  made.innerHTML = '<canvas role="img"></canvas><figcaption><b></b><span class="quiet"></span></figcaption>';
  made.querySelector('b').textContent = title;
  made.firstChild.setAttribute('aria-label', title);
  const row = find('#inversions');
  row.prepend(made);
  while (row.childElementCount > mostKept) row.lastChild.remove();
  return made;
}

async function invertOne({ inverter, layer, regulariser, seed }, series) {
  const { name, line, network } = inverter, title = network.layers[layer].name;
  const ask = (question) => inverterEngine.ask({ ...question, name });
  const made = frame(title), words = made.querySelector('span');
  const settings = [line, regulariser ? '' : 'no regulariser', seed ? `seed ${seed}` : ''].filter(Boolean);
  try {
    await ask({ ask: 'invert', run: { layer, regulariser, seed } });
    for (let step = 0, steps = 1; step < steps && inverting === series;) {
      const answer = await ask({ ask: 'invertFurther', milliseconds: 24 });
      ({ step, steps } = answer);
      drawPicture(made.firstChild, answer.values, 0, answer.shape);
      const { relative_error: differs, psnr } = answer, done = step < steps ? `step ${step} of ${steps}` : '';
      words.textContent = [...settings, `the layer differs by ${written(100 * differs)} %`,
                           `pixels alike to ${psnr.toFixed(1)} dB`, done].filter(Boolean).join(', ');
      await new Promise(requestAnimationFrame);
    }
  } catch (error) {
    made.firstChild.remove();
    words.textContent = [...settings, error.message].join(': ');
  }
}

async function invertAll() {
  if (inverting) return;
  const series = {};
  inverting = series;
  find('#invert').dataset.busy = true;  // for the tests
  try {
    while (waiting.length > 0 && inverting === series) await invertOne(waiting.shift(), series);
  } catch (error) {
    sayWhy(error);
  }
  if (inverting === series) stopInverting();
}

function stopInverting() {
  waiting = [];
  inverting = null;
  find('#invert').dataset.busy = false;
}

// What is kept of the picture, in words.
function showKept() {
  const inverter = inverterChosen(), layer = inverter?.network.layers[Number(find('#invert-layer').value)];
  const size = (shape) => shape.reduce((a, b) => a * b, 1);
  find('#invert-says').textContent = !layer ? '' : `Of ${size(inverter.network.input)} pixels, ${
    layer.name} makes ${size(layer.shape)} numbers.`;
}

function offerLayersTo({ network }) {
  const select = find('#invert-layer'), before = select.value;
  select.replaceChildren(...network.layers.map(({ name, type }, i) => new Option(`${name}: ${type}`, i)));
  const last = network.layers.findLastIndex(({ type }) => type === 'Conv2d');
  select.value = before !== '' && Number(before) < network.layers.length ? before : Math.max(0, last);
  showKept();
}

function wish(layers) {
  const inverter = inverterChosen(), seed = Number(find('#invert-seed').value) || 0;
  const regulariser = find('#invert-regulariser').value === 'yes';
  if (!viewOf(inverter.name)?.values) {
    sayWhy(new Error('There is no picture yet: draw one, drop one, or take what is painted.'));
    return;
  }
  sayWhy(null);
  waiting.push(...layers.map((layer) => ({ inverter, layer, regulariser, seed })));
  invertAll();
}

/// Makes the section work: `engine` is asked, `complain(error)` shows a line, `view(name)` is what a network
/// sees. -> showTo(painters), called when others are chosen
export function offerInversion({ engine, complain: complains, view }) {
  [inverterEngine, sayWhy, viewOf] = [engine, complains, view];
  find('#invert-one').addEventListener('click', () => wish([Number(find('#invert-layer').value)]));
  // Those that compute something: what a ReLU or a dropout keeps, one sees with the layer before. The last one
  // first, so that the row, with the newest first, reads like the network.
  find('#invert-every').addEventListener('click', () => wish(inverterChosen().network.layers
    .flatMap(({ type }, i) => (/^(Conv|Linear|MaxPool|AvgPool)/.test(type) ? [i] : [])).reverse()));
  find('#invert-stop').addEventListener('click', stopInverting);
  find('#invert-clear').addEventListener('click', () => {
    stopInverting();
    find('#inversions').replaceChildren();
  });
  find('#invert-layer').addEventListener('change', showKept);
  find('#invert-network').addEventListener('change', () => offerLayersTo(inverterChosen()));
  return (painters) => {
    stopInverting();
    inverters = painters.map(({ name, line, network }) => ({ name, line, network }));
    offerLayersTo(inverterChosen());
  };
}

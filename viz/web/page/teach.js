// Teach it: a few drawings of signs of one's own, a small network that learns them here, and then paints.

import { Curves, written } from './curves.js';
import { find } from './dom.js';
import { drawStrokes, Pad } from './pad.js';

const signNames = ['first sign', 'second sign', 'third sign'], fewestSigns = 2, mostDrawings = 12;

const line = (...corners) => corners.slice(1).flatMap(([x, y], i) => {
  const [u, v] = corners[i];
  return Array.from({ length: 8 }, (_, k) => [u + (x - u) * k / 7, v + (y - v) * k / 7]);
});
const samples = [
  ['triangle', [line([.5, .2], [.8, .75], [.2, .75], [.5, .2])]],
  ['square', [line([.25, .25], [.75, .25], [.75, .75], [.25, .75], [.25, .25])]],
  ['heart', [line([.5, .38], [.36, .25], [.2, .4], [.5, .8], [.8, .4], [.64, .25], [.5, .38])]],
];

let teachEngine, teachTells, whenTaught, school;
const classroom = [];  // of each sign: {name, drawings: of ImageData, box}
let lessons = 0, teaching = false;

const says = (words) => { find('#teach-says').textContent = words; };

// ---- drawings ----

function keep(sign, drawing) {
  if (sign.drawings.length === mostDrawings) sign.drawings.shift();
  sign.drawings.push(drawing);
  showSign(sign);
}

function showSign(sign) {
  const made = sign.drawings.map((drawing, i) => {
    const button = document.createElement('button'), canvas = document.createElement('canvas');
    button.className = 'drawing';
    button.setAttribute('aria-label', `Take away drawing ${i + 1} of the ${sign.name.value}`);
    Object.assign(canvas, { width: drawing.width, height: drawing.height });
    canvas.getContext('2d').putImageData(drawing, 0, 0);
    button.append(canvas);
    button.addEventListener('click', () => {
      sign.drawings.splice(i, 1);
      showSign(sign);
    });
    return button;
  });
  sign.box.replaceChildren(sign.name, sign.keep, ...made);
}

function makeSign(words) {
  const sign = { name: document.createElement('input'), keep: document.createElement('button'), drawings: [],
                 box: document.createElement('div') };
  Object.assign(sign.name, { value: words, maxLength: 24 });
  sign.name.setAttribute('aria-label', `Name of the ${words}`);
  sign.keep.textContent = 'Keep the drawing';
  sign.keep.addEventListener('click', () => {
    const drawing = school.picture;
    says(drawing ? '' : 'Draw it first, in the black square.');
    if (!drawing) return;
    keep(sign, drawing.photograph);
    school.clear();
  });
  sign.box.className = 'sign';
  sign.box.setAttribute('role', 'group');
  sign.box.setAttribute('aria-label', words);
  showSign(sign);
  return sign;
}

// Each five times, as a hand would: turned, moved and stretched a little.
function takeSamples() {
  classroom.forEach((sign, k) => {
    const [words, strokes] = samples[k];
    sign.name.value = words;
    sign.drawings = [];
    for (let i = 0; i < 5; ++i) {
      const turn = .12 * (i - 2), wide = .86 + .07 * ((3 * i + k) % 5), high = .86 + .07 * ((2 * i + k) % 5);
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width: 112, height: 112 });
      drawStrokes(canvas, strokes.map((stroke) => stroke.map(([x, y]) => {
        const [u, v] = [(x - .5) * wide, (y - .5) * high];
        return [.5 + u * Math.cos(turn) - v * Math.sin(turn), .5 + u * Math.sin(turn) + v * Math.cos(turn)];
      })));
      keep(sign, canvas.getContext('2d').getImageData(0, 0, 112, 112));
    }
  });
}

// ---- the lesson ----

function showTape({ width, height, svg }) {
  // The drawing's own style attributes are against the page's policy; style.css says the same.
  find('#teach-tape').innerHTML = `<svg class="tape" viewBox="0 0 ${width} ${height}" width="${width}"
    role="img" aria-label="The tape of training: the gradient goes to the weights">${
    svg.replaceAll(' style="image-rendering: pixelated"', '')}</svg>`;
}

async function teachThem() {
  const chosen = classroom.filter(({ drawings }) => drawings.length > 0);
  if (chosen.length < fewestSigns) {
    says('Two signs at least, each with a drawing or more.');
    return;
  }
  const signs = chosen.map(({ name, box }) => name.value.trim() || box.getAttribute('aria-label'));
  const drawings = chosen.flatMap((sign, k) => sign.drawings.map((picture) => ({
    sign: k, picture: { width: picture.width, height: picture.height, data: picture.data } })));
  const name = `own-signs-${++lessons}`, seed = lessons - 1;
  await teachEngine.ask({ ask: 'teach', signs, seed, drawings });
  find('#lesson').hidden = false;
  const loss = new Curves(find('#loss-curve'), { low: 0 });
  const right = new Curves(find('#right-curve'), { low: 0, high: 1 });
  for (const curve of [loss, right]) curve.clear(1);
  for (let step = 0, steps = 1, shownAt = -Infinity; step < steps;) {
    const record = performance.now() > shownAt + 500;
    const answer = await teachEngine.ask({ ask: 'teachFurther', milliseconds: 24, record });
    ({ step, steps } = answer);
    loss.add(0, step, answer.loss);
    right.add(0, step, answer.right);
    for (const curve of [loss, right]) curve.draw();
    says(`Step ${step} of ${steps}, loss ${written(answer.loss)}.`);
    if (record) {
      shownAt = performance.now();
      showTape(answer.tape);
    }
    await new Promise(requestAnimationFrame);
  }
  const network = await teachEngine.ask({ ask: 'taught', name });
  says('It has learnt them, and now paints above. In "Draw one", ask it about a drawing.');
  await whenTaught({ name, title: `Your signs: ${signs.join(', ')}`, network });
}

/// Makes the section work: `engine` is asked, `complain(error)` shows a line, and
/// `opened({name, title, network})` gets each network that has learnt.
export function offerTeaching({ engine, complain: complains, opened }) {
  [teachEngine, teachTells, whenTaught] = [engine, complains, opened];
  school = new Pad(find('#teach-pad'), find('#teach-words'), () => {});
  classroom.push(...signNames.map(makeSign));
  find('#signs').replaceChildren(...classroom.map(({ box }) => box));
  find('#teach-undo').addEventListener('click', () => school.undo());
  find('#teach-wipe').addEventListener('click', () => school.clear());
  find('#teach-samples').addEventListener('click', takeSamples);
  find('#teach-go').addEventListener('click', async () => {
    if (teaching) return;
    teaching = find('#teach-go').disabled = true;
    try {
      await teachThem();
      teachTells(null);
    } catch (error) {
      teachTells(error);
    }
    teaching = find('#teach-go').disabled = false;
  });
}

// The page: what is wanted, and one loop that does it. Everything that can be chosen is in `wanted` and in
// the address.

import { Curves, written } from './curves.js';
import { find, findAll } from './dom.js';
import { offerDrawing, viewBy } from './draw.js';
import { embedded, Engine, loadJson } from './engine.js';
import { makeFigure, makeTiles, showPictures, showRefusal } from './figures.js';
import { layerShown, offerLayers, showLayer } from './inside.js';
import { offerInversion } from './invert.js';
import { offerOwn, sayOfOwn } from './own.js';
import { offerSettings, presets, showSettings } from './settings.js';
import { offerRecipes, savePicture, showRecipe } from './share.js';
import { hideTapes, showDigest, showNoTapes, showTapes } from './tapes.js';
import { offerOperations, operationShown, showOperation } from './tapes.js';
import { offerTeaching } from './teach.js';

const calm = matchMedia('(prefers-reduced-motion: reduce)');

const engine = new Engine();
let catalogue;      // what models/index.json lists: groups of networks
let painters = [];  // of the chosen group: {name, line, network}, and what was learnt of them since
let painted = '';   // the name of that group
const networks = new Map();  // promises of what painter.hpp says of each, by name
const wanted = { group: '', objective: '', start: 'noise', seed: 0, settings: {} };
const todo = { begin: false, change: false, steps: 0, look: false, close: [] };
let playing = false, step = 0, label = '';

const curves = {
  objective: new Curves(find('#objective-curve'), {}),
  probability: new Curves(find('#probability-curve'), { low: 0, high: 1 }),
  variation: new Curves(find('#variation-curve'), { low: 0 }),
};

// ---- the address ----

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  wanted.group = given.get('networks') ?? '';
  wanted.objective = given.get('objective') ?? 'logit:index:3';
  wanted.start = given.get('start') === 'grey' ? 'grey' : 'noise';
  wanted.seed = Math.max(0, Math.trunc(Number(given.get('seed')) || 0));
  wanted.settings = {};
  label = '';
  for (const [name, value] of given) {
    if (find(`[data-setting="${CSS.escape(name)}"]`) && value.trim() !== '') {
      wanted.settings[name] = Number(value);
    }
  }
}

let writing;  // the timer: browsers refuse an address that changes with each movement of a slider

function writeAddress() {
  clearTimeout(writing);
  writing = setTimeout(writeAddressNow, 250);
}

function writeAddressNow() {
  const said = new URLSearchParams({ networks: wanted.group, objective: wanted.objective });
  if (wanted.start !== 'noise') said.set('start', wanted.start);
  if (wanted.seed !== 0) said.set('seed', wanted.seed);
  for (const [name, value] of Object.entries(wanted.settings)) said.set(name, value);
  try {
    history.replaceState(null, '', `#${said}`);
  } catch {
    // Without it, the page still paints.
  }
}

// ---- words ----

function say(words) { find('#status').textContent = words; }

// For those who hear the page: not each step, but where it begins and rests.
function announce(words) {
  const seen = active().map(({ line, figure }) => `${line} ${figure.querySelector('output').textContent}`);
  find('#news').textContent = `${words} ${seen.join(', ')}.`;
}

function complain(error) {
  find('#error').textContent = error ? error.message : '';
  find('#error').hidden = !error;
}

function showPlaying() {
  find('#play').textContent = playing ? 'Pause' : 'Play';
}

// ---- what is painted ----

function chip(objective, words, checked) {
  const made = document.createElement('label');
  made.innerHTML = '<input type="radio" name="objective"><span></span>';
  made.firstChild.value = objective;
  made.firstChild.checked = checked;
  made.lastChild.textContent = words;
  return made;
}

const mostChips = 12;      // classes; more are a list
const mostTogether = 100;  // pictures

function listOf(offers) {
  const made = document.createElement('select');
  made.setAttribute('aria-label', 'Class');
  made.append(new Option('a class…', ''),
              ...offers.map(([objective, words]) => new Option(words, objective)));
  made.value = offers.some(([objective]) => objective === wanted.objective) ? wanted.objective : '';
  return made;
}

function offerObjectives() {
  const classes = painters[0].network.classes, few = classes.length <= mostChips;
  const named = classes.map((words, k) => [`logit:index:${k}`, words]);
  const lists = few ? [] : [listOf(named)], offers = few ? named : [];
  if (classes.length <= mostTogether) {
    offers.push(['logit:all', classes.length === 2 ? 'both' : `all ${classes.length}`]);
  }
  if (!lists.some(({ value }) => value) && !offers.some(([objective]) => objective === wanted.objective)) {
    offers.push([wanted.objective, label || wanted.objective]);
  }
  const box = find('#objectives'), [legend] = box.children, focused = box.contains(document.activeElement);
  box.replaceChildren(legend, ...lists, ...offers.map(([objective, words]) =>
    chip(objective, words, objective === wanted.objective)));
  if (focused) (box.querySelector('input:checked') ?? lists[0]).focus();
}

function chooseObjective(objective, words = '') {
  wanted.objective = objective;
  label = words;
  offerObjectives();
  begin();
}

// ---- which network is looked into ----

function offerNetworks(id, chosen) {
  const box = find(id), [legend] = box.children;
  box.replaceChildren(legend, ...painters.map(({ name, line }, i) => {
    const made = chip(name, line, i === painters.length - 1);
    made.firstChild.name = id;
    made.firstChild.addEventListener('change', chosen);
    return made;
  }));
  box.hidden = painters.length < 2;
}

const chosenIn = (id) => painters.find(({ name }) => name === find(`${id} input:checked`)?.value);

function lookInside() {
  const painter = chosenIn('#inside-network');
  if (!painter) return;
  offerLayers(painter.network, chooseObjective);
  looked.layer = '';
  look();
}

// ---- the loop ----

function begin() {
  complain(null);
  todo.begin = true;
  run();
}
function change() {
  todo.change = true;
  watchAnew();
  writeAddress();
  run();
}
function look() { todo.look = true; run(); }
function play(on) {
  playing = on;
  showPlaying();
  if (on) watchAnew();
  if (!on) announce(`Paused after step ${step}.`);
  run();
}

const nextPicture = () => new Promise(requestAnimationFrame);
const visible = (id) => {
  const box = find(id).getBoundingClientRect();
  return box.bottom > 0 && box.top < innerHeight;
};

const runOf = () => ({ objective: wanted.objective, start: wanted.start, seed: wanted.seed,
                       settings: { ...wanted.settings } });
const active = () => painters.filter(({ refused }) => !refused);

// In place of its pictures, why it cannot paint them; the others go on.
function refuse(painter, why) {
  painter.refused = true;
  showRefusal(painter, why);
  if (active().length > 0) return;
  playing = false;
  showPlaying();
}

async function doBegin() {
  writeAddress();
  step = 0;
  looked = {};
  hideTapes();
  const run = runOf();
  watchAnew();
  for (const painter of painters) painter.refused = false;
  for (const painter of painters) {
    painter.recorded = false;
    try {
      const begun = await engine.ask({ ask: 'begin', name: painter.name, run });
      painter.labels = begun.labels;
      painter.ofClass = begun.of_class;
      makeTiles(painter);
      showPictures(painter, begun);
      painter.digest ??= (await engine.ask({ ask: 'digest', name: painter.name })).digest;
    } catch (error) {
      refuse(painter, error.message);
    }
  }
  const { variation } = painters[0].network;
  find('#objective-unit').textContent = wanted.objective.split(':')[0];
  find('#probability-curve').parentElement.hidden = !active().some(({ ofClass }) => ofClass);
  curves.variation.mark(variation > 0 && { value: variation, label: 'as in real pictures' });
  for (const curve of Object.values(curves)) curve.clear(painters.length);
  say('At the start.');
  announce('At the start.');
}

async function doChange() {
  const run = runOf();
  for (const painter of active()) {
    try {
      await engine.ask({ ask: 'change', name: painter.name, run });
    } catch (error) {
      refuse(painter, error.message);
    }
    if (todo.begin) return;
  }
}

let owed = 0;  // steps, of which slow motion does less than one a picture
let nextLook = 0;  // in ms: no more than a fifth of the time goes into looking

async function doAdvance(steps) {
  const all = painters, those = active(), names = those.map(({ name }) => name);
  if (those.length === 0) {
    playing = false;
    showPlaying();
    return;
  }
  const record = !playing || performance.now() > nextLook;
  const answer = await engine.ask({ ask: 'advance', names, steps, milliseconds: 11, record });
  if (painters !== all) return;  // others were chosen meanwhile
  answer.frames.forEach(({ error }, i) => { if (error !== undefined) refuse(those[i], error); });
  const frames = answer.frames.filter(({ error }) => error === undefined);
  if (frames.length === 0) return;
  const moved = active();
  frames.forEach((frame, i) => {
    const painter = moved[i], line = painters.indexOf(painter);
    const sure = showPictures(painter, frame);
    curves.objective.add(line, frame.step, frame.objective);
    curves.variation.add(line, frame.step, frame.variation);
    if (frame.probability.length) curves.probability.add(line, frame.step, sure);
    painter.recorded ||= record;
  });
  for (const curve of Object.values(curves)) curve.draw();
  const [{ steps: planned, milliseconds }] = frames;
  step = frames[0].step;
  say(`step ${step}${step <= planned ? ` of ${planned}` : ''}, ${written(milliseconds)} ms each`);
  if (record) {
    const start = performance.now();
    await doLook();
    const end = performance.now();
    nextLook = end + Math.max(200, 4 * (end - start));
  }
  if (playing && step >= planned && isStill(moved, frames)) {
    playing = false;
    showPlaying();
    say(`Nothing moves any more: stopped after step ${step}.`);
    announce(find('#status').textContent);
  }
}

function watchAnew() { for (const painter of painters) painter.snapshot = null; }

// Whether no picture has changed much since some steps ago.
function isStill(moved, frames) {
  const span = 64;
  return frames.map((frame, i) => {
    const painter = moved[i], { value } = painter.network.settings.lr;
    // Root mean square. With jitter, a picture always trembles, by a step or two.
    const least = Math.min(.1, 2 * (wanted.settings.lr ?? value));
    if (painter.snapshot && frame.step < painter.snapshot.step + span) return painter.still;
    const before = painter.snapshot?.images;
    painter.snapshot = { step: frame.step, images: frame.images };
    const square = before ? frame.images.reduce((sum, x, k) => sum + (x - before[k]) ** 2, 0) : Infinity;
    painter.still = Math.sqrt(square / frame.images.length) <= least;
    return painter.still;
  }).every(Boolean);
}

let looked = {};  // the last tapes, operation and layer that were asked for: nothing is asked for twice

// Looks at what is in sight.
async function doLook() {
  const all = painters, drives = chosenIn('#drives-network'), inside = chosenIn('#inside-network');
  if (drives && !drives.refused && drives.recorded && visible('#drives')) {
    const ask = (question) => engine.ask({ ...question, name: drives.name });
    const now = `${drives.name} ${step}`, fresh = looked.tapes !== now;
    if (fresh) {
      looked.tapes = now;
      try {
        const tapes = await ask({ ask: 'tapes' }), { digest } = await ask({ ask: 'digest' });
        if (painters !== all) return;
        showTapes(tapes);
        showDigest(drives.digest, digest, step);
      } catch (error) {  // it may paint, and yet not train on one picture
        showNoTapes(error.message);
      }
    }
    const operation = operationShown();
    if (operation && (fresh || looked.operation !== operation)) {
      const { mode, place } = operation;
      showOperation(await ask({ ask: 'operation', mode, place }), operation);
      looked.operation = operation;
    }
  }
  if (visible('#share')) await lookAtRecipes();
  const layer = layerShown(), now = inside && `${inside.name} ${layer} ${step}`;
  // Empty, they take their room before anybody scrolls.
  const empty = find('#channels').childElementCount === 0;
  const begun = inside?.labels !== undefined && !inside.refused;
  if (begun && looked.layer !== now && (empty || visible('#inside'))) {
    const answer = await engine.ask({ ask: 'layer', name: inside.name, layer });
    if (painters !== all || layer !== layerShown()) return;
    showLayer(answer, wanted.objective);
    looked.layer = now;
  }
}

async function lookAtRecipes() {
  const now = `${step} ${JSON.stringify(runOf())}`;
  if (looked.recipes === now) return;
  looked.recipes = now;
  for (const painter of painters) painter.recipe.hidden = painter.refused;
  for (const painter of active()) {
    if (painter.path === null) {
      showRecipe(painter, 'It learned in this page: there is no file to paint it by.', { refused: true });
      continue;
    }
    try {
      const { command } = await engine.ask({ ask: 'command', name: painter.name, path: painter.path });
      showRecipe(painter, command, { begun: step > 0 });
    } catch (error) {
      showRecipe(painter, error.message, { refused: true });
    }
  }
}

async function save({ name, path }) {
  try {
    const { name: file } = await engine.ask({ ask: 'command', name, path });
    savePicture((await engine.ask({ ask: 'png', name, path })).png, file);
  } catch (error) {
    complain(error);
  }
}

let running = false;

function rest(resting) {
  running = !resting;
  find('#paint').dataset.busy = running;  // for the tests
}

// Does what is to do, one thing after the other, and then rests.
async function run() {
  if (running || painters.length === 0) return;
  rest(false);
  try {
    for (;;) {
      if (todo.begin) {
        todo.begin = todo.change = false;
        todo.steps = 0;
        await doBegin();
        todo.look = true;
      } else if (todo.change) {
        todo.change = false;
        await doChange();
        todo.look = true;
      } else if (todo.close.length > 0) {
        await engine.ask({ ask: 'close', name: todo.close.pop() });
      } else if (todo.steps > 0) {
        --todo.steps;
        await doAdvance(1);
      } else if (todo.look) {
        todo.look = false;
        await doLook();
      } else if (playing) {
        owed = Math.min(owed, 1) + Number(find('#speed').value);
        if (owed >= 1) {
          await doAdvance(Math.floor(owed));
          owed %= 1;
        }
      } else {
        break;
      }
      await nextPicture();
    }
  } catch (error) {
    playing = false;
    showPlaying();
    complain(error);
  }
  rest(true);
}

// ---- a group of networks ----

// Chosen by hand, it begins with what it can paint.
async function openGroup(name, byHand = false) {
  const group = catalogue.find((g) => g.name === name) ?? catalogue[0];
  if (name && group.name !== name) {
    sayOfOwn(`${name.replace('own:', '')} is not here: its files have to be opened again.`, true);
  }
  wanted.group = group.name;
  find('#networks').value = group.name;
  say('Loading…');
  let opened;
  try {
    opened = await Promise.all(group.networks.map(async (of) => {
      if (!networks.has(of.name)) networks.set(of.name, engine.open(of));
      networks.get(of.name).catch(() => networks.delete(of.name));  // the next time may find it
      const path = of.path === undefined ? `weights/${of.name}.json` : of.path;
      return { name: of.name, line: of.line, path, network: await networks.get(of.name) };
    }));
  } catch (error) {
    if (wanted.group === group.name && painters.length > 0) {
      wanted.group = find('#networks').value = painted;
      offerObjectives();
      showKnobs();
      begin();
    }
    throw error;
  }
  if (wanted.group === group.name) await showDrawing(opened).catch(complain);
  if (wanted.group !== group.name) return;  // another was chosen meanwhile
  find('#pictures').replaceChildren();
  find('#pictures').className = opened.length === 1 ? 'single' : '';
  for (const painter of opened) painter.figure = makeFigure(painter);
  painters = opened;
  painted = group.name;
  if (byHand) wanted.objective = knownObjective(painters[0].network.classes.length);
  offerObjectives();
  showKnobs();
  showOperation(null);
  offerRecipes(painters, save);
  offerNetworks('#drives-network', () => {
    showOperation(null);
    hideTapes();
    looked = {};
    look();
  });
  offerNetworks('#inside-network', lookInside);
  lookInside();
  offerNetworks('#invert-network', () => {});
  offerNewLayers(painters);
  for (const id of ['#play', '#step', '#rewind']) find(id).disabled = false;
  begin();
}

// The one that is wanted, if it means the same to a network of so many classes.
function knownObjective(classes) {
  const [, k] = /^logit:(?:index:(\d+)|all)$/.exec(wanted.objective) ?? [null, 3];
  if (k === undefined && classes <= mostTogether) return wanted.objective;
  return `logit:index:${k < classes ? k : 0}`;
}

const tryGroup = (name, byHand) => openGroup(name, byHand).catch(complain);

// Lists it; in place of one of the same files, if there is one.
async function openOwn({ title, name, network }) {
  const group = `own:${title}`, before = catalogue.find((known) => known.name === group);
  catalogue = catalogue.filter((known) => known !== before);
  catalogue.push({ name: group, networks: [{ name, line: title, path: title }] });
  networks.set(name, Promise.resolve(network));
  if (!before) find('#networks').append(new Option(`${title}, your own`, group));
  await tryGroup(group, wanted.group !== group);
  const old = before?.networks[0].name;
  if (!before || painters.some((painter) => painter.name === old)) return;
  networks.delete(old);
  todo.close.push(old);
  run();
}

// A network that was made in the page becomes one of the list.
async function openTaught({ name, title, network }) {
  catalogue.push({ name, title, networks: [{ name, line: 'your signs', path: null }] });
  networks.set(name, Promise.resolve(network));
  find('#networks').append(new Option(title, name));
  Object.assign(wanted, { objective: 'logit:all', start: 'noise', settings: {} });
  showBeginning();
  await openGroup(name);
  play(true);
  find('#paint').scrollIntoView();
}

// ---- buttons, keys ----

function showKnobs() { showSettings(wanted.settings, painters.map(({ network }) => network)); }

function set(name, value) {
  wanted.settings[name] = value;
  showKnobs();
  if (name === 'init-noise') begin();
  else change();
}

function choosePreset(settings) {
  wanted.settings = { ...settings };
  showKnobs();
  begin();
  play(true);
}

function showBeginning() {
  find('#start').value = wanted.start;
  find('#seed').value = wanted.seed;
}

function reseed(seed) {
  wanted.seed = Math.min(999999999, Math.max(0, Math.trunc(seed) || 0));
  showBeginning();
  begin();
}

const oneStep = () => {
  if (playing) play(false);
  ++todo.steps;
  run();
};

// The address is taken by what is wanted, and so these are no links.
for (const button of findAll('#parts button')) {
  button.addEventListener('click', () => {
    const part = find(button.dataset.part);
    part.scrollIntoView();
    part.querySelector('[tabindex="0"], input, select, button').focus({ preventScroll: true });
  });
}
find('#play').addEventListener('click', () => play(!playing));
find('#step').addEventListener('click', oneStep);
find('#rewind').addEventListener('click', begin);
find('#networks').addEventListener('change', ({ target }) => {
  tryGroup(target.value, true);
});
find('#objectives').addEventListener('change', ({ target }) => chooseObjective(target.value));
find('#start').addEventListener('change', ({ target }) => {
  wanted.start = target.value;
  begin();
});
find('#seed').addEventListener('change', ({ target }) => reseed(Number(target.value)));
find('#reseed').addEventListener('click', () => reseed(wanted.seed + 1));
find('#layer').addEventListener('change', look);
for (const [words, settings] of presets) {
  const made = document.createElement('button');
  made.textContent = words;
  made.addEventListener('click', () => choosePreset(settings));
  find('#presets').append(made);
}
offerSettings(set);
offerOperations(look);

// What somebody drew becomes what is asked for.
function turnInto(objective) {
  wanted.start = 'picture';
  showBeginning();
  if (objective) chooseObjective(objective);
  else begin();
  play(true);
  find('#paint').scrollIntoView();
}

// The first picture of the last network: where two are shown, the robust one's.
function paintedNow() {
  const canvas = active().at(-1)?.tiles?.[0].firstChild;
  return canvas ? canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height) : null;
}
const showDrawing = offerDrawing({ engine, complain, painted: paintedNow, turnInto });
offerTeaching({ engine, complain, opened: openTaught });
const offerNewLayers = offerInversion({ engine, complain, view: viewBy });

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (painters.length === 0) return;
  if (event.target.closest('input:not([name=objective]), select, textarea')) return;
  const digit = /^[0-9]$/.test(event.key) && Number(event.key) < painters[0].network.classes.length;
  const onButton = event.target.closest('button, summary, [tabindex]') !== null;
  let action;
  if (event.key === ' ' && !onButton) action = () => play(!playing);
  else if (event.key === 'ArrowRight' && !event.target.closest('input, #tapes, #channels')) action = oneStep;
  else if (event.key === 'r') action = begin;
  else if (event.key === 'a') action = () => chooseObjective('logit:all');
  else if (digit) action = () => chooseObjective(`logit:index:${event.key}`);
  else return;
  event.preventDefault();
  if (!event.repeat || action === oneStep) action();
});

addEventListener('hashchange', () => {
  readAddress();
  showBeginning();
  tryGroup(wanted.group);
});
addEventListener('resize', () => { for (const curve of Object.values(curves)) curve.draw(); });
addEventListener('scroll', () => { if (!playing) look(); }, { passive: true });

// ---- at last ----

async function open() {
  readAddress();
  showBeginning();
  catalogue = await loadJson('models/index.json');
  find('#networks').append(...catalogue.map(({ name, title }) => new Option(title, name)));
  await engine.start();
  const { group } = wanted, model = new URLSearchParams(location.search).get('model');
  const fetchOwn = offerOwn(engine, openOwn);
  if (model !== null) await fetchOwn(model);
  if (painters.length === 0 || catalogue.some(({ name }) => name === group)) await openGroup(group);
  if (!calm.matches) play(true);
  if (!embedded('worker.js')) navigator.serviceWorker?.register('sw.js').catch(() => {});
}
open().catch(complain);

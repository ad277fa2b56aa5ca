// A step of painting by the page's WebAssembly beside TensorFlow.js and its own: the same networks and
// weights, the same start and loss, one thread each, in turn. Prints the table of docs/performance.md.
//
//     cmake --preset web && cmake --build build/web --target page
//     cd tests/bench && npm ci && node web.mjs ../../build/web [SECONDS]
//
// Before it times anything it follows both for a few steps: their gradients and pictures have to be the same.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';  // which knows the gradients
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';

const [build, seconds = '2'] = process.argv.slice(2);
const models = join(resolve(build), 'site/models');
const rounds = 5, label = 3, planned = 512, tv = 0.3, beta = 1.5, lr = 0.05;
const settings = { steps: planned, tv, beta, lr, l2: 0, jitter: 0, rotate: 0, zoom: 0 };

// ---- the page's ----

async function openPage() {
  const create = createRequire(import.meta.url)(join(resolve(build), 'bin/glassgrad.js'));
  const wasm = await create({ wasmBinary: readFileSync(join(resolve(build), 'site/glassgrad.wasm')) });
  const call = wasm.cwrap('glass_ask', 'string', ['string']);
  const ask = (question) => {
    const answer = JSON.parse(call(JSON.stringify(question)));
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  return { wasm, ask };
}

function glassgrad({ wasm, ask }, name, description) {
  const run = { objective: `logit:index:${label}`, settings };
  for (const file of [`${name}.json`, description.weights]) {
    wasm.FS.writeFile(file, readFileSync(join(models, file)));
  }
  const { painter, input } = ask({ ask: 'open', description: `${name}.json` });
  const count = input.reduce((a, b) => a * b);
  return {
    chunk: 10,  // each answer looks at the picture once more
    begin: () => ask({ ask: 'begin', painter, run }),
    steps: (n) => ask({ ask: 'advance', painter, steps: n, record: false }),
    // One step -> the norm of its gradient to the picture.
    watched() {
      ask({ ask: 'advance', painter, steps: 1, record: true });
      return ask({ ask: 'tapes', painter }).tapes[1].image;
    },
    image() {
      const place = wasm._glass_images(painter) / 4;
      return wasm.HEAPF32.slice(place, place + count);
    },
  };
}

// ---- TensorFlow.js's ----

function readSafetensors(path) {
  const bytes = readFileSync(path), length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length));
  return (key) => {
    const { shape, data_offsets: [from, to] } = header[key];
    const values = Uint8Array.from(bytes.subarray(8 + length + from, 8 + length + to));
    return tf.tensor(new Float32Array(values.buffer), shape);
  };
}

// The logits of images[N,H,W,C], as TensorFlow.js likes them, layer by layer by its own operation.
function network(description, tensor) {
  const { mean, std, shape: input } = description.input;
  let shape = [...input];  // [C,H,W], behind each layer
  const layers = [(x) => tf.div(tf.sub(x, mean), std)];
  description.layers.forEach(({ type, kernel_size: size }, i) => {
    if (type === 'Conv2d') {
      const w = tf.transpose(tensor(`${i}.weight`), [2, 3, 1, 0]), b = tensor(`${i}.bias`);
      layers.push((x) => tf.add(tf.conv2d(x, w, 1, 'same'), b));
      shape = [b.size, shape[1], shape[2]];
    } else if (type === 'BatchNorm2d') {
      const [factor, summand, average, variance] =
        ['weight', 'bias', 'running_mean', 'running_var'].map((name) => tensor(`${i}.${name}`));
      layers.push((x) => tf.batchNorm(x, average, variance, summand, factor, 1e-5));
    } else if (type === 'ReLU') {
      layers.push(tf.relu);
    } else if (type === 'MaxPool2d') {
      layers.push((x) => tf.maxPool(x, size, size, 'valid'));
      shape = [shape[0], shape[1] / size, shape[2] / size];
    } else if (type === 'Flatten') {
      layers.push((x) => tf.reshape(x, [x.shape[0], -1]));
    } else if (type === 'Linear') {
      const w = tensor(`${i}.weight`), b = tensor(`${i}.bias`), [outputs] = w.shape;
      // What was flattened had its channels first.
      const last = shape.length === 3 ? tf.transpose(tf.reshape(w, [outputs, ...shape]), [0, 2, 3, 1]) : w;
      const ready = tf.transpose(tf.reshape(last, [outputs, -1]));
      layers.push((x) => tf.add(tf.matMul(x, ready), b));
      shape = [outputs];
    } else {
      throw new Error(`${type}: not among the layers of the networks that are compared`);
    }
  });
  return (x) => layers.reduce((h, layer) => layer(h), x);
}

// As autograd/ops/total_variation.cpp and viz/regulariser.cpp have it.
function totalVariation(x) {
  const [, H, W, C] = x.shape;
  const part = (y, x0, height, width) => tf.slice(x, [0, y, x0, 0], [1, height, width, C]);
  const right = tf.square(tf.sub(part(0, 1, H, W - 1), part(0, 0, H, W - 1)));
  const down = tf.square(tf.sub(part(1, 0, H - 1, W), part(0, 0, H - 1, W)));
  const square = tf.add(tf.pad(right, [[0, 0], [0, 0], [0, 1], [0, 0]]),
                        tf.pad(down, [[0, 0], [0, 1], [0, 0], [0, 0]]));
  const factor = tv / (H * W * (0.5 / 6.5) ** beta);
  return tf.mul(tf.sum(tf.pow(tf.add(square, 1e-8), beta / 2)), factor);
}

function tensorflow(description) {
  const logits = network(description, readSafetensors(join(models, description.weights)));
  const [C, H, W] = description.input.shape;
  const score = (x) => tf.sum(tf.slice(logits(x), [0, label], [1, 1]));
  let image, adam, unit, step;
  const loss = () => tf.sub(tf.mul(totalVariation(image), Math.min(1, 2 * step / planned)),
                            tf.div(score(image), unit));
  const one = () => tf.tidy(() => {
    adam.minimize(loss, false, [image]);
    image.assign(tf.clipByValue(image, 0, 1));
    ++step;
  });
  const turned = (pixels) => tf.transpose(tf.tensor(pixels, [1, C, H, W]), [0, 2, 3, 1]);
  const norm = (gradient) => tf.norm(gradient).dataSync()[0];
  return {
    chunk: 1,
    begin(pixels) {
      image = tf.variable(turned(pixels));
      adam = tf.train.adam(lr, 0.9, 0.999, 1e-8);
      [unit, step] = [1, 0];
    },
    show: (pixels) => tf.tidy(() => image.assign(turned(pixels))),
    // In what the objective is measured: so that the first gradient, of it alone, has this norm.
    calibrate(first) { unit = tf.tidy(() => norm(tf.grad(score)(image))) / first; },
    steps(n) { for (let i = 0; i < n; ++i) one(); },
    watched() {
      const size = tf.tidy(() => norm(tf.variableGrads(loss, [image]).grads[image.name]));
      one();
      return size;
    },
    image: () => tf.tidy(() => tf.transpose(image, [0, 3, 1, 2]).dataSync().slice()),
  };
}

// ---- both ----

// Step by step from the same picture: gradients have the same norm, and Adam makes the same of them, but for
// pixels whose gradient is nearly 0.
function expectSame(ours, theirs) {
  ours.begin();
  theirs.begin(ours.image());
  for (let step = 1; step <= 8; ++step) {
    theirs.show(ours.image());
    const size = ours.watched();
    if (step === 1) theirs.calibrate(size);
    const other = theirs.watched();
    if (Math.abs(size - other) > 1e-3 * size) {
      throw new Error(`step ${step}: gradients of norm ${size} and ${other}`);
    }
    const now = ours.image(), then = theirs.image();
    const apart = now.reduce((sum, pixel, i) => sum + Math.abs(pixel - then[i]), 0) / now.length;
    if (apart > lr / 50) throw new Error(`step ${step}: the pictures are ${apart} apart on average`);
  }
}

// Milliseconds a step, `chunk` steps at a time, for so many seconds. What else the machine does delays some
// of them: the fastest tenth tells what a step takes.
function time({ steps, chunk }) {
  const times = [], end = performance.now() + 1000 * Number(seconds);
  while (performance.now() < end || times.length < 10) {
    const start = performance.now();
    steps(chunk);
    times.push((performance.now() - start) / chunk);
  }
  return times.sort((x, y) => x - y)[Math.floor(times.length / 10)];
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

setThreadsCount(1);
await tf.setBackend('wasm');
const page = await openPage();
console.log(`${cpus()[0].model}, node ${process.version}, TensorFlow.js ${tf.version_core}, ms a step\n`);
console.log('| network | TensorFlow.js | glassgrad | ratio |\n|---|---:|---:|---:|');
for (const name of ['mnist-cnn', 'cifar10-cnn']) {
  const description = JSON.parse(readFileSync(join(models, `${name}.json`)));
  const both = [tensorflow(description), glassgrad(page, name, description)];
  expectSame(both[1], both[0]);
  const times = [[], []];
  for (let round = 0; round < rounds; ++round) both.forEach((one, i) => times[i].push(time(one)));
  const [theirs, ours] = times.map(median);
  console.log(`| ${name} | ${theirs.toFixed(3)} | ${ours.toFixed(3)} | ${(theirs / ours).toFixed(1)} |`);
}

// The inference tasks of `bench`, in ONNX Runtime: what compare.py runs in Node.js.
//
//     node peer_onnxruntime.js FOLDER version                                what it is
//     node peer_onnxruntime.js FOLDER NET.onnx N,C,H,W THREADS SECONDS       the median time, in seconds
//
// FOLDER is where npm has put onnxruntime-node.
'use strict';
const path = require('path');

const home = path.resolve(process.argv[2], 'node_modules/onnxruntime-node');
const ort = require(home);

async function medianTime(net, shape, threads, seconds) {
  const session = await ort.InferenceSession.create(net, {
    intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all'});
  const pixels = new Float32Array(shape.reduce((a, b) => a * b));
  for (let i = 0; i < pixels.length; ++i) pixels[i] = Math.random() * 2 - 1;
  const feeds = {x: new ort.Tensor('float32', pixels, shape)};

  for (let i = 0; i < 3; ++i) await session.run(feeds);
  const times = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || times.length < 5) {
    const start = performance.now();
    await session.run(feeds);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] / 1000;
}

async function main(net, shape, threads, seconds) {
  if (net === 'version') return require(path.join(home, 'package.json')).version;
  return medianTime(net, shape.split(',').map(Number), Number(threads), Number(seconds));
}

main(...process.argv.slice(3)).then((words) => console.log(words));

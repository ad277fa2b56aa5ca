// The worker: the C++ compiled for browsers, which paints here so that the page stays free to draw.
// What is asked, and what comes back, is described in ../painter.hpp.

let glassgrad, glassAsk;

// Files lie in folders that nobody outside has to know of.
const wordsOf = (error) =>
  String(error?.message ?? error).replaceAll(/(?<![.\w])\/(models|tmp|own\/\d+)\//g, '');
const stopped = (message) => { throw new Error(message); };

function ask(question) {
  const answer = JSON.parse(glassAsk(JSON.stringify(question)));
  return answer.error === undefined ? answer : stopped(answer.error);
}

// Gives the C++ a file; the bytes are its own from now on.
function keep(path, bytes) {
  glassgrad.FS.mkdirTree(path.slice(0, path.lastIndexOf('/')));
  glassgrad.FS.writeFile(path, new Uint8Array(bytes), { canOwn: true });
}
function forget(files) { for (const path of Object.keys(files)) glassgrad.FS.unlink(path); }

// A copy of `count` floats, which may be handed over.
const floats = (place, count) => glassgrad.HEAPF32.slice(place / 4, place / 4 + count);

// By the network's name: {painter, count of its images' numbers, pace in ms, once it is known, and files}.
const painters = new Map();

const answers = {
  async start({ wasm }) {
    glassgrad = await createGlassgrad({ wasmBinary: wasm });
    glassAsk = glassgrad.cwrap('glass_ask', 'string', ['string']);
    return {};
  },

  // Which file of weights a description names.
  describe({ description, bytes }) {
    keep(description, bytes);
    try {
      return ask({ ask: 'describe', description });
    } finally {
      forget({ [description]: bytes });
    }
  },

  // Files by path, of which one is the description.
  open({ name, description, files }) {
    for (const [path, bytes] of Object.entries(files)) keep(path, bytes);
    try {
      const network = ask({ ask: 'open', description });
      painters.set(name, { painter: network.painter, input: network.input, files });
      return network;
    } catch (error) {
      forget(files);
      throw error;
    }
  },
  close({ name }) {
    const { painter, files } = painters.get(name);
    painters.delete(name);
    forget(files);
    return ask({ ask: 'close', painter });
  },

  begin({ name, run }) {
    const it = painters.get(name);
    const answer = ask({ ask: 'begin', painter: it.painter, run });
    it.count = answer.pictures * it.input.reduce((a, b) => a * b, 1);
    return { ...answer, images: images(it) };
  },

  change({ name, run }) {
    return ask({ ask: 'change', painter: painters.get(name).painter, run });
  },

  // As many of `steps` as fit into so many milliseconds, all networks alike, and at least one. Where one
  // cannot, its frame says why, and the others go on.
  advance({ names, steps, milliseconds, record }) {
    const all = names.map((name) => painters.get(name));
    const pace = all.reduce((sum, it) => sum + (it.pace ?? Infinity), 0);
    const count = Math.max(1, Math.min(steps, Math.floor(milliseconds / pace)));
    const frames = all.map((it) => {
      const start = performance.now();
      try {
        const answer = ask({ ask: 'advance', painter: it.painter, steps: count, record });
        const now = (performance.now() - start) / count;
        it.pace = it.pace === undefined ? now : .8 * it.pace + .2 * now;
        return { ...answer, milliseconds: it.pace, images: images(it) };
      } catch (error) {
        return { error: wordsOf(error) };
      }
    });
    return { frames };
  },

  tapes({ name }) { return ask({ ask: 'tapes', painter: painters.get(name).painter }); },
  operation({ name, mode, place }) {
    return ask({ ask: 'operation', painter: painters.get(name).painter, mode, place });
  },
  command({ name, path }) { return ask({ ask: 'command', painter: painters.get(name).painter, path }); },
  png({ name, path }) {
    const { size } = ask({ ask: 'png', painter: painters.get(name).painter, path });
    const place = glassgrad._glass_file();
    return { png: glassgrad.HEAPU8.slice(place, place + size) };
  },
  digest({ name }) { return ask({ ask: 'digest', painter: painters.get(name).painter }); },
  layer({ name, layer }) { return numbers({ ask: 'layer', painter: painters.get(name).painter, layer }); },

  // What a network sees in a picture, of ImageData; without `fit` its size is right.
  look({ name, picture, fit }) {
    bring(picture);
    return numbers({ ask: 'look', painter: painters.get(name).painter, fit });
  },
  forget({ name }) { return ask({ ask: 'forget', painter: painters.get(name).painter }); },
  methods() { return ask({ ask: 'methods' }); },
  attribute({ name, method, label }) {
    return numbers({ ask: 'attribute', painter: painters.get(name).painter, method, class: label });
  },
  invert({ name, run }) { return ask({ ask: 'invert', painter: painters.get(name).painter, run }); },
  // As many steps as fit into so many milliseconds, at the pace of the last ones.
  invertFurther({ name, milliseconds }) {
    const it = painters.get(name), start = performance.now();
    const steps = Math.max(1, Math.floor(milliseconds / (it.invertPace ?? Infinity)));
    const answer = numbers({ ask: 'invert-further', painter: it.painter, steps });
    it.invertPace = (performance.now() - start) / steps;
    return answer;
  },

  // Drawings [{picture, sign}] of `signs`, by their names; then steps; then the network is opened as `name`.
  teach({ signs, seed, drawings }) {
    ask({ ask: 'teach', signs, seed });
    for (const { picture, sign } of drawings) {
      bring(picture);
      ask({ ask: 'teach-drawing', sign });
    }
    const description = '/tmp/signs.json';  // whether a network can have classes of these names
    ask({ ask: 'teach-save', description });
    return ask({ ask: 'describe', description });
  },
  teachFurther({ milliseconds, record }) {
    const start = performance.now();
    let answer;
    do answer = ask({ ask: 'teach-further', steps: 1, record });
    while (answer.step < answer.steps && performance.now() - start < milliseconds);
    return record ? { ...answer, tape: ask({ ask: 'teach-tape' }) } : answer;
  },
  taught({ name }) {
    const description = `/tmp/${name}.json`;
    ask({ ask: 'teach-save', description });
    const network = ask({ ask: 'open', description });
    painters.set(name, { painter: network.painter, input: network.input, files: {}, pace: 1 });
    return network;
  },
};

// Gives the C++ a picture, ImageData: red, green and blue of it, for it is opaque.
function bring({ width, height, data }) {
  let place = glassgrad._glass_picture(width, height);
  const bytes = glassgrad.HEAPU8;  // after that: its memory may have grown
  for (let i = 0; i < data.length; ++i) {
    if (i % 4 !== 3) bytes[place++] = data[i];
  }
}

// An answer with the numbers that it speaks of, if it has any.
function numbers(question) {
  const answer = ask(question), { shape } = answer;
  return shape
    ? { ...answer, values: floats(glassgrad._glass_shown(), shape.reduce((a, b) => a * b, 1)) } : answer;
}

const images = (it) => floats(glassgrad._glass_images(it.painter), it.count);

const buffers = (value) =>
  [value.images, value.values, ...(value.frames || []).map((frame) => frame.images)]
    .filter(Boolean).map((array) => array.buffer);

onmessage = async ({ data: { id, question } }) => {
  try {
    const answer = await answers[question.ask](question);
    postMessage({ id, answer }, buffers(answer));
  } catch (error) {
    postMessage({ id, error: wordsOf(error) });
  }
};

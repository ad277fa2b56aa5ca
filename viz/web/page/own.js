// Networks of one's own: a description and its weights, dropped, chosen, or fetched from beside the page.

import { find } from './dom.js';
import { embedded } from './engine.js';

const largest = 2 ** 30;  // bytes of a file; of larger ones, the C++ reads nothing either

async function bytesOf(file) {
  if (file.size > largest) throw new Error(`${file.name}: ${file.size} bytes, at most ${largest} are read`);
  try {
    return await file.arrayBuffer();
  } catch (error) {  // a folder, or what is gone meanwhile
    throw new Error(`${file.name}: ${error.message}`);
  }
}

const isJson = ({ name }) => /\.json$/i.test(name);

// The first that looks like a description.
async function descriptionAmong(files) {
  for (const file of files.filter(isJson)) {
    if (/"layers"\s*:/.test(await file.slice(0, 2 ** 20).text())) return file;
  }
  return undefined;
}

const withoutFolders = (path) => path.split('/').at(-1);

/// Says something of them; in orange, why one was refused.
export function sayOfOwn(words, refused = false) {
  find('#own-says').textContent = words;
  find('#own-says').classList.toggle('second', refused);
}

/// Offers to open networks whose files lie elsewhere. `opened({title, name, network})` follows each that
/// opens, `name` being the worker's. -> fetchOwn(path), for a description that lies where the page does, as
/// its weights do.
export function offerOwn(engine, opened) {
  const held = new Map();  // files that make no network yet, by name
  let count = 0;

  // `read(file)` gives the bytes of the description or of the weights that it names; null if they are not
  // here.
  async function open(description, read) {
    sayOfOwn(`Reading ${description} …`);
    let reading = description;
    try {
      const name = `own ${++count}`, folder = `/own/${count}/`, path = folder + description;
      const bytes = await read(description);
      const { weights } = await engine.ask({ ask: 'describe', description: path, bytes });
      const files = { [path]: bytes };
      reading = weights;
      if (weights) files[folder + weights] = await read(weights);
      if (weights && !files[folder + weights]) {
        sayOfOwn(`${description} is here. Now its weights, ${weights}.`);
        return;
      }
      const question = { ask: 'open', name, description: path, files };
      const network = await engine.ask(question, Object.values(files));
      held.clear();
      sayOfOwn(`${description} is open${weights ? '' : '. It names no weights: they are random'}.`);
      await opened({ title: description, name, network });
    } catch (error) {
      held.delete(withoutFolders(reading));
      sayOfOwn(error.message, true);
    }
  }

  async function take(files) {
    for (const file of files) held.set(file.name, file);
    // What is neither description nor weights goes to the C++ as the former, which says what it is.
    const other = files.find((file) => !isJson(file) && !/\.safetensors$/i.test(file.name));
    const description = await descriptionAmong(files) ?? other ??
      await descriptionAmong([...held.values()]) ?? files.find(isJson);
    if (!description) {
      sayOfOwn(`${files.at(-1).name} is here. Now the description that names it, a .json file.`);
      return;
    }
    await open(description.name, async (path) => {
      const file = held.get(withoutFolders(path));
      return file ? bytesOf(file) : null;
    });
  }

  find('#own-choose').disabled = false;
  find('#own-choose').addEventListener('click', () => find('#own-files').click());
  find('#own-files').addEventListener('change', ({ target }) => {
    take([...target.files]);
    target.value = '';  // so that the same file, once mended, can be chosen again
  });
  // Pictures are no networks, and belong to others.
  const brought = ({ dataTransfer: { items } }) =>
    [...items].some(({ kind, type }) => kind === 'file' && !type.startsWith('image/'));
  const landed = () => document.body.classList.remove('dropping');
  addEventListener('dragover', (event) => {
    event.preventDefault();  // a file that misses its place must not replace the page
    if (brought(event)) document.body.classList.add('dropping');
  });
  addEventListener('dragleave', landed);
  addEventListener('drop', (event) => {
    event.preventDefault();
    landed();
    if (brought(event)) take([...event.dataTransfer.files]);
  });

  return async (path) => {
    const folder = new URL('.', location), at = new URL(path, folder);
    if (embedded('worker.js')) {
      sayOfOwn(`?model=${path}: the page in one file fetches nothing; drop it here`, true);
    } else if (!at.href.startsWith(folder.href)) {
      sayOfOwn(`?model=${path}: expected a file that lies where the page does`, true);
    } else {
      const description = decodeURIComponent(withoutFolders(at.pathname));
      await open(description, async (file) => {
        const answer = await fetch(file === description ? at : new URL(file, at));
        if (!answer.ok) throw new Error(`${file}: ${answer.status} ${answer.statusText}`);
        return answer.arrayBuffer();
      });
    }
  };
}

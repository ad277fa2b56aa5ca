// What the page knows of its worker: one question, one answer. And where files come from: beside the page,
// or from inside it, if it is one file.

export const embedded = (name) => document.querySelector(`script[data-file="${name}"]`);

/// The bytes of one of the page's own files.
export async function load(name) {
  const inside = embedded(name);
  if (inside) return Uint8Array.from(atob(inside.textContent), (c) => c.charCodeAt(0)).buffer;
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  return answer.arrayBuffer();
}

export const loadJson = async (name) => JSON.parse(new TextDecoder().decode(await load(name)));

function makeWorker() {
  const inside = embedded('worker.js');
  if (!inside) return new Worker('worker.js');
  const url = URL.createObjectURL(new Blob([atob(inside.textContent)], { type: 'text/javascript' }));
  return new Worker(url);
}

/// Asks the worker; rejects with the line that the C++ says.
export class Engine {
  #worker = makeWorker();
  #waiting = new Map();
  #asked = 0;
  #broken = null;

  constructor() {
    const breaks = ({ message }) => {
      this.#broken = new Error(`the worker stopped: ${message ?? 'it cannot be understood'}`);
      for (const { reject } of this.#waiting.values()) reject(this.#broken);
      this.#waiting.clear();
    };
    this.#worker.onerror = breaks;
    this.#worker.onmessageerror = breaks;
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      if (!this.#waiting.has(id)) return;
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    };
  }

  ask(question, handedOver = []) {
    if (this.#broken) return Promise.reject(this.#broken);
    const id = ++this.#asked;
    this.#worker.postMessage({ id, question }, handedOver);
    return new Promise((resolve, reject) => { this.#waiting.set(id, { resolve, reject }); });
  }

  async start() {
    const wasm = await load('glassgrad.wasm');
    await this.ask({ ask: 'start', wasm }, [wasm]);
  }

  /// A network of the page's list -> what painter.hpp says of it.
  async open({ name, files }) {
    const loaded = {};
    await Promise.all(files.map(async (file) => {
      loaded[`/models/${file}`] = await load(`models/${file}`);
    }));
    return this.ask({ ask: 'open', name, description: `/models/${name}.json`, files: loaded },
                    Object.values(loaded));
  }
}

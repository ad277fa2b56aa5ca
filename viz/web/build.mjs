// Puts the page together, twice: a folder for any static host, and one file that opens from a disk.
//
//     node build.mjs WASM_FOLDER OUTPUT
//
// reads glassgrad.js and glassgrad.wasm from the first, and writes OUTPUT/site/ and OUTPUT/glassgrad.html. It
// needs node and nothing else.

import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url)), project = join(here, '../..');
const [wasmFolder, output] = process.argv.slice(2);
const text = (path) => readFileSync(path, 'utf8');
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('base64');

// ---- scripts ----

// Our modules import by name from files beside them, and no two call different things alike: one after the
// other, each behind those that it imports, they are one script.
function joined(file, seen = new Set()) {
  if (seen.has(file)) return '';
  seen.add(file);
  const source = text(join(here, 'page', file));
  const imports = [...source.matchAll(/^import \{[^}]*\} from '\.\/(.*)';$/gm)].map(([, name]) => name);
  const own = source.replace(/^import .*\n/gm, '').replace(/^export /gm, '');
  return imports.map((name) => joined(name, seen)).join('') + own;
}

// ---- networks ----

// By what a network's name begins with, in the order of the list.
const titles = { 'mnist': 'Digits (MNIST)', 'fashion': 'Clothes (Fashion-MNIST)',
                 'cifar10': 'Photographs (CIFAR-10)', 'cifar10-resnet': 'Photographs (CIFAR-10), ResNet' };
const kindOf = (name) => Object.keys(titles).findLast((kind) => `${name}-`.startsWith(`${kind}-`)) ?? '';

// Every network of weights/ that has a title: plain and robust ones of the same data together, then each by
// itself.
function catalogue() {
  const folder = join(project, 'weights');
  const names = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -5));
  const networks = names.filter(kindOf).flatMap((name) => {
    const described = JSON.parse(text(join(folder, `${name}.json`)));
    return described.layers ? [{ name, files: [`${name}.json`, described.weights] }] : [];
  });
  const named = new Map(networks.map((network) => [network.name, network]));
  const title = (name) => {
    const kind = kindOf(name);
    return [titles[kind], ...name.slice(kind.length).split('-')].filter(Boolean).join(' ');
  };
  const pairs = networks.filter(({ name }) => name.endsWith('-robust')).flatMap((robust) => {
    const base = robust.name.replace(/-robust$/, ''), plain = named.get(base) ?? named.get(`${base}-cnn`);
    return plain ? [{ name: base, title: `${title(base)}: plain beside robust`,
                      networks: [{ ...plain, line: 'plain' }, { ...robust, line: 'robust' }] }] : [];
  });
  const order = Object.keys(titles), place = ({ name }) => order.indexOf(kindOf(name));
  pairs.sort((a, b) => place(a) - place(b));
  const singles = networks.map((network) => ({ name: network.name, title: title(network.name),
                                               networks: [{ ...network, line: network.name }] }));
  return [...pairs, ...singles];
}

// ---- both pages ----

const groups = catalogue();
const modelFiles = [...new Set(groups.flatMap(({ networks }) => networks.flatMap(({ files }) => files)))];
const script = `'use strict';\n(() => {\n${joined('main.js')}})();\n`;
const style = ['../pages/page.css', '../pages/drawing.css', '../pages/dark.css', 'page/style.css']
  .map((name) => text(join(here, name))).join('');
const worker = text(join(wasmFolder, 'glassgrad.js')) + text(join(here, 'page/worker.js'));
const wasm = readFileSync(join(wasmFolder, 'glassgrad.wasm'));
const html = text(join(here, 'page/index.html'));

const site = join(output, 'site');
rmSync(site, { recursive: true, force: true });
mkdirSync(join(site, 'models'), { recursive: true });
const files = {
  'index.html': html.replace('@policy@', [
    "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", 'img-src data:',
    "connect-src 'self'", "worker-src 'self'", "base-uri 'none'", "form-action 'none'"].join('; ')),
  'style.css': style,
  'page.js': script,
  'worker.js': worker,
  'glassgrad.wasm': wasm,
  'models/index.json': JSON.stringify(groups),
  'four.jpg': readFileSync(join(project, 'docs/samples/four.jpg')),
  'boat.png': readFileSync(join(project, 'docs/samples/boat.png')),
};
for (const [name, content] of Object.entries(files)) writeFileSync(join(site, name), content);
for (const name of modelFiles) cpSync(join(project, 'weights', name), join(site, 'models', name));

// The service worker keeps what it knows by a digest of all of it.
const kept = ['./', ...Object.keys(files), ...modelFiles.map((name) => `models/${name}`)];
const version = sha256(Object.values(files).map(sha256).join() +
  modelFiles.map((name) => sha256(readFileSync(join(site, 'models', name)))).join());
writeFileSync(join(site, 'sw.js'), text(join(here, 'page/sw.js'))
  .replace('@version@', version).replace('@files@', JSON.stringify(kept)));

const embedded = ['worker.js', 'glassgrad.wasm', 'models/index.json', 'four.jpg', 'boat.png',
                  ...modelFiles.map((name) => `models/${name}`)]
  .map((name) => [name, readFileSync(join(site, name)).toString('base64')])
  .map(([name, base64]) => `<script type="application/octet-stream" data-file="${name}">${base64}</script>\n`)
  .join('');
const ownScript = script.replaceAll('</', '<\\/');
writeFileSync(join(output, 'glassgrad.html'), html
  .replace('@policy@', [
    "default-src 'none'", `script-src 'sha256-${sha256(ownScript)}' 'wasm-unsafe-eval' blob:`,
    `style-src 'sha256-${sha256(style)}'`, 'img-src data:', 'worker-src blob:', "base-uri 'none'",
    "form-action 'none'"].join('; '))
  .replace('<link rel="stylesheet" href="style.css">', () => `<style>${style}</style>`)
  .replace('<script src="page.js"></script>', () => `${embedded}<script>${ownScript}</script>`));

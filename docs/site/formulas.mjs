// Reads {formula: whether it has a line of its own} as JSON, and prints {formula: HTML}.
import { readFileSync } from 'node:fs';
import katex from '/usr/share/javascript/katex/katex.mjs';

const html = Object.entries(JSON.parse(readFileSync(0, 'utf8'))).map(([formula, displayMode]) =>
  [formula, katex.renderToString(formula, { displayMode, throwOnError: true, strict: false })]);
process.stdout.write(JSON.stringify(Object.fromEntries(html)));

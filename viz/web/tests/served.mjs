// The page on a server of its own.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/// Serves the page, or another folder -> {address, stop()}
export async function serve(folder = join(process.env.PAGE, 'site')) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../serve.mjs', import.meta.url)), folder, '0']);
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const at = await Promise.race([
    new Promise((resolve) => { child.stdout.on('data', (said) => resolve(/http:\S+/.exec(said)[0])); }),
    ended.then(() => { throw new Error('the server ended'); })]);
  return { address: at, stop: () => (child.kill(), ended) };
}

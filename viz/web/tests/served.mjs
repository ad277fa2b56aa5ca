// A folder on a server of its own, and a browser that watches what its pages do.

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const { PICTURES } = process.env;
const patience = 240_000;  // in ms: of a machine that does much else

/// Serves the page, or another folder -> {address, stop()}
export async function serve(folder = join(process.env.PAGE, 'site')) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../serve.mjs', import.meta.url)), folder, '0']);
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const at = await Promise.race([
    new Promise((resolve) => { child.stdout.on('data', (said) => resolve(/http:\S+/.exec(said)[0])); }),
    ended.then(() => { throw new Error('the server ended'); })]);
  return { address: at, stop: () => (child.kill(), ended) };
}

/// A browser; there is a folder for its pictures, if they are wanted.
export function launch() {
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });
  return chromium.launch({ executablePath: process.env.GLASS_BROWSER ?? '/usr/bin/chromium',
                           args: ['--no-sandbox', '--disable-gpu'] });
}

/// A new page, which may ask for what begins with `at`. `noise` is what it says on the console, and whom else
/// it asks. -> {page, noise, context}
export async function watched(browser, at, { width = 1600, height = 1000, scheme = 'light', motion = 'reduce',
                                             bypassCSP = false, hasTouch = false } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme,
                                             reducedMotion: motion, bypassCSP, hasTouch });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const noise = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(error.message));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(at) && !/^(data|blob):/.test(url)) noise.push(`request of ${url}`);
  });
  return { page, noise, context };
}

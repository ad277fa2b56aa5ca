// What the tests of the page share: it is served, opened in a browser, and watched.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const { PAGE, PICTURES } = process.env;
const here = fileURLToPath(new URL('.', import.meta.url));
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const patience = 240_000;  // in ms: of a machine that does much else

/// Of the page that is served to all tests of a file.
export let address;
let server, browser;

/// -> {address, stop()}
export async function serve() {
  const child = spawn(process.execPath, [join(here, '../serve.mjs'), join(PAGE, 'site'), '0']);
  const ended = new Promise((resolve) => { child.on('exit', resolve); });
  const at = await Promise.race([
    new Promise((resolve) => { child.stdout.on('data', (said) => resolve(/http:\S+/.exec(said)[0])); }),
    ended.then(() => { throw new Error('the server ended'); })]);
  return { address: at, stop: () => (child.kill(), ended) };
}

before(async () => {
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });
  server = await serve();
  ({ address } = server);
  browser = await chromium.launch({ executablePath: process.env.GLASS_BROWSER ?? '/usr/bin/chromium',
                                    args: ['--no-sandbox', '--disable-gpu'] });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/// Opens the page at rest, or playing where motion is welcome, and watches that it says nothing on the
/// console and asks nobody else. (Playwright itself looks into the page by scripts, and so the policy against foreign
/// ones is bypassed only for axe.)
export async function open(at = address, { hash = '', width = 1600, height = 1000, scheme = 'light',
                                    motion = 'reduce', bypassCSP = false, hasTouch = false } = {}) {
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
  await page.goto(at + hash);
  await page.waitForFunction(() =>
    /^(At the start|step)/.test(document.querySelector('#status').textContent));
  if (motion === 'reduce') await settled(page);
  return { page, noise, context };
}

export const atRest = (page) => page.waitForSelector('#paint[data-busy=false]');
export const stepOf = (page) => page.evaluate(() =>
  Number(/step (\d+)/.exec(document.querySelector('#status').textContent)?.[1] ?? 0));
export const walk = async (page, steps) => {
  const goal = await stepOf(page) + steps;
  await page.selectOption('#speed', '8');
  await page.click('#play');
  await page.waitForFunction((to) =>
    Number(/step (\d+)/.exec(document.querySelector('#status').textContent)?.[1]) >= to, goal);
  await page.click('#play');
  await atRest(page);
};
export const pixels = (page, line = 0) => page.evaluate((n) => {
  const canvas = document.querySelectorAll('.painter')[n].querySelector('canvas');
  return [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data].join();
}, line);
/// It begins again with the click itself, so that at rest it has begun.
export const settled = async (page) => {
  await atRest(page);
  await page.waitForFunction(() => document.querySelector('#status').textContent === 'At the start.');
};

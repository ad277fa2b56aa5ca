// What the tests of the page share: its server, a browser, and how to wait for what happens.
//
// PAGE=FOLDER holds site/ and glassgrad.html. With PICTURES=FOLDER the screenshots are kept there, to look
// at.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { serve } from './served.mjs';

export { serve } from './served.mjs';
export const { PAGE, PICTURES } = process.env;
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const patience = 240_000;  // in ms: of a machine that does much else

let server, browser;
/// Of the page, once it is served.
export let address;

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
/// console and asks nobody else. (Playwright itself looks into the page by scripts, and so the policy against
/// foreign ones is bypassed only for axe.)
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

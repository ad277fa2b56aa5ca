// What the tests of the page share: its server, a browser, and how to wait for what happens.
//
// PAGE=FOLDER holds site/ and glassgrad.html. With PICTURES=FOLDER the screenshots are kept there, to look
// at.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before } from 'node:test';
import { launch, serve, watched } from './served.mjs';

export { PICTURES, serve } from './served.mjs';
export const { PAGE } = process.env;
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let server, browser;
/// Of the page, once it is served.
export let address;

before(async () => {
  server = await serve();
  ({ address } = server);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/// Opens the page at rest, or playing where motion is welcome, and watches that it says nothing on the
/// console and asks nobody else. (Playwright itself looks into the page by scripts, and so the policy against
/// foreign ones is bypassed only for axe.)
export async function open(at = address, { hash = '', motion = 'reduce', ...how } = {}) {
  const { page, noise, context } = await watched(browser, at, { motion, ...how });
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

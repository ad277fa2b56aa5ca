// How soon the page paints, and how many pictures a second it shows then, as docs/performance.md says.
//
//     PAGE=FOLDER node speed.mjs

import { chromium } from 'playwright-core';
import { serve } from './served.mjs';

const seconds = 5;
const server = await serve();
const browser = await chromium.launch({ executablePath: process.env.GLASS_BROWSER ?? '/usr/bin/chromium',
                                        args: ['--no-sandbox', '--disable-gpu'] });
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const first = [], rate = [];
for (let round = 0; round < 3; ++round) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.goto(server.address);
  first.push(await page.evaluate(() => new Promise((resolve) => {
    const look = () => {
      if (document.querySelector('.tile canvas')?.width === 28) resolve(performance.now());
      else requestAnimationFrame(look);
    };
    look();
  })));
  rate.push(await page.evaluate((long) => new Promise((resolve) => {
    const step = () => Number(/step (\d+)/.exec(document.querySelector('#status').textContent)?.[1] ?? 0);
    setTimeout(() => {  // once it is under way
      const before = step();
      setTimeout(() => resolve((step() - before) / long), 1000 * long);
    }, 1000);
  }), seconds));
  await context.close();
}
console.log(`first pictures after ${Math.round(median(first))} ms, then ${
  median(rate).toFixed(1)} pictures a second of each of two networks`);
await browser.close();
await server.stop();

// What a layer still knows of a picture.
//
//     PAGE=FOLDER node --test invert.test.mjs        as page.test.mjs

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { axe, open, address, PICTURES } from './browser.mjs';

const inverted = (page, count) => page.waitForFunction((n) =>
  document.querySelector('#invert').dataset.busy === 'false' &&
  document.querySelectorAll('#inversions figure').length === n, count);
const decibels = async (page, n) =>
  Number(/to (\S+) dB/.exec(await page.textContent(`#inversions figure:nth-child(${n})`))[1]);

test('each layer is asked what it still knows, and the answers stay in a row with their settings', async () => {
  const { page, noise, context } = await open(address, { bypassCSP: true });
  await page.click('#invert-one');
  assert.match(await page.textContent('#error'), /^There is no picture yet/);
  await page.click('#examples button:nth-child(1)');
  await page.waitForSelector('#draw[data-busy=false]');
  await page.check('#invert-network input[value=mnist-cnn]', { force: true });
  assert.match(await page.textContent('#invert-says'), /^Of 784 pixels, conv2 makes 6272 numbers\.$/);
  await page.click('#invert-every');
  await inverted(page, 6);  // two convolutions with their poolings, two linear layers
  assert.equal(await page.isVisible('#error'), false);
  assert.match(await page.textContent('#inversions figure:nth-child(1)'),
               /^conv1plain, the layer differs by \S+ %, pixels alike to \d/);
  // The first layer knows far more than the last.
  assert.ok(await decibels(page, 1) > await decibels(page, 6) + 10);
  await page.selectOption('#invert-layer', { label: 'linear2: Linear' });
  await page.selectOption('#invert-regulariser', 'no');
  await page.fill('#invert-seed', '5');
  await page.click('#invert-one');
  await inverted(page, 7);
  assert.match(await page.textContent('#inversions figure:nth-child(1)'),
               /^linear2plain, no regulariser, seed 5, /);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run('#invert'));
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
  if (PICTURES) await page.locator('#invert').screenshot({ path: join(PICTURES, 'invert.png') });
  await page.click('#invert-clear');
  assert.equal(await page.locator('#inversions figure').count(), 0);
  assert.deepEqual(noise, []);
  await context.close();
});

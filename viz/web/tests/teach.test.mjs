// A small network learns signs of one's own, and paints them.
//
//     PAGE=FOLDER node --test teach.test.mjs        as page.test.mjs

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { axe, open, address, PICTURES, walk } from './browser.mjs';

test('three signs are learnt from five drawings each, and painted', async () => {
  const { page, noise, context } = await open(address, { bypassCSP: true });
  await page.click('#teach-go');
  assert.equal(await page.textContent('#teach-says'), 'Two signs at least, each with a drawing or more.');
  await page.click('.sign:nth-child(2) >> text=Keep the drawing');
  assert.equal(await page.textContent('#teach-says'), 'Draw it first, in the black square.');
  await page.click('#teach-samples');
  // One more, by the keys, which can be taken away again.
  await page.focus('#teach-pad canvas');
  await page.keyboard.press(' ');
  for (let i = 0; i < 5; ++i) await page.keyboard.press('ArrowRight');
  await page.click('.sign:nth-child(1) >> text=Keep the drawing');
  assert.equal(await page.locator('.sign:nth-child(1) .drawing').count(), 6);
  await page.click('[aria-label="Take away drawing 6 of the triangle"]');
  assert.equal(await page.locator('.sign:nth-child(1) .drawing').count(), 5);
  await page.click('#teach-go');
  await page.waitForFunction(() =>
    /^Your signs/.test(document.querySelector('#networks').selectedOptions[0].text));
  await page.waitForFunction(() => document.querySelector('#play').textContent === 'Pause');
  await page.click('#play');
  assert.match(await page.textContent('#teach-says'), /^It has learnt them/);
  assert.equal(await page.locator('#teach-tape svg.tape .op').count() > 10, true);
  assert.equal(await page.locator('.tile').count(), 3);
  await walk(page, 150);
  assert.match(await page.textContent('.painter output'), /^(8|9|10)\d.* on average/);
  if (PICTURES) await page.screenshot({ path: join(PICTURES, 'taught.png'), fullPage: true });
  // It is asked about a drawing like any other: here about one of its own signs.
  await page.click('text=What is painted above');
  await page.waitForSelector('#opinions .likeliest');
  assert.match(await page.textContent('#opinions tbody tr:nth-child(1)'), /triangle(8|9|10)\d/);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run('#teach'));
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
  if (PICTURES) await page.locator('#teach').screenshot({ path: join(PICTURES, 'teach.png') });
  assert.deepEqual(noise, []);
  await context.close();
});

// Drawing, dropping, asking which pixels speak, and turning it into something else.
//
//     PAGE=FOLDER node --test draw.test.mjs        as page.test.mjs

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { axe, open, address, PAGE, PICTURES, pixels, settled, walk } from './browser.mjs';

const answered = (page) => page.waitForSelector('#draw[data-busy=false]');
const opinion = (page, line, words) => page.evaluate(([n, k]) =>
  [...document.querySelectorAll('#opinions tbody tr')].find((row) => row.cells[0].textContent === k)
    .cells[n].textContent.trim(), [line + 1, words]);
const seesSomething = (page) => page.waitForSelector('#opinions .likeliest');
const three = [[.3, .3], [.4, .2], [.55, .2], [.62, .34], [.5, .46], [.63, .56], [.62, .7], [.5, .8],
               [.34, .74]];

async function drawThree(page) {
  await page.locator('#pad').scrollIntoViewIfNeeded();
  const box = await page.locator('#pad canvas').boundingBox();
  const [first, ...rest] = three.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height]);
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps: 4 });
  await page.mouse.up();
  await answered(page);
}

test('a drawn three is seen, explained by seven methods, and turned into an eight', async () => {
  const { page, noise, context } = await open();
  assert.equal(await page.isDisabled('#turn-into button'), true);
  await drawThree(page);
  assert.match(await opinion(page, 0, '3'), /^(9\d|100)/);
  assert.match(await opinion(page, 1, '3'), /^(9\d|100)/);
  assert.equal(await page.locator('#attributions figure').count(), 7);
  assert.equal(await page.locator('#attributions canvas[aria-label*="speaks for 3"]').count(), 14);
  assert.match(await page.textContent('#attributions figure:nth-child(7)'),
               /occlusion.*3, peak \d.*3, peak \d/s);
  await page.selectOption('#why', '8');
  await answered(page);
  assert.match(await page.textContent('#attributions figure:nth-child(1)'), /8, peak/);
  if (PICTURES) await page.locator('#draw').screenshot({ path: join(PICTURES, 'draw.png') });
  const drawn = await page.evaluate(() => {
    const canvas = document.querySelector('#opinions canvas');
    return [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].join();
  });
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click('#save-seen')]);
  assert.equal(saved.suggestedFilename(), 'picture.png');
  await page.click('#turn-into button:nth-child(9)');
  await page.waitForFunction(() => document.querySelector('#play').textContent === 'Pause');
  await page.waitForFunction(() => /^8: (9\d|100)/.test(
    document.querySelector('.painter:nth-child(2) output').textContent));
  // By now it may have stopped by itself.
  if (await page.textContent('#play') === 'Pause') await page.click('#play');
  await page.click('#rewind');
  await settled(page);
  assert.equal(await page.inputValue('#start'), 'picture');
  assert.equal(await pixels(page), drawn);
  // The drawing stays for networks of another kind.
  await page.selectOption('#networks', 'cifar10-cnn');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 1);
  await settled(page);
  assert.equal(await page.locator('#opinions tbody tr').count(), 10);
  assert.equal(await page.isVisible('.refused'), false);
  assert.deepEqual(noise, []);
  await context.close();
});

test('undo, clear, the keys and examples', async () => {
  const { page, noise, context } = await open();
  await page.click('#parts button[data-part="#draw"]');  // and there is the pad
  await page.keyboard.press(' ');
  for (let i = 0; i < 6; ++i) await page.keyboard.press('ArrowUp');
  assert.equal(await page.textContent('#pad-words'), 'Pen down, column 15, row 9 of 28.');
  await page.keyboard.press(' ');
  await answered(page);
  assert.match(await opinion(page, 1, '1'), /^[5-9]\d|100/);
  assert.equal(await page.textContent('#play'), 'Play');  // the space was the pad's
  await page.keyboard.press('Backspace');
  await answered(page);
  assert.equal(await page.textContent('#seen'), 'Draw in the black square.');
  assert.equal(await opinion(page, 1, '1'), '');
  await page.focus('#examples button');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await answered(page);
  assert.match(await opinion(page, 1, '7'), /^(9\d|100)/);
  await page.click('#clear');
  await page.click('#undo');
  await answered(page);
  assert.match(await opinion(page, 1, '7'), /^(9\d|100)/);
  // What is painted is taken as it is.
  await walk(page, 8);
  await page.click('text=What is painted above');
  await answered(page);
  assert.equal(await page.evaluate(() => {
    const [, seen] = document.querySelectorAll('#opinions canvas'), read = (canvas) =>
      [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].join();
    return read(seen) === read(document.querySelector('.painter:nth-child(2) canvas'));
  }), true);
  assert.deepEqual(noise, []);
  await context.close();
});

test('a photograph is fitted as viz classify --fit does; what is none gets a line', async () => {
  const { page, noise, context } = await open();
  await page.setInputFiles('#photograph', join(PAGE, 'site/four.jpg'));
  await seesSomething(page);
  await answered(page);
  // 84.20 % by viz, whose decoder of JPEG rounds otherwise.
  assert.match(await opinion(page, 1, '4'), /^84\.[0-4] %$/);
  const notes = { name: 'notes.png', mimeType: 'image/png', buffer: Buffer.from('no') };
  await page.setInputFiles('#photograph', notes);
  await page.waitForSelector('#error:not([hidden])');
  assert.equal(await page.textContent('#error'), 'notes.png: expected a picture that this browser can read');
  // Dropped, for networks of colours: what viz prints.
  await page.selectOption('#networks', 'cifar10');
  await settled(page);
  await page.waitForFunction(() => document.querySelector('#opinions tbody th').textContent === 'airplane');
  await page.evaluate(async () => {
    const data = new DataTransfer(), bytes = await (await fetch('boat.png')).arrayBuffer();
    data.items.add(new File([bytes], 'boat.png', { type: 'image/png' }));
    const drop = new DragEvent('drop', { dataTransfer: data, bubbles: true });
    document.querySelector('#pad').dispatchEvent(drop);
  });
  await page.waitForFunction(() =>
    document.querySelector('#opinions .likeliest')?.textContent.trim() === '90.3 %');
  await answered(page);
  assert.equal(await opinion(page, 1, 'ship'), '99.2 %');
  assert.equal(await page.isVisible('#error'), false);
  assert.deepEqual(noise, []);
  await context.close();
});

test('a finger draws on a telephone, in the dark; no accessibility rule is broken', async () => {
  const { page, noise, context } = await open(address, { width: 390, height: 844, scheme: 'dark',
                                                         hasTouch: true, bypassCSP: true });
  await page.evaluate(() => document.querySelector('#pad').scrollIntoView({ block: 'center' }));
  const box = await page.locator('#pad canvas').boundingBox(), touch = await context.newCDPSession(page);
  const at = ([x, y]) => [{ x: box.x + x * box.width, y: box.y + y * box.height }];
  const send = (type, touchPoints) => touch.send('Input.dispatchTouchEvent', { type, touchPoints });
  await send('touchStart', at(three[0]));
  for (const point of three) await send('touchMove', at(point));
  await send('touchEnd', []);
  await seesSomething(page);
  await answered(page);
  assert.match(await opinion(page, 1, '3'), /^([5-9]\d|100)/);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run('#draw'));
  assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
  if (PICTURES) await page.locator('#draw').screenshot({ path: join(PICTURES, 'draw-390.png') });
  assert.deepEqual(noise, []);
  await context.close();
});

// The page in Debian's chromium: what it can do, at the widths that people have, in silence and alone.
//
//     PAGE=FOLDER node --test page.test.mjs

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { address, atRest, axe, open, PAGE, PICTURES, pixels, serve, settled, stepOf, walk } from './browser.mjs';

test('it paints a three, rewinds to the same start, and one step is one step', async () => {
  const { page, noise, context } = await open();
  const start = await pixels(page);
  await page.click('#step');
  await page.waitForFunction(() => /^step 1 of/.test(document.querySelector('#status').textContent));
  const first = await pixels(page);
  assert.notEqual(first, start);
  await walk(page, 40);
  assert.match(await page.textContent('.painter:nth-child(2) output'), /^3: (9\d|100)/);
  await page.click('#rewind');
  await settled(page);
  assert.equal(await pixels(page), start);
  await page.keyboard.press('Escape');
  await page.locator('body').press('ArrowRight');
  await page.waitForFunction(() => /^step 1 of/.test(document.querySelector('#status').textContent));
  assert.equal(await pixels(page), first);
  assert.deepEqual(noise, []);
  await context.close();
});

test('knobs count at once, presets begin again, and the address tells all of it', async () => {
  const { page, noise, context } = await open();
  await walk(page, 16);
  await page.locator('[data-setting=lr]').fill('0');  // nothing moves any more
  const before = await pixels(page);
  const moved = await stepOf(page);
  await page.click('#step');
  await page.waitForFunction((n) =>
    document.querySelector('#status').textContent.startsWith(`step ${n + 1} `), moved);
  assert.equal(await pixels(page), before);
  await page.waitForURL(/lr=0(&|$)/);
  await page.click('text=without a regulariser');
  await page.waitForFunction(() => document.querySelector('#play').textContent === 'Pause');
  await page.click('#play');
  await page.waitForURL(/tv=0&l2=0&jitter=0/);
  await page.click('#reseed');
  await settled(page);
  await page.waitForURL(/seed=1/);
  await page.selectOption('#start', 'grey');
  await settled(page);
  await page.waitForURL(/start=grey/);
  const grey = await pixels(page);
  const again = await open(page.url().replace(/#.*/, ''), { hash: new URL(page.url()).hash });
  assert.equal(await pixels(again.page), grey);
  assert.equal(await again.page.locator('[data-setting=tv]').getAttribute('aria-valuetext'), '0');
  assert.deepEqual([...noise, ...again.noise], []);
  await context.close();
  await again.context.close();
});

test('what drives it: painting sends no gradient to the weights, training none to the picture', async () => {
  const { page, noise, context } = await open();
  await walk(page, 24);
  await page.locator('#drives').scrollIntoViewIfNeeded();
  await page.waitForSelector('#tapes svg');
  const jobs = await page.locator('.job').allTextContents();
  assert.match(jobs[0].replace(/\s+/g, ' '),
               /Training trainable ?313,514 weights .*gradient to the weights ?\d.*picture ?none: it is data/);
  assert.match(jobs[1].replace(/\s+/g, ' '),
               /Painting trainable ?784 numbers .*weights ?none: they are frozen gradient to the picture ?\d/);
  assert.match(await page.textContent('#digest'), /✓ unchanged/);
  assert.equal(await page.locator('#tapes svg').count(), 2);
  await page.check('#drives-network input[value=mnist-cnn]', { force: true });
  await page.waitForFunction(() => document.querySelector('.job').textContent.includes('206,922'));
  // An operation opens, by the mouse and by the keyboard.
  await page.locator('#tapes [data-mode=maximisation] .op', { hasText: 'conv1' }).click();
  await page.waitForSelector('#operation .formula');
  assert.match(await page.textContent('#operation'), /painting: conv2d conv1.*dx\[.*weight, frozen/s);
  if (PICTURES) await page.screenshot({ path: join(PICTURES, 'drives.png') });
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#operation h3').textContent.includes('relu'));
  // The last one is gone from the shorter tape of a run without a regulariser; then none is chosen.
  await page.locator('#tapes [data-mode=maximisation] .op').last().press('Enter');
  await page.waitForFunction(() => !document.querySelector('#operation h3').textContent.includes('relu'));
  await page.click('text=without a regulariser');
  await page.locator('#drives').scrollIntoViewIfNeeded();
  await page.waitForFunction(() => /^Choose/.test(document.querySelector('#operation').textContent.trim()));
  await page.click('#play');
  await atRest(page);
  assert.equal(await page.isVisible('#error'), false);
  await page.click('#rewind');
  await settled(page);
  assert.equal(await page.isVisible('#jobs'), false);
  assert.deepEqual(noise, []);
  await context.close();
});

test('a click on a channel makes it the objective, and one on a neuron that', async () => {
  const { page, noise, context } = await open();
  // The tapes appear above it, and what is looked at stays where it is.
  await page.evaluate(() => document.querySelector('#inside').scrollIntoView({ block: 'end' }));
  const top = () => page.evaluate(() => document.querySelector('#inside').getBoundingClientRect().top);
  await page.waitForSelector('#channels canvas');
  const before = await top();
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector('#tapes svg');
  assert.ok(Math.abs(await top() - before) < 1, `from ${before} to ${await top()}`);
  await page.locator('#inside').scrollIntoViewIfNeeded();
  await page.waitForSelector('#channels canvas');
  await page.click('#channels button:nth-child(5)');
  await settled(page);
  await page.waitForURL(/objective=channel%3Aconv2%3A4/);
  assert.match(await page.textContent('#objectives label:last-child'), /conv2 channel 4/);
  await page.check('input[name=unit][value=neuron]', { force: true });
  await page.focus('#channels button:nth-child(3)');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash.includes('neuron%3Aconv2%3A2%2C7%2C7'));
  await walk(page, 8);
  assert.equal(await page.isVisible('#error'), false);
  // The plain network has 32 channels there, the robust one 48.
  await page.check('input[name=unit][value=channel]', { force: true });
  await page.click('#channels button:nth-child(48)');
  await page.waitForSelector('.refused');
  assert.equal(await page.textContent('.refused'), "channel '47': layer conv2 has channels 0 to 31, or all");
  await page.waitForSelector('#channels button:nth-child(48)[aria-pressed=true]');
  assert.equal(await page.locator('#channels [aria-pressed=true]').count(), 1);
  await walk(page, 8);
  assert.deepEqual(noise, []);
  await context.close();
});

test('photographs, all ten, any network by itself, and what cannot be', async () => {
  const { page, noise, context } = await open(address, { hash: '#networks=cifar10&objective=logit:all',
                                                         width: 1280, height: 1060 });
  assert.equal(await page.locator('.tile').count(), 20);
  await page.click('#step');
  await page.waitForFunction(() => /^step 1 of/.test(document.querySelector('#status').textContent));
  await page.check('#objectives input[value="logit:index:7"]', { force: true });
  await settled(page);
  await walk(page, 96);
  assert.match(await page.textContent('.painter:nth-child(2) output'), /^horse: (9\d|100)/);
  if (PICTURES) await page.screenshot({ path: join(PICTURES, 'front.png') });
  await page.selectOption('#networks', 'mnist-judge');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 1);
  await settled(page);
  await page.evaluate(() => { location.hash = '#networks=mnist&objective=logit:no'; });
  await page.waitForSelector('.painter:nth-child(2) .refused');
  assert.match(await page.textContent('.refused'), /class 'no'/);
  // Nobody can paint it: nothing plays, and nothing breaks.
  await atRest(page);
  await page.click('#step');
  await page.click('#play');
  await atRest(page);
  assert.equal(await page.textContent('#play'), 'Play');
  assert.equal(await page.isVisible('#error'), false);
  await page.check('#objectives input[value="logit:index:4"]', { force: true });
  await settled(page);
  assert.deepEqual(noise, []);
  await context.close();
});

test('at every width nothing is cut off; no accessibility rule is broken', async () => {
  for (const [width, height, scheme] of [[390, 844, 'light'], [820, 1180, 'dark'], [1600, 1000, 'light']]) {
    const { page, context } = await open(address, { width, height, scheme, bypassCSP: true });
    await walk(page, 40);
    for (const part of ['#drives', '#inside']) {
      await page.locator(part).scrollIntoViewIfNeeded();
      await page.waitForSelector(part === '#drives' ? '#tapes [data-mode=maximisation]' : '#channels canvas');
    }
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run());
    assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${width}.png`), fullPage: true });
    await context.close();
  }
});

test('the keyboard does all: play, step, rewind, classes', async () => {
  const { page, noise, context } = await open();
  await page.locator('body').press(' ');
  await page.waitForFunction(() => document.querySelector('#play').textContent === 'Pause');
  await page.locator('body').press(' ');
  await page.locator('body').press('7');
  await page.waitForFunction(() => location.hash.includes('index%3A7'));
  await page.locator('body').press('a');
  await page.waitForFunction(() => document.querySelectorAll('.tile').length === 20);
  await page.locator('body').press('r');
  await settled(page);
  // Among the classes, the arrow keys go on and on.
  await page.locator('#objectives input:checked').press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await page.waitForURL(/index%3A8/);
  await settled(page);
  // A key that is held down counts once.
  await page.locator('body').press('Escape');
  await page.evaluate(() => {
    document.activeElement.blur();
    for (const repeat of [false, true]) {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', repeat, bubbles: true }));
    }
  });
  assert.equal(await page.textContent('#play'), 'Pause');
  assert.deepEqual(noise, []);
  await context.close();
});

test('one file opens from the disk; the folder opens again without its server', async () => {
  const file = await open(`file://${join(PAGE, 'glassgrad.html')}`);
  await file.page.click('#step');
  await file.page.waitForFunction(() => /^step 1 of/.test(document.querySelector('#status').textContent));
  assert.deepEqual(file.noise, []);
  await file.context.close();

  const own = await serve();
  const { page, context } = await open(own.address);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await own.stop();
  for (const name of ['', 'index.html']) {
    await page.goto('about:blank');
    await page.goto(own.address + name);
    await page.waitForFunction(() => document.querySelector('#status').textContent === 'At the start.');
  }
  await context.close();
});

test('where motion is welcome it plays by itself, stops when nothing moves, and then goes on', async () => {
  const { page, noise, context } = await open(address, { motion: 'no-preference',
                                                         hash: '#networks=mnist-cnn&steps=16&lr=0' });
  await page.waitForFunction(() => /^Nothing moves/.test(document.querySelector('#status').textContent));
  const stopped = await stepOf(page);
  await page.click('#play');
  await page.waitForFunction((n) =>
    Number(/step (\d+)/.exec(document.querySelector('#status').textContent)?.[1]) >= n + 8, stopped);
  assert.deepEqual(noise, []);
  await context.close();
});

test('networks that do not come are asked for again, and those before stay', async () => {
  const { page, context } = await open();
  await page.route('**/models/fashion-judge.json', (route) => route.abort(), { times: 1 });
  await page.selectOption('#networks', 'fashion-judge');
  await page.waitForSelector('#error:not([hidden])');
  assert.equal(await page.inputValue('#networks'), 'mnist');
  await page.selectOption('#networks', 'fashion-judge');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 1);
  await settled(page);
  assert.equal(await page.isVisible('#error'), false);
  await context.close();
});

test('without models, the page is small', () => {
  const files = ['index.html', 'style.css', 'page.js', 'worker.js', 'glassgrad.wasm', 'models/index.json'];
  const size = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(PAGE, 'site', name))).length, 0);
  assert.ok(size <= 600_000, `expected at most 600 kB compressed, found ${size} bytes`);
});

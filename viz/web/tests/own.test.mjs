// Networks of one's own: given to the page in every way, of every kind, and hostile.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { address, atRest, open, PAGE, PICTURES, serve, settled, walk } from './browser.mjs';

const shipped = (name) => readFileSync(join(PAGE, 'site/models', name));
const json = (name, value) => ({ name, mimeType: 'application/json', buffer: Buffer.from(
  typeof value === 'string' ? value : JSON.stringify(value)) });
const weights = (name, buffer) => ({ name, mimeType: '', buffer });

const description = { ...JSON.parse(shipped('mnist-cnn.json')), weights: 'parts/mine.safetensors' };
const mine = [json('mine.json', description), weights('mine.safetensors', shipped('mnist-cnn.safetensors'))];

const give = (page, files) => page.setInputFiles('#own-files', files);
const said = (page, words) => page.waitForFunction((wanted) =>
  document.querySelector('#own-says').textContent.includes(wanted), words);
const listed = (page) => page.locator('#networks option:checked').textContent();
const size = (page) => page.locator('.tile canvas').first()
  .evaluate(({ width, height }) => [width, height]);
// Drops files on the page, as a hand does.
const drop = async (page, files) => {
  const transfer = await page.evaluateHandle((all) => {
    const data = new DataTransfer();
    for (const { name, mimeType, bytes } of all) {
      const content = Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0));
      data.items.add(new File([content], name, { type: mimeType }));
    }
    return data;
  }, files.map(({ buffer, ...file }) => ({ ...file, bytes: buffer.toString('base64') })));
  await page.dispatchEvent('main', 'dragover', { dataTransfer: transfer });
  await page.waitForSelector('body.dropping');
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
  await page.waitForSelector('body:not(.dropping)');
};

test('both files at once or one after the other; it paints, has tapes, and is looked into', async () => {
  const { page, noise, context } = await open();
  await give(page, mine);
  await said(page, 'mine.json is open');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 1);
  await settled(page);
  assert.equal(await listed(page), 'mine.json, your own');
  await walk(page, 24);
  await page.locator('#drives').scrollIntoViewIfNeeded();
  await page.waitForSelector('#tapes svg');
  assert.match(await page.textContent('#digest'), /✓ unchanged/);
  await page.locator('#inside').scrollIntoViewIfNeeded();
  await page.click('#channels button:nth-child(3)');
  await page.waitForURL(/networks=own%3Amine.json&objective=channel/);
  await settled(page);
  // The same again, in parts: it takes the place of the former, and keeps what is painted.
  await drop(page, [mine[1]]);
  await said(page, 'mine.safetensors is here. Now the description that names it');
  await drop(page, [mine[0]]);
  await said(page, 'mine.json is open');
  await settled(page);
  assert.equal(await page.locator('#networks option', { hasText: 'mine.json' }).count(), 1);
  assert.match(page.url(), /objective=channel/);
  // Back to a shipped one, and to one's own.
  await page.selectOption('#networks', 'fashion');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 2);
  await page.selectOption('#networks', 'own:mine.json');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 1);
  await settled(page);
  assert.deepEqual(noise, []);
  await context.close();
});

test('other sizes, channels, classes; blocks with skips; what can paint but not train', async () => {
  const { page, noise, context } = await open();
  const many = { name: 'many', input: { shape: [3, 12, 20] },
                 classes: Array.from({ length: 13 }, (_, k) => `class ${k}`),
                 layers: [{ type: 'Conv2d', in_channels: 3, out_channels: 4, kernel_size: 3, padding: 1 },
                          { type: 'ReLU', name: 'first' },
                          { type: 'Conv2d', in_channels: 4, out_channels: 4, kernel_size: 3, padding: 1 },
                          { type: 'Add', inputs: ['conv2', 'first'] },
                          { type: 'AdaptiveAvgPool2d', output_size: 1, name: 'pool' }, { type: 'Flatten' },
                          { type: 'Linear', in_features: 4, out_features: 13 }] };
  await drop(page, [json('many.json', many)]);
  await said(page, 'many.json is open. It names no weights: they are random.');
  await page.waitForFunction(() => document.querySelectorAll('.painter').length === 1);
  await settled(page);
  await page.selectOption('#objectives select', 'class 12');
  await page.waitForURL(/index%3A12/);
  await settled(page);
  await page.click('#step');
  await atRest(page);
  assert.deepEqual(await size(page), [20, 12]);
  await page.locator('#inside').scrollIntoViewIfNeeded();
  await page.selectOption('#layer', { label: 'adaptiveavgpool1: AdaptiveAvgPool2d, 4 × 1 × 1' });
  await page.waitForFunction(() => document.querySelectorAll('#channels.flat button').length === 4);
  await page.click('#channels button:nth-child(2)');
  await page.waitForURL(/channel%3Aadaptiveavgpool1%3A1/);
  await settled(page);
  await page.check('#objectives input[value="logit:all"]', { force: true });
  await page.waitForFunction(() => document.querySelectorAll('.tile').length === 13);
  await settled(page);
  if (PICTURES) await page.screenshot({ path: join(PICTURES, 'own.png') });
  // Four channels without colours, one answer for two classes, and weights in JSON: so large that it can paint
  // what its first layer wants, and has no answer of its own.
  const four = { name: 'four', input: { shape: [4, 5, 5] }, weights: 'w.json',
                 layers: [{ type: 'Conv2d', in_channels: 4, out_channels: 2, kernel_size: 5 },
                          { type: 'Flatten' }, { type: 'Linear', in_features: 2, out_features: 1 }] };
  const of = (shape, value) => ({ shape, data: Array(shape.reduce((a, b) => a * b)).fill(value) });
  await give(page, [json('w.json', { '0.weight': of([2, 4, 5, 5], .1), '0.bias': of([2], 1),
                                     '2.weight': of([1, 2], 3e38), '2.bias': of([1], 0) }),
                    json('four.json', four)]);
  await page.waitForFunction(() => document.querySelector('#objectives').textContent.includes('both'));
  await page.waitForSelector('.refused');
  await page.evaluate(() => { location.hash = '#networks=own:four.json&objective=channel:conv1:0'; });
  await page.waitForSelector('.tile canvas');
  await settled(page);
  assert.deepEqual(await size(page), [11, 11]);
  await page.click('#step');
  await atRest(page);
  await page.locator('#drives').scrollIntoViewIfNeeded();
  await page.waitForSelector('#tapes .refused');
  assert.match(await page.textContent('#tapes'), /linear1/);
  await walk(page, 8);
  assert.deepEqual(noise, []);
  await context.close();
});

test('hostile files get their line, and the page goes on', async () => {
  const { page, noise, context } = await open();
  const head = { name: 'x', input: { shape: [1, 4, 4] } };
  const flat = [{ type: 'Flatten' }, { type: 'Linear', in_features: 16, out_features: 2 }];
  const cut = shipped('mnist-cnn.safetensors').subarray(0, 100_000);
  const cases = [
    [[json('no.json', 'hello')], /^no\.json: not JSON/],
    [[json('no.json', `{"layers": ${'['.repeat(2000)}`)], /^no\.json: nested deeper than 8$/],
    [[json('no.json', { ...head, layers: [{ type: 'Mish' }] })], /^no\.json: layer 0: unknown type 'Mish'/],
    [[json('no.json', { ...head, layers: flat, name: 'a\u202e\u001b[31mb' })], /^no\.json: name: [ -~]+$/],
    [[json('no.json', { ...head, layers: flat, weights: '../models/mnist-cnn.safetensors' })],
     /^no\.json: weights: expected a file in the description's folder/],
    [[weights('net.pth', Buffer.from('PK\u0003\u0004 of torch'))], /^net\.pth: .* a zip archive/],
    [[mine[0], weights('mine.safetensors', cut)], /^parts\/mine\.safetensors: '7\.weight': ends at byte/],
    [[mine[0], weights('mine.safetensors', Buffer.alloc(40, 255))],
     /^parts\/mine\.safetensors: not safetensors/],
  ];
  for (const [files, line] of cases) {
    await page.evaluate(() => { document.querySelector('#own-says').textContent = ''; });
    await give(page, files);
    await page.waitForFunction(() => /^[^…]+$/.test(document.querySelector('#own-says').textContent));
    assert.match(await page.textContent('#own-says'), line);
    assert.equal(await page.locator('#own-says.second').count(), 1);
  }
  assert.equal(await page.inputValue('#networks'), 'mnist');
  await walk(page, 8);
  // A layer of 1 GiB for each picture is more than a page has.
  const large = [{ type: 'Conv2d', in_channels: 1, out_channels: 65536, kernel_size: 1 },
                 { type: 'AdaptiveAvgPool2d', output_size: 1 }, { type: 'Flatten' },
                 { type: 'Linear', in_features: 65536, out_features: 2 }];
  await give(page, [json('large.json', { name: 'large', input: { shape: [1, 64, 64] }, layers: large })]);
  await page.waitForSelector('.refused');
  assert.equal(await page.textContent('.refused'), 'the browser gives no more memory');
  await give(page, mine);
  await said(page, 'mine.json is open');
  await page.waitForSelector('.tile canvas');
  await walk(page, 8);
  assert.deepEqual(noise, []);
  await context.close();
});

test('the address names one that lies where the page does; what is not there is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'glassgrad-'));
  cpSync(join(PAGE, 'site'), folder, { recursive: true });
  const beside = { ...description, weights: 'models/mnist-cnn.safetensors' };
  writeFileSync(join(folder, 'mine.json'), JSON.stringify(beside));
  const own = await serve(folder);
  try {
    const there = await open(own.address, {
      hash: '?model=mine.json#networks=own:mine.json&objective=logit:index:5' });
    assert.equal(await listed(there.page), 'mine.json, your own');
    assert.match(await there.page.textContent('.painter output'), /^5/);
    assert.deepEqual(there.noise, []);
    await there.context.close();
    for (const [name, line] of [['none.json', 'none.json: 404 Not Found'],
                                ['//elsewhere.org/x.json', 'expected a file that lies where']]) {
      const { page, context } = await open(own.address, { hash: `?model=${name}` });
      await said(page, line);
      assert.equal(await page.inputValue('#networks'), 'mnist');
      await context.close();
    }
    const later = await open(address, { hash: '#networks=own:mine.json' });
    await said(later.page, 'mine.json is not here');
    await later.context.close();
  } finally {
    await own.stop();
    rmSync(folder, { recursive: true });
  }
});

// What is kept of a run: the command, the picture, the address. With VIZ=PROGRAM and PROJECT=FOLDER, `viz`
// makes it again.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { open, PICTURES, settled, walk } from './browser.mjs';

const { VIZ, PROJECT } = process.env;

// The manifest in the bytes of a PNG.
function manifestOf(png) {
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at)), keyword = 'glassgrad\0';
    if (png.toString('latin1', at + 4, at + 8) === 'tEXt' && data.toString('latin1').startsWith(keyword)) {
      return data.toString('latin1', keyword.length);
    }
  }
  return '';
}

test('a saved picture and its command tell the whole run, and viz makes it again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'glassgrad-'));
  try {
    const { page, noise, context } = await open(undefined,
                                             { hash: '#networks=mnist&seed=4&beta=2&steps=64' });
    await page.locator('#share').scrollIntoViewIfNeeded();
    const command = page.locator('.recipe:nth-child(2) code');
    const told = (words) => command.filter({ hasText: words }).waitFor();
    await told(/^viz/);
    assert.equal(await command.textContent(), 'viz maximise weights/mnist-robust.json ' +
                                              '--objective logit:index:3 --steps 64 --beta 2 --seed 4');
    assert.equal(await page.locator('.recipe button:enabled', { hasText: 'Save' }).count(), 0);
    await walk(page, 16);
    await page.locator('[data-setting=tv]').fill('80');
    await walk(page, 16);
    await page.locator('#share').scrollIntoViewIfNeeded();
    await told(/--change \d+:tv=/);
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'share.png') });
    const [download] = await Promise.all([
      page.waitForEvent('download'), page.click('.recipe:nth-child(2) button:has-text("Save")')]);
    assert.equal(download.suggestedFilename(), 'mnist-robust-logit-index-3.png');
    const saved = join(folder, 'saved.png');
    await download.saveAs(saved);
    const manifest = manifestOf(readFileSync(saved)), { options } = JSON.parse(manifest);
    assert.equal(options.steps, '64');
    assert.match(options.change, /^\d+:tv=\d/);
    if (VIZ) {
      const again = join(folder, 'again.png'), words = (await command.textContent()).slice('viz'.length);
      execFileSync('sh', ['-c', `'${VIZ}'${words} -o '${again}'`], { cwd: PROJECT });
      assert.equal(manifestOf(readFileSync(again)), manifest);
      const said = execFileSync(VIZ, ['replay', saved, '--in', join(PROJECT, 'weights')], { encoding: 'utf8' });
      assert.match(said, /made again/);
    }
    // A rewound run was never changed.
    await page.click('#rewind');
    await settled(page);
    await page.locator('#share').scrollIntoViewIfNeeded();
    await told(/--seed 4$/);
    await page.click('#copy-address');
    await page.locator('#copy-address', { hasText: /Copied|Not allowed/ }).waitFor();
    assert.deepEqual(noise, []);
    await context.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

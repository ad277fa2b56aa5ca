// The course's site in Debian's chromium: complete, silent and alone at the widths that people have.
//
//     SITE=FOLDER node --test site.test.mjs
//
// It runs beside the tests of the page, in a folder of its own: tests/web/browse_course.sh.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, PICTURES, serve, watched } from '../tests/served.mjs';

const noise = [];  // of each page
let server, browser, address;

before(async () => {
  server = await serve(process.env.SITE);
  ({ address } = server);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path, how) {
  const { page, context, noise: own } = await watched(browser, address, how);
  noise.push(own);
  await page.goto(address + path);
  return { page, context };
}

// The chapter of the menu that is called so; it has its number there.
async function chapter(page, title) {
  const link = page.locator('.md-nav--primary a', { hasText: title }).first();
  return new URL(await link.getAttribute('href'), page.url()).href.slice(address.length);
}

test('a chapter at every width: formulas are set, nothing sticks out', async () => {
  const { page, context } = await open('index.html');
  const path = await chapter(page, 'Total variation and beta');
  await context.close();
  for (const [width, height, scheme] of [[390, 844, 'dark'], [820, 1180, 'light'], [1600, 1000, 'light']]) {
    const { page: at, context: one } = await open(path, { width, height, scheme });
    assert.ok(await at.locator('.katex-display').count() > 2);
    assert.doesNotMatch(await at.textContent('article'), /FORMULA\d|\$`/);
    assert.equal(await at.evaluate(() => {
      scrollTo(1000, 0);
      return scrollX;
    }), 0);
    if (PICTURES) await at.screenshot({ path: join(PICTURES, `course-${width}.png`) });
    await one.close();
  }
});

test('what is searched for is found, and a link shows its line of code', async () => {
  const { page, context } = await open('index.html');
  await page.click('.md-search__input');
  await page.keyboard.type('total variation');
  await page.waitForSelector('.md-search-result__item a');
  const found = await page.textContent('.md-search-result__list');
  assert.match(found, /14\. Total variation/);
  assert.doesNotMatch(found, /\\frac|&lt;/);
  await page.keyboard.press('Escape');
  await page.goto(address + await chapter(page, 'The core'));
  await page.locator('article a[href*=".hpp.html"], article a[href*=".cpp.html"]').first().click();
  await page.waitForSelector('.linenos');
  await context.close();
});

test('"run it here" paints with the settings of the command', async () => {
  const { page, context } = await open('index.html');
  await page.goto(address + await chapter(page, 'Why it fails'));
  await page.locator('.run-here').first().click();
  await page.waitForFunction(() => /^At the start/.test(document.querySelector('#status').textContent));
  assert.match(page.url(), /paint\/index.html#networks=mnist-cnn&objective=logit%3Aall&tv=0&l2=0&jitter=0/);
  assert.equal(await page.locator('.tile').count(), 10);
  assert.equal(await page.inputValue('[data-setting=tv]'), '0');
  await context.close();
});

test('no page says a word on the console, or asks anybody else', () => assert.deepEqual(noise.flat(), []));

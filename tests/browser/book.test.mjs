// The manual as mdBook made it: what `deployc mdbook` drew is there, and every link leads somewhere.
// BOOK names its folder.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, open } from './page.mjs';

const book = process.env.BOOK;

describe('the manual', { skip: book ? false : 'BOOK is not set' }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  const chapters = book ? readdirSync(book).filter((name) => name.endsWith('.html') && !['404.html', 'toc.html'].includes(name)) : [];

  test('has its chapters', () => {
    for (const name of ['index', 'language', 'rules', 'targets', 'runbook', 'example', 'mdbook', 'watch', 'architecture']) {
      assert.ok(chapters.includes(`${name}.html`), name);
    }
  });

  test('every link between chapters leads somewhere, and no picture is lost', async () => {
    const page = await open(browser, 'about:blank');
    const ids = new Map();
    const links = [];
    for (const name of chapters.filter((name) => name !== 'print.html')) {
      await page.goto(`file://${join(book, name)}`);
      ids.set(name, new Set(await page.evaluate(() => [...document.querySelectorAll('[id]')].map((one) => one.id))));
      for (const href of await page.evaluate(() => [...document.querySelectorAll('main a[href]')].map((one) => one.getAttribute('href')))) {
        if (!/^[a-z]+:/.test(href)) links.push([name, href]);
      }
      const left = await page.evaluate(() => [...document.querySelectorAll('main p, main li')]
        .filter((one) => /\{\{\s*#/.test([...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(''))).length);
      assert.equal(left, 0, `${name}: something was not drawn`);
    }
    const rules = readdirSync(join(book, 'rules')).filter((name) => name.endsWith('.html'));
    assert.ok(rules.length > 100, `${rules.length} pages of rules`);
    assert.ok(links.length > 50, `${links.length} links`);
    for (const [from, href] of links) {
      const [path, anchor] = href.split('#');
      const file = path === '' ? from : path;
      assert.ok(existsSync(join(book, file)), `${from}: ${href}`);
      if (anchor && ids.has(file)) assert.ok(ids.get(file).has(decodeURIComponent(anchor)), `${from}: ${href}`);
    }
    assert.deepEqual(page.trouble, []);
    await page.context().close();
  });

  test('shows a compiled example: timeline, graph and runbook', async () => {
    for (const options of [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 } }]) {
      const page = await open(browser, `file://${join(book, 'example.html')}`, options);
      assert.equal(await page.locator('main .deployc-timeline').count(), 1);
      assert.equal(await page.locator('main .deployc-graph').count(), 3);
      assert.equal(await page.getByRole('heading', { name: 'Canary', exact: true }).evaluate((one) => one.tagName), 'H4');
      assert.ok(await page.locator('main input[type=checkbox]').count() > 8);
      assert.ok(await page.locator('main code.language-deploy .hljs-keyword').count() > 20);
      const inside = await page.evaluate(() => [...document.querySelectorAll('.deploy-picture')]
        .every((one) => one.querySelector('svg') && one.getBoundingClientRect().right <= innerWidth));
      assert.ok(inside, 'pictures stay on the page');
      assert.deepEqual(page.trouble, []);
      await page.context().close();
    }
  });
});

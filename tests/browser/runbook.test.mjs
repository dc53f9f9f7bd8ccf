// The HTML runbook in a real browser: what a person does with it on the day.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build, launch, open, read, root, walk, write } from './page.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const examples = ['checkout', 'ollama-blue-green', 'user-whisperer', 'video-ranking', 'hsc-jit', 'x0tta6bl4'];

let browser;
let checkout;
before(async () => {
  browser = await launch();
  checkout = build(`${root}/examples/checkout.deploy`, 'checkout');
});
after(() => browser.close());

// T is 2026-12-01 09:00 in Berlin.
const T = '2026-12-01T08:00:00Z';
const box = (page, id) => page.locator(`[id="tick:${id}"]`);
const field = (page, key) => page.locator(`[data-key="${key}"]`);
const state = (page, id) => page.locator(`[id="${id}"] > header .state`);
const part = (page, name) => page.locator(`[id="page:${name}"]`);
const done = async (page) => {
  assert.deepEqual(page.trouble, []);
  await page.context().close();
};

describe('what is ticked and filled in', () => {
  test('stays after a reload, with its time, and another version begins anew', async () => {
    const page = await open(browser, checkout.url, { at: '2026-12-01T07:05:00Z' });
    const kubectl = box(page, 'preflight/nodes');
    await kubectl.check();
    await page.reload();
    assert.equal(await kubectl.isChecked(), true);
    assert.equal(await page.locator('[data-stamp="preflight/nodes"]').textContent(), '08:05');
    assert.equal(await box(page, 'rollout/deploy').isChecked(), false);
    const keys = await page.evaluate(() => Object.keys(localStorage));
    assert.deepEqual(keys, ['deployc/checkout/v2.4.0/preflight/nodes']);

    const next = write('checkout', read(`${root}/examples/checkout.deploy`).replace('version "v2.4.0"', 'version "v2.4.1"'));
    await page.goto(build(next, 'checkout-next').url);
    assert.equal(await box(page, 'preflight/nodes').isChecked(), false);
    await page.goto(checkout.url);
    assert.equal(await kubectl.isChecked(), true);
    await kubectl.uncheck();
    await page.reload();
    assert.equal(await kubectl.isChecked(), false);
    await done(page);
  });

  test('words, decisions and remarks stay too', async () => {
    const page = await open(browser, checkout.url);
    const name = page.locator('[data-key$="#release-lead/name"]');
    const decision = page.locator('select[data-key$="#release-lead"]');
    await name.fill('Ada L.');
    await decision.selectOption('approved');
    await page.locator('[data-key^="go/"][data-key$="#is"]').fill('0.2 %');
    await field(page, 'rollout#remarks').fill('all quiet\nso far');
    await page.reload();
    assert.equal(await name.inputValue(), 'Ada L.');
    assert.equal(await decision.inputValue(), 'approved');
    assert.equal(await field(page, 'rollout#remarks').inputValue(), 'all quiet\nso far');
    await done(page);
  });

  test('without a version the day of the start keeps deployments apart', async () => {
    const spec = (day) => write('weekly', `edition 2026\ndeployment "Weekly" { starts ${day} 09:00 UTC }\nphase one "One" at T { check a "A" }\n`);
    const page = await open(browser, build(spec('2026-12-01'), 'weekly').url);
    await box(page, 'one/a').check();
    await page.goto(build(spec('2026-12-08'), 'weekly').url);
    assert.equal(await box(page, 'one/a').isChecked(), false);
    await page.goto(build(spec('2026-12-01'), 'weekly').url);
    assert.equal(await box(page, 'one/a').isChecked(), true);
    await done(page);
  });

  test('a second window follows the first', async () => {
    const page = await open(browser, checkout.url);
    const second = await page.context().newPage();
    await second.goto(checkout.url);
    await box(page, 'rollout/deploy').check();
    await second.waitForFunction(() => document.getElementById('tick:rollout/deploy').checked);
    await box(second, 'rollout/deploy').uncheck();
    await page.waitForFunction(() => !document.getElementById('tick:rollout/deploy').checked);
    await done(page);
  });

  test('a browser that keeps nothing says so, and the page works', async () => {
    const page = await open(browser, 'about:blank');
    await page.addInitScript(() => {
      Object.defineProperty(Storage.prototype, 'setItem', { value() { throw new DOMException('full', 'QuotaExceededError'); } });
    });
    await page.goto(checkout.url);
    await box(page, 'rollout/deploy').check();
    assert.equal(await box(page, 'rollout/deploy').isChecked(), true);
    assert.match(await part(page, 'trouble').textContent(), /keeps nothing/);
    assert.match(await page.locator('nav [data-count="rollout"]').textContent(), /^1 of/);
    await done(page);
  });

  test('is cleared only when asked twice', async () => {
    const page = await open(browser, checkout.url);
    await box(page, 'rollout/deploy').check();
    page.once('dialog', (dialog) => dialog.dismiss());
    await part(page, 'clear').click();
    assert.equal(await box(page, 'rollout/deploy').isChecked(), true);
    page.once('dialog', (dialog) => dialog.accept());
    await Promise.all([page.waitForNavigation(), part(page, 'clear').click()]);
    assert.equal(await box(page, 'rollout/deploy').isChecked(), false);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
    await done(page);
  });

  test('the box of a group follows those inside it', async () => {
    const spec = write('group', `edition 2026
deployment "Group" { starts 2026-12-01 09:00 UTC }
phase one "One" at T {
  group parts "Parts" {
    check a "A"
    check b "B"
  }
}
`);
    const page = await open(browser, build(spec, 'group').url);
    await box(page, 'one/parts/a').check();
    assert.equal(await box(page, 'one/parts').isChecked(), false);
    await box(page, 'one/parts/b').check();
    assert.equal(await box(page, 'one/parts').isChecked(), true);
    await box(page, 'one/parts/a').uncheck();
    assert.equal(await box(page, 'one/parts').isChecked(), false);
    await done(page);
  });
});

describe('blanks of every kind', () => {
  const spec = `edition 2026
param region "Region" : text
secret token "Token"
role lead "Lead"
channel ops slack "#ops"
deployment "Blanks" {
  version "1"
  starts 2026-12-01 09:00 UTC
  owner lead
}
message begun "It begins" {
  field reason "Why" : text
  body "We begin in {region}, because {reason}."
}
phase one "One" at T {
  record number "Pods" in pods target >= 3 pods
  record words "Words"
  record day "Day" as date
  record hour "Hour" as time
  record well "Well?" as yes-no
  record verdict "Verdict" as choice("good", "bad")
  run ask "Which revision?" \`git rev-parse HEAD\` reads-only capture revision
  run back "Go back" \`./back "$REVISION" "$NUMBER"\` idempotent
  choose way "Which way" {
    option left "Left" { check l "L" }
    option right "Right" { check r "R" }
  }
  approve yes "Yes" by lead
  notify ops with begun
}
monitor day "The first day" from T to T+1d {
  every 15m "Look at it" { check logs "Nothing odd in the logs" }
}
`;
  let blanks;
  before(() => { blanks = build(write('blanks', spec), 'blanks'); });

  test('can be filled in, and count', async () => {
    const page = await open(browser, blanks.url);
    await field(page, 'one/number').fill('5');
    await field(page, 'one/words').fill('fine');
    await field(page, 'one/day').fill('2026-12-01');
    await field(page, 'one/hour').fill('09:30');
    await field(page, 'one/well').selectOption('yes');
    await field(page, 'one/verdict').selectOption('bad');
    await field(page, 'one/ask#output').fill('abc123');
    await field(page, 'one/yes').selectOption('refused');
    assert.equal(await page.locator('nav [data-count="one"]').textContent(), '7 of 13');
    await page.getByLabel('Left').check();
    await page.getByLabel('Right').check();
    assert.equal(await page.getByLabel('Left').isChecked(), false);
    assert.equal(await page.locator('nav [data-count="one"]').textContent(), '8 of 13');
    await page.reload();
    assert.equal(await page.getByLabel('Left').isChecked(), false);
    assert.equal(await page.getByLabel('Right').isChecked(), true);
    assert.equal(await field(page, 'one/hour').inputValue(), '09:30');
    assert.equal(await page.locator('[id="one/number"] .target').textContent(), 'target ≥ 3 pods');
    await done(page);
  });

  test('a command shows the values that were filled in for it', async () => {
    const page = await open(browser, blanks.url);
    const facts = page.locator('[id="one/back"] .facts li').last();
    assert.equal(await facts.textContent().then((text) => text.trim()),
      '$REVISION comes from Which revision? (not filled in) and $NUMBER comes from Pods (not filled in).');
    await field(page, 'one/number').fill('5');
    await field(page, 'one/ask#output').fill('abc <b>123');
    assert.equal(await facts.textContent().then((text) => text.trim()),
      '$REVISION comes from Which revision? (abc <b>123) and $NUMBER comes from Pods (5).');
    await done(page);
  });

  test('a message is copied with its blanks filled in', async () => {
    const page = await open(browser, blanks.url, { permissions: ['clipboard-read', 'clipboard-write'] });
    await field(page, 'message/begun#reason').fill('it is time <b>');
    await field(page, 'parameter#region').fill('eu-west-1');
    await page.locator('[id="message/begun"] .copy').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'We begin in eu-west-1, because it is time <b>.');
    await field(page, 'message/begun#reason').fill('');
    assert.match(await page.locator('[id="message/begun"] pre').textContent(), /because \{reason\}\.$/);
    await done(page);
  });

  test('what recurs is logged, and says when it is due', async () => {
    const page = await open(browser, blanks.url, { at: '2026-12-01T10:00:00Z' });
    const log = page.locator('[data-log]');
    await log.getByRole('button', { name: 'Done now' }).click();
    assert.equal(await log.locator('.next').textContent(), 'next at 10:15');
    await page.clock.fastForward('20:00');
    assert.equal(await log.locator('.next').textContent(), 'due since 10:15');
    await log.getByRole('button', { name: 'Done now' }).click();
    assert.equal(await log.locator('li').count(), 2);
    await log.getByRole('button', { name: 'Remove 10:00' }).click();
    await page.reload();
    assert.equal(await log.locator('li').count(), 1);
    assert.equal(await log.locator('.next').textContent(), 'next at 10:35');
    await done(page);
  });

  test('a secret has no field', async () => {
    const page = await open(browser, blanks.url);
    assert.equal(await page.locator('[data-key="parameter#token"]').count(), 0);
    assert.match(await page.locator('.inputs').textContent(), /kept out of this page/);
    await done(page);
  });
});

describe('the clock', () => {
  test('says of each stretch when it is due, how much is left, how late it is', async () => {
    const page = await open(browser, checkout.url, { at: '2026-12-01T06:30:00Z' });
    assert.equal(await part(page, 'now').textContent(), '07:30:00');
    assert.equal(await part(page, 'offset').textContent(), 'T-1:30:00');
    assert.equal(await state(page, 'preflight').textContent(), 'in 30m');
    await page.clock.fastForward('02:15:00');
    assert.equal(await part(page, 'now').textContent(), '09:45:00');
    assert.equal(await state(page, 'rollout').textContent(), 'late by 15m');
    assert.equal(await state(page, 'rollout').getAttribute('data-mood'), 'late');
    assert.equal(await state(page, 'rollout/canary-checkout/to-50').textContent(), 'late by 15m');
    assert.equal(await page.locator('.timeline [data-state="rollout"]').textContent(), 'late by 15m');
    const current = page.locator('nav a[aria-current="step"]');
    assert.equal(await current.getAttribute('href'), '#preflight', 'the first that waits to be done');
    await done(page);
  });

  test('starts when it is told to, and everything moves with it', async () => {
    const page = await open(browser, checkout.url, { at: '2026-12-01T08:10:00Z' });
    assert.equal(await state(page, 'rollout').textContent(), 'now, 20m left');
    await part(page, 'start-now').click();
    assert.equal(await part(page, 'offset').textContent(), 'T+0:00:00');
    assert.equal(await state(page, 'rollout').textContent(), 'now, 30m left');
    await page.reload();
    assert.equal(await state(page, 'rollout').textContent(), 'now, 30m left');
    await part(page, 'start').fill('2026-12-01T09:30:00');
    assert.equal(await state(page, 'rollout').textContent(), '09:30 to 10:00, in 20m');
    await part(page, 'start-planned').click();
    assert.equal(await state(page, 'rollout').textContent(), 'now, 20m left');
    await done(page);
  });

  test('says how early or late a stretch was done', async () => {
    const page = await open(browser, checkout.url, { at: '2026-12-01T08:20:00Z' });
    for (const one of await page.locator('[id="rollout"] .tick').all()) await one.check();
    assert.equal(await state(page, 'rollout').textContent(), 'done 09:20, 10m early');
    await box(page, 'rollout/deploy').uncheck();
    await page.clock.fastForward('25:00');
    await box(page, 'rollout/deploy').check();
    assert.equal(await state(page, 'rollout').textContent(), 'done 09:45, 15m late');
    await done(page);
  });

  test('speaks of changes only', async () => {
    const page = await open(browser, checkout.url, { at: '2026-12-01T08:28:00Z' });
    const said = part(page, 'said');
    assert.equal(await said.getAttribute('aria-live'), 'polite');
    assert.equal(await said.textContent(), '');
    await page.clock.runFor(60_000);
    assert.equal(await said.textContent(), '', 'the seconds are not read out');
    for (const id of ['preflight', 'go']) {
      for (const one of await page.locator(`[id="${id}"] .tick`).all()) await one.check();
    }
    for (const one of await page.locator('[id="go"] select').all()) await one.selectOption('approved');
    await page.clock.runFor(150_000);
    assert.match(await said.textContent(), /^Canary: late by/);
    await done(page);
  });

  test('without a planned start, it waits for one', async () => {
    const spec = write('no-start', 'edition 2026\ndeployment "Some day" { version "1" }\nphase one "One" at T takes 10m { check a "A" }\nphase two "Two" takes 5m { check b "B" }\n');
    const page = await open(browser, build(spec, 'no-start').url, { at: T });
    assert.equal(await part(page, 'offset').textContent(), '');
    assert.equal(await state(page, 'one').textContent(), '');
    await part(page, 'start-now').click();
    assert.equal(await state(page, 'one').textContent(), 'now, 10m left');
    assert.equal(await state(page, 'two').textContent(), '09:10 to 09:15, in 10m');
    await done(page);
  });
});

describe('what was done', () => {
  const saved = async (page, name) => {
    const [download] = await Promise.all([page.waitForEvent('download'), part(page, name).click()]);
    return { name: download.suggestedFilename(), text: read(await download.path()) };
  };

  test('is saved as JSON and as Markdown, with times', async () => {
    const page = await open(browser, checkout.url, { at: '2026-12-01T08:03:00Z' });
    await box(page, 'rollout/deploy').check();
    await page.locator('[data-key$="#release-lead/name"]').fill('Ada *L.*');
    await page.locator('select[data-key$="#release-lead"]').selectOption('approved');
    const json = await saved(page, 'json');
    assert.equal(json.name, 'checkout-v2.4.0-done.json');
    const told = JSON.parse(json.text);
    assert.equal(told.title, 'Checkout 2.4');
    assert.equal(told.planned_start, new Date(T).toISOString());
    const ticked = told.entries.find((entry) => entry.node === 'rollout/deploy');
    assert.deepEqual(ticked, {
      node: 'rollout/deploy', field: null, section: 'Canary', of: null,
      name: 'Deploy the canary', value: true, at: ticked.at,
    });
    assert.equal(ticked.at.slice(0, 16), '2026-12-01T08:03');
    assert.deepEqual(Object.keys(told), ['title', 'spec', 'version', 'saved', 'planned_start', 'start', 'entries', 'recurring']);
    // Every box of the page is in it, ticked or not.
    const keys = await page.locator('[data-key]').count();
    assert.equal(told.entries.length, keys);

    const markdown = await saved(page, 'markdown');
    assert.equal(markdown.name, 'checkout-v2.4.0-done.md');
    assert.match(markdown.text, /^# What was done: Checkout 2\.4\n/);
    assert.match(markdown.text, /^- \[x\] Deploy the canary \(Tue 2026-12-01 09:03\)$/m);
    assert.match(markdown.text, /^- \[ \] All nodes are ready$/m);
    assert.match(markdown.text, /^- Name Release lead: Ada \\\*L\.\\\* \(Tue 2026-12-01 09:03\)$/m);
    assert.match(markdown.text, /^## Go or no-go$/m);
    await done(page);
  });

  test('is taken over by another browser, where the later word holds', async () => {
    const first = await open(browser, checkout.url, { at: '2026-12-01T08:03:00Z' });
    await box(first, 'rollout/deploy').check();
    await field(first, 'rollout#remarks').fill('from the first');
    await field(first, 'preflight#remarks').fill('early');
    await part(first, 'start-now').click();
    const { text } = await saved(first, 'json');
    await done(first);

    const second = await open(browser, checkout.url, { at: '2026-12-01T08:05:00Z' });
    await field(second, 'preflight#remarks').fill('late');
    const load = (words, name = 'done.json') => part(second, 'load')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(words) });
    await load(text);
    await second.waitForFunction(() => document.getElementById('tick:rollout/deploy').checked);
    assert.equal(await second.locator('[data-stamp="rollout/deploy"]').textContent(), '09:03');
    assert.equal(await field(second, 'rollout#remarks').inputValue(), 'from the first');
    assert.equal(await field(second, 'preflight#remarks').inputValue(), 'late');
    assert.match(await part(second, 'offset').textContent(), /^T\+0:0(1:5|2:0)\d$/);
    assert.equal(await second.locator('nav [data-count="rollout"]').textContent(), '1 of 6');

    const trouble = part(second, 'trouble');
    for (const [words, why] of [
      [text.replace('v2.4.0', 'v2.5.0'), /version v2\.5\.0/],
      ['{', /can't be loaded/],
      ['null', /can't be loaded/],
      ['{"spec":"checkout","version":"v2.4.0"}', /can't be loaded/],
    ]) {
      await trouble.evaluate((one) => { one.textContent = ''; });
      await load(words, 'bad.json');
      await second.waitForFunction(() => document.getElementById('page:trouble').textContent !== '');
      assert.match(await trouble.textContent(), why);
    }
    assert.equal(await box(second, 'rollout/deploy').isChecked(), true);
    await done(second);
  });

  test('is copied as text', async () => {
    const page = await open(browser, checkout.url, { permissions: ['clipboard-read', 'clipboard-write'] });
    await box(page, 'rollout/deploy').check();
    await part(page, 'copy').click();
    await page.waitForFunction(() => document.getElementById('page:said').textContent === 'Copied.');
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /- \[x\] Deploy the canary/);
    await page.locator('[id="rollout/deploy"] > .code .copy').click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'kubectl apply -k overlays/production -n shop');
    await done(page);
  });
});

describe('everybody can use it', () => {
  test('with the keyboard alone, from the first control to the last', async () => {
    const page = await open(browser, checkout.url, { at: T });
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'To the work');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const first = await page.locator('[id="preflight"] .tick').first().getAttribute('id');
    assert.equal(await page.evaluate(() => document.activeElement.id), first);
    await page.keyboard.press('Space');
    assert.equal(await page.locator('[id="preflight"] .tick').first().isChecked(), true);
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, 'solid', 'what has the focus is seen');

    // Every control is reached, in the order of the page, and there is no trap.
    const wanted = await page.evaluate(() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((one) => one.checkVisibility() && !one.disabled).length);
    await page.evaluate(() => { document.activeElement.blur(); getSelection().removeAllRanges(); scrollTo(0, 0); });
    await page.reload();
    const seen = new Set();
    for (let press = 0; press < wanted * 4; press += 1) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')];
        return all.indexOf(document.activeElement);
      });
      if (at < 0) break;
      seen.add(at);
    }
    assert.equal(seen.size, wanted);
    await done(page);
  });

  const looks = [{}, { colorScheme: 'dark' }, { viewport: { width: 390, height: 844 } }];
  const specs = [
    ...examples.map((name) => [name, `examples/${name}.deploy`, looks]),
    ...['hsc-jit', 'ollama', 'user-whisperer', 'video-ranking', 'x0tta6bl4']
      .map((name) => [`${name}, as it was written`, `tests/corpus/as-written/${name}.deploy`, looks.slice(2)]),
    ['every kind of node', 'tests/corpus/every-kind.deploy', looks.slice(2)],
  ];
  for (const [name, spec, wanted] of specs) {
    test(`axe finds nothing in ${name}`, async () => {
      const { url } = build(`${root}/${spec}`, `axe-${name.replaceAll(' ', '-')}`);
      for (const options of wanted) {
        const page = await open(browser, url, { at: '2026-12-01T08:20:00Z', bypassCSP: true, ...options });
        for (const one of (await page.locator('[id="page:work"] .tick[type=checkbox]').all()).slice(0, 3)) await one.check();
        await page.evaluate(axe);
        // The clock stands still: axe waits for timers of its own.
        await page.clock.resume();
        const { violations } = await page.evaluate(() => window.axe.run({
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }));
        const found = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(' | ')}`);
        assert.deepEqual(found, [], `${name} ${JSON.stringify(options)}`);
        await done(page);
      }
    });
  }

  test('dark and light follow the system until somebody chooses', async () => {
    const page = await open(browser, checkout.url, { colorScheme: 'dark' });
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.equal(await ground(), 'rgb(20, 24, 29)');
    await part(page, 'theme').selectOption('light');
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await page.reload();
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await part(page, 'theme').selectOption('auto');
    assert.equal(await ground(), 'rgb(20, 24, 29)');
    await page.emulateMedia({ colorScheme: 'light' });
    assert.equal(await ground(), 'rgb(255, 255, 255)');
    await part(page, 'theme').selectOption('dark');
    assert.equal(await ground(), 'rgb(20, 24, 29)');
    await done(page);
  });

  test('on a phone nothing is wider than the screen', async () => {
    for (const name of examples) {
      const { url } = build(`${root}/examples/${name}.deploy`, `phone-${name}`);
      const page = await open(browser, url, { viewport: { width: 360, height: 740 } });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${name}: ${width}`);
      await done(page);
    }
  });

  test('without a script everything is there to be read', async () => {
    const page = await open(browser, checkout.url, { javaScriptEnabled: false });
    assert.equal(await page.locator('.bar').isVisible(), false);
    assert.equal(await page.locator('[id="rollout/deploy"]').getByText('Deploy the canary').isVisible(), true);
    assert.equal(await page.getByRole('button').count(), 0);
    await page.context().close();
  });
});

describe('on paper', () => {
  test('there are boxes, lines and room for signatures, and nothing that needs a screen', async () => {
    const page = await open(browser, checkout.url, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
    assert.ok(pages >= 2 && pages <= 6, `${pages} pages`);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    for (const gone of ['.bar', '.contents', '.start', '.tools', 'button >> nth=0']) {
      assert.equal(await page.locator(gone).isVisible(), false, gone);
    }
    assert.equal(await page.getByText('Signature').isVisible(), true);
    assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), 'rgb(255, 255, 255)');
    await done(page);
  });
});

describe('the page is what the plan says', () => {
  for (const name of examples) {
    test(`every node of ${name} stands in it once, in the browser's own reading`, async () => {
      const { url, plan } = build(`${root}/examples/${name}.deploy`, `nodes-${name}`);
      const page = await open(browser, url);
      const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map((one) => one.id));
      assert.equal(new Set(ids).size, ids.length);
      const tests = new Set(plan.nodes.filter((node) => node.kind === 'test').map((node) => node.id));
      for (const node of walk(plan.nodes)) {
        assert.equal(ids.includes(node.id), !tests.has(node.id), node.id);
      }
      await done(page);
    });
  }

  test('what is drawn leads to what it stands for', async () => {
    const page = await open(browser, checkout.url);
    const graph = page.locator('.deployc-graph');
    await page.getByText('As a graph').click();
    await graph.getByText('All nodes are ready').click();
    assert.equal(await page.evaluate(() => decodeURIComponent(location.hash)), '#preflight/nodes');
    await page.getByText('As a picture').click();
    await page.locator('.deployc-timeline').getByText('50% of traffic').click();
    assert.equal(await page.evaluate(() => decodeURIComponent(location.hash)), '#rollout/canary-checkout/to-50');
    await done(page);
  });

  test('no text of a spec runs, loads or breaks anything', async () => {
    const attacks = [
      '</script><script>window.broken = 1</script>',
      '<img src=x onerror=window.broken=1>',
      '</textarea></select></title></style><svg onload=window.broken=1>',
      "' onfocus=window.broken=1 autofocus '",
      '<a href=javascript:window.broken=1 id=page:now>x</a>',
      '<!--',
      ']]>',
      '{{{style}}}',
    ];
    for (const attack of attacks) {
      const words = JSON.stringify(attack).slice(1, -1).replace(/\{/g, '\\{');
      const spec = write('attack', `edition 2026
deployment "${words}" {
  version "${words}"
  starts 2026-12-01 09:00 UTC
  note "${words}"
}
phase one "${words}" at T {
  check a "${words}"
  run b "${words}" \`true\` reads-only
  record c "${words}" as choice("${words}", "other")
  note "[x](javascript:window.broken=1) ${words}"
}
message m "${words}" {
  field f "${words}" : text
  body "${words} {f}"
}
`);
      const page = await open(browser, build(spec, 'attack').url);
      assert.equal(await page.evaluate(() => window.broken), undefined, attack);
      assert.equal(await page.locator('h1').textContent(), attack);
      assert.equal(await page.locator('label[for="tick:one/a"]').textContent(), attack);
      await field(page, 'message/m#f').fill(attack);
      await box(page, 'one/a').check();
      // A browser on a busy machine may load the page again before it has stored what was ticked.
      await page.waitForTimeout(200);
      await page.reload();
      assert.equal(await box(page, 'one/a').isChecked(), true);
      for (const link of await page.locator('a').all()) {
        assert.ok(!(await link.evaluate((one) => one.href)).startsWith('javascript:'));
      }
      assert.equal(await page.evaluate(() => window.broken), undefined, attack);
      await done(page);
    }
  });

  test('the policy stops a script that is not the page\'s own', async () => {
    const page = await open(browser, checkout.url);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.broken = 1';
      document.body.append(script);
    });
    assert.equal(await page.evaluate(() => window.broken), undefined);
    assert.match(page.trouble.join(), /Content Security Policy/);
    await page.context().close();
  });
});

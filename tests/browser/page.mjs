// What the tests share: the compiler, the browser, a page.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const compiler = process.env.DEPLOYC ?? join(root, 'target/debug/deployc');

export const folder = mkdtempSync(join(tmpdir(), 'deployc-browser-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Runs the compiler in the project's folder; what it printed. */
export const deployc = (...words) =>
  execFileSync(compiler, words, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 });

/** The page of a spec, and the plan beside it. */
export const build = (spec, name) => {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, deployc('build', '--quiet', '--target', 'html', spec));
  const plan = JSON.parse(deployc('build', '--quiet', '--target', 'plan', spec));
  return { file, url: `file://${file}`, plan };
};

/** Writes a spec into the folder of the tests. */
export const write = (name, text) => {
  const file = join(folder, `${name}.deploy`);
  writeFileSync(file, text);
  return file;
};

export const read = (file) => readFileSync(file, 'utf8');

/** Every node of a plan, outermost first. */
export const walk = (nodes) => nodes.flatMap((node) => [node, ...walk(node.children ?? [])]);

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync',
  ],
});

/** A page in a browser of its own, which fails the test on any error, dialog or request. */
export const open = async (browser, url, { at, ...options } = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'Europe/Berlin', ...options });
  const page = await context.newPage();
  page.trouble = [];
  page.on('pageerror', (error) => page.trouble.push(`error: ${error}`));
  page.on('console', (message) => {
    if (message.type() === 'error') page.trouble.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('blob:')) page.trouble.push(`request: ${request.url()}`);
  });
  if (at) await page.clock.install({ time: new Date(at) });
  await page.goto(url);
  return page;
};

/**
 * Many visible windows on one server: HTTP/1.1 has six connections per origin, over all of them. Whoever comes last must see rows and
 * scroll, and all must hear of what is written.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, withPage } from '../helpers/browser.ts';
import { type FaultProxy, startFaultProxy } from '../helpers/faultProxy.ts';
import { tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

const PATIENCE = { timeout: 30_000 };
const TABS = 10;
const LINES = 50_000;
const LINE_BYTES = 32;
const TOKEN = 'a-token-for-every-tab';
const EVENTS = /\/events/;
const EXPECTED = /Failed to load resource|net::ERR_|request elsewhere/;

const content = (name: string): string =>
  Array.from({ length: LINES }, (_, index) =>
    `${String(index + 1).padStart(8, '0')} of ${name}`.padEnd(LINE_BYTES - 1, '.').concat('\n'),
  ).join('');
const row = (page: Page, number: number) =>
  page.getByRole('row').filter({ hasText: `${String(number).padStart(8, '0')} of` });

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

async function openTabs(
  context: BrowserContext,
  proxy: FaultProxy,
  file: (tab: number) => string,
  locks = true,
): Promise<{ pages: Page[]; firstRowsMs: number[] }> {
  const pages: Page[] = [];
  const firstRowsMs: number[] = [];
  for (let tab = 0; tab < TABS; tab++) {
    const page = await context.newPage();
    await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), TOKEN);
    if (!locks)
      await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }));
    const from = performance.now();
    await page.goto(`${proxy.origin}/?file=${file(tab)}&view=text&at=${tab * 1_000 * LINE_BYTES}`);
    await row(page, tab * 1_000 + 1).waitFor(PATIENCE);
    firstRowsMs.push(Math.round(performance.now() - from));
    pages.push(page);
  }
  return { pages, firstRowsMs };
}

/** Wheel in one tab until other rows came; resolves to how long that took, ms. */
async function scroll(page: Page, from: number): Promise<number> {
  const began = performance.now();
  await page.mouse.move(400, 400);
  await page.mouse.wheel(0, 40_000);
  await expect.poll(() => row(page, from).count(), PATIENCE).toBe(0);
  await page.getByRole('row').filter({ hasText: / of / }).first().waitFor(PATIENCE);
  return Math.round(performance.now() - began);
}

async function heard(pages: readonly Page[], count: number): Promise<number> {
  const began = performance.now();
  for (const page of pages) {
    await expect.poll(() => page.getByRole('contentinfo').textContent(), PATIENCE).toContain(`${count} lines`);
  }
  return Math.round(performance.now() - began);
}

test('ten windows of one file: one stream, the tenth sees rows and scrolls, and the lead passes on', async () => {
  const folder = tempFolder();
  const path = join(folder, 'app.log');
  writeFileSync(path, content('app.log'));
  const server = await startServer({ files: [path], args: ['--token', TOKEN] });
  const proxy = await startFaultProxy(server);
  await withPage(browser, proxy.origin, { expected: EXPECTED }, async (_blank, context) => {
    const { pages, firstRowsMs } = await openTabs(context, proxy, () => 'app.log');
    expect(await Promise.all(pages.map((page) => page.evaluate(() => document.visibilityState)))).toEqual(
      pages.map(() => 'visible'),
    );
    await expect.poll(() => proxy.underWay(EVENTS), PATIENCE).toBe(1);
    const last = pages[TABS - 1] as Page;
    const scrolledMs = await scroll(last, (TABS - 1) * 1_000 + 1);
    await heard(pages, LINES);
    appendFileSync(path, 'one more line\n');
    const grownMs = await heard(pages, LINES + 1);
    console.log('ten tabs, one file:', JSON.stringify({ firstRowsMs, scrolledMs, grownMs }));

    // The tab that has the stream goes, whichever it is: another one has it at once, and nothing is missed.
    for (const page of pages.slice(0, 3)) await page.close();
    const left = pages.slice(3);
    appendFileSync(path, 'and another one\n');
    await heard(left, LINES + 2);
    await expect.poll(() => proxy.underWay(EVENTS), PATIENCE).toBe(1);

    // All lose the server, and all come back.
    await proxy.go();
    for (const page of left) await page.getByText('The server does not answer.').waitFor(PATIENCE);
    appendFileSync(path, 'written meanwhile\n');
    await proxy.come();
    await heard(left, LINES + 3);
    for (const page of left)
      await page.getByText('The server does not answer.').waitFor({ ...PATIENCE, state: 'detached' });
    await expect.poll(() => proxy.underWay(EVENTS), PATIENCE).toBe(1);
  });
}, 240_000);

test('ten windows of ten files: two streams, the others ask, and every one hears', async () => {
  const folder = tempFolder();
  const paths = Array.from({ length: TABS }, (_, tab) => join(folder, `${tab}.log`));
  for (const path of paths) writeFileSync(path, content('it'));
  const server = await startServer({ files: paths, args: ['--token', TOKEN] });
  const proxy = await startFaultProxy(server);
  await withPage(browser, proxy.origin, { expected: EXPECTED }, async (_blank, context) => {
    const { pages, firstRowsMs } = await openTabs(context, proxy, (tab) => `${tab}.log`);
    await expect.poll(() => proxy.underWay(EVENTS), PATIENCE).toBe(2);
    const scrolledMs = await scroll(pages[TABS - 1] as Page, (TABS - 1) * 1_000 + 1);
    await heard(pages, LINES);
    for (const path of paths) appendFileSync(path, 'one more line\n');
    const grownMs = await heard(pages, LINES + 1);
    console.log('ten tabs, ten files:', JSON.stringify({ firstRowsMs, scrolledMs, grownMs }));
    expect(proxy.underWay(EVENTS)).toBe(2);
    // One of those with a stream goes: it is taken by one that asked.
    await pages[0]?.close();
    await expect.poll(() => proxy.underWay(EVENTS), PATIENCE).toBe(2);
  });
}, 240_000);

test('ten windows that came over a network, without locks: no stream, and every one hears', async () => {
  const folder = tempFolder();
  const path = join(folder, 'app.log');
  writeFileSync(path, content('app.log'));
  const server = await startServer({ files: [path], args: ['--token', TOKEN] });
  const proxy = await startFaultProxy(server);
  await withPage(browser, proxy.origin, { expected: EXPECTED }, async (_blank, context) => {
    const { pages, firstRowsMs } = await openTabs(context, proxy, () => 'app.log', false);
    expect(await pages[0]?.evaluate(() => navigator.locks)).toBeUndefined();
    await heard(pages, LINES);
    appendFileSync(path, 'one more line\n');
    const grownMs = await heard(pages, LINES + 1);
    console.log('ten tabs, no locks:', JSON.stringify({ firstRowsMs, grownMs }));
    expect(proxy.underWay(EVENTS)).toBe(0);
  });
}, 240_000);

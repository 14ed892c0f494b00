/** A real browser on a real bigview. Every page is watched: what it complains about fails the test at its end. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { BigviewServer } from './bigview.ts';
import { findOrInstallChromium } from './chromium.mjs';

const ARGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
  readonly scheme?: 'dark' | 'light';
  readonly reducedMotion?: boolean;
  /** Complaints that belong to the test: a lost server, a refused code. */
  readonly expected?: RegExp;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findOrInstallChromium(), args: ARGS });
}

/** Everything a page of the context says against us: errors, violations of the CSP, requests to elsewhere. */
function watch(context: BrowserContext, origin: string): string[] {
  const complaints: string[] = [];
  const follow = (page: Page): void => {
    page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        complaints.push(`console ${message.type()}: ${message.text()} ${message.location().url}`);
      }
    });
  };
  context.on('page', follow);
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('blob:')) complaints.push(`request elsewhere: ${url}`);
  });
  context.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return complaints;
}

/**
 * What `read` gives once it has given the same for so long: for what has to be measured, or to stay as it is, after something that may
 * go on for a while. A sleep in its place ends too early on a busy machine.
 */
export async function still<T>(page: Page, read: () => Promise<T> | T, forMs = 500): Promise<T> {
  let value = await read();
  let since = performance.now();
  const deadline = since + 20_000;
  while (performance.now() - since < forMs) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    const next = await read();
    if (JSON.stringify(next) !== JSON.stringify(value)) since = performance.now();
    value = next;
    if (since > deadline) throw new Error(`never comes to rest: ${JSON.stringify(value)?.slice(0, 200)}`);
  }
  return value;
}

/** Opens a page of the server with its token, and waits until rows have the keyboard. */
export async function openRows(page: Page, server: BigviewServer, query = ''): Promise<void> {
  await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), server.token);
  await page.goto(`${server.origin}/${query}`);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('role'));
  await expect.poll(focused, { timeout: 10_000 }).toBe('grid');
}

/** Runs `use` with a context of its own and a blank page in it, then checks that no page of it complained. */
export async function withPage(
  browser: Browser,
  origin: string,
  options: PageOptions,
  use: (page: Page, context: BrowserContext) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    deviceScaleFactor: options.scale ?? 1,
    colorScheme: options.scheme ?? 'dark',
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const complaints = watch(context, origin);
  try {
    await use(await context.newPage(), context);
    const unexpected = complaints.filter((complaint) => !options.expected?.test(complaint));
    expect(unexpected).toEqual([]);
  } finally {
    await context.close();
  }
}

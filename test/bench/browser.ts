/** The browser of the benchmarks: one Chromium, a fresh context for each measurement. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { findOrInstallChromium } from '../helpers/chromium.mjs';

const ARGS = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export async function withBrowser<T>(use: (browser: Browser) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({ executablePath: findOrInstallChromium(), args: ARGS });
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}

export async function withPage<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    // tsx names inner functions by a helper that functions sent to the page must find there.
    await context.addInitScript('globalThis.__name = (named) => named');
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

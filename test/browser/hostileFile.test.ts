/**
 * A file that attacks who looks at it: markup, terminal escapes, links, bidirectional controls, a line that never ends, a name of the
 * same kind. All of it is shown as text, in every view, and the browser asks nobody else for anything.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, withPage } from '../helpers/browser.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const PATIENCE = { timeout: 8_000 };
const NAME = 'a"\'><img src=x onerror=alert(1)>\n\u202egnp.<b>log';

let browser: Browser;
let server: BigviewServer;
let elsewhere: Server;
/** Requests that reached the other server. */
let visits = 0;
let lines: string[];

beforeAll(async () => {
  elsewhere = createServer((_req, res) => {
    visits++;
    res.end();
  });
  elsewhere.listen(0, '127.0.0.1');
  await once(elsewhere, 'listening');
  const evil = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  lines = [
    '<script>alert(1)</script>',
    `<img src="${evil}/x.png" onerror="alert(1)">`,
    `<svg onload=alert(1)><image href="${evil}/y.svg"/></svg>`,
    `</div></body></html><iframe src="${evil}/frame"></iframe><base href="${evil}/">`,
    `</style><style>@import '${evil}/z.css'; * { background: url(${evil}/b.png) }</style>`,
    `<meta http-equiv="refresh" content="0;url=${evil}/gone"><link rel=prefetch href="${evil}/p">`,
    `<a href="javascript:alert(1)">x</a> javascript:alert(1) ${evil}/plain data:text/html,<script>alert(1)</script>`,
    `\u001b]8;;${evil}/osc\u0007a link\u001b]8;;\u0007 \u001b]8;;${evil}/st\u001b\\again\u001b]8;;\u001b\\`,
    '\u001b]0;a new title\u0007 \u001b[2J\u001b[H \u001b[?1049h \u001bP+q\u001b\\ \u001bc \u001b[6n \u009b31m \u0007 \b\b\b',
    `\u001b[31mred\u001b[0m \u001b[38;2;1;2;999mtoo much\u001b[m \u001b[${'9;'.repeat(500)}m`,
    'if (access != "user\u202e \u2066// check\u2069 \u2066") { \u200b\u200d\u2060\ufeff\u061c\u200f\u00ad',
    `e${'\u0301'.repeat(500)} \u{1f468}\u200d\u{1f469}\u200d\u{1f467} \ud83d \u2028 \u2029 \u0000 \u007f \u0085`,
    '{{7*7}} $\u007balert(1)} #{x} <%= x %> __proto__ constructor &lt;b&gt; &#x3c;script&#x3e; %3Cscript%3E',
    'x'.repeat(1_048_576),
    'the last line',
  ];
  const path = join(tempFolder(), NAME);
  writeFileSync(path, `${lines.join('\n')}\n${'a quiet line\n'.repeat(500)}`);
  [browser, server] = await Promise.all([launchBrowser(), startServer({ files: [path] })]);
});

afterAll(async () => {
  await browser?.close();
  elsewhere?.close();
});

/** What must hold whatever is on the screen. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const foreign =
      'img, iframe, object, embed, base, style:not([data-vite-dev-id]), meta[http-equiv], image, video, audio, form[action]';
    const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href]')].map((link) => link.href);
    const scripts = [...document.scripts].map((script) => script.src || `inline ${script.textContent}`);
    const handlers = [...document.querySelectorAll('*')].flatMap((element) =>
      element.getAttributeNames().filter((name) => name.startsWith('on')),
    );
    const text = document.body.textContent ?? '';
    return {
      foreign: [...document.querySelectorAll(foreign)].map((element) => element.outerHTML.slice(0, 200)),
      links: links.filter((link) => !link.startsWith(location.origin)),
      scripts: scripts.filter((script) => !script.startsWith(`${location.origin}/assets/`)),
      handlers,
      bidi: [...text].filter((character) => /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/.test(character))
        .length,
      controls: [...text].filter((character) => /[^\P{Cc}\t\n]/u.test(character)).length,
      length: text.length,
      title: document.title,
    };
  });
  expect(found).toMatchObject({ foreign: [], links: [], scripts: [], handlers: [], bidi: 0, controls: 0 });
  expect(found.length).toBeLessThan(200_000);
  expect(found.title).toContain('<img src=x onerror=alert(1)>');
  expect(found.title).not.toMatch(/[\n\u202e]|a new title/);
}

async function opened(page: Page, query: string): Promise<void> {
  await openRows(page, server, query);
}

const shown = (page: Page): Promise<string[]> =>
  page.locator('.text-line').evaluateAll((rows) => rows.map((row) => row.textContent ?? ''));

const inPage = (use: (page: Page) => Promise<void>) => (): Promise<void> => withPage(browser, server.origin, {}, use);

describe('a hostile file', () => {
  test(
    'is text in the text view, its links no links, its escapes and bidirectional controls symbols',
    inPage(async (page) => {
      await opened(page, '?view=text');
      await expect.poll(async () => (await shown(page)).length, PATIENCE).toBeGreaterThan(10);
      const rows = await shown(page);
      for (const n of [0, 1, 2, 3, 4, 5, 6, 12]) expect(rows[n]?.trimEnd()).toBe(lines[n]);
      // A control picture, or ^[ where no font has it.
      expect(rows[7]).toMatch(/(?:\u241b|\^\[)\]8;;http/);
      expect(rows[8]).toMatch(/(?:\u241b|\^\[)\]0;a new title/);
      expect(rows[10]).toContain('‹U+202E›');
      expect(rows[10]).toContain('‹U+200B›');
      // SGR is the one escape that is followed: a colour, and no text.
      expect(rows[9]).toContain('red');
      expect(
        await page
          .locator('.text-line')
          .first()
          .evaluate((row) => getComputedStyle(row).unicodeBidi),
      ).toBe('isolate');
      await expectHarmless(page);
    }),
  );

  test(
    'does not hold up the page with a line of 1 MB without a space, wrapped or not',
    inPage(async (page) => {
      await opened(page, '?view=text');
      for (let round = 0; round < 2; round++) {
        await page.keyboard.press('w');
        for (const key of ['PageDown', 'PageDown', 'Control+End', 'PageUp', 'Control+Home', 'End', 'Home', 'End']) {
          const began = performance.now();
          await page.keyboard.press(key);
          await page.evaluate(() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go))));
          expect(performance.now() - began).toBeLessThan(4_000);
        }
        await expectHarmless(page);
      }
    }),
  );

  test(
    'is text among bytes, in both panes, in the inspector, in hits and in every dialog',
    inPage(async (page) => {
      await opened(page, '?view=hex');
      await expectHarmless(page);
      await page.keyboard.press('\\');
      await expect.poll(() => page.getByRole('grid').count(), PATIENCE).toBe(2);
      await expectHarmless(page);
      await page.keyboard.press('Control+f');
      await page.keyboard.type('<img src=');
      await page.keyboard.press('Enter');
      await page.getByRole('contentinfo').getByRole('group', { name: 'Search' }).waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Shift+f');
      await page.getByRole('complementary', { name: 'Search' }).waitFor();
      await expectHarmless(page);
      for (const keys of [['?'], [':', '<img src=x onerror=alert(1)>', 'Enter'], ['>', '<script>alert(1)</script>']]) {
        for (const key of keys) await (key.length > 6 ? page.keyboard.type(key) : page.keyboard.press(key));
        await page.waitForTimeout(150);
        await expectHarmless(page);
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
      }
    }),
  );

  test(
    'a link with markup in every part of it leads to the file, or says what it did not understand',
    inPage(async (page) => {
      const markup = encodeURIComponent('"><img src=x onerror=alert(1)><script>alert(1)</script>');
      for (const name of ['file', 'view', 'at', 'sel', 'enc', 'q', 'find', 'wrap', '__proto__']) {
        await opened(page, `?${name}=${markup}`);
        await expectHarmless(page);
      }
      await opened(page, `?view=text#${markup}`);
      await expectHarmless(page);
    }),
  );
});

test('nobody else was asked for anything', () => {
  expect(visits).toBe(0);
  expect(server.alive).toBe(true);
  expect(server.stderr).toBe('');
});

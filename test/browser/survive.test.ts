/**
 * The page outlives its server: what it shows, where one is, what is selected and searched stay, and it goes on by itself. A real
 * Chromium on a real bigview, with a line between them that fails on purpose.
 */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, type PageOptions, still, withPage } from '../helpers/browser.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../helpers/faultProxy.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** The machine may be busy with other tests. */
const PATIENCE = { timeout: 15_000 };
const LINES = 120_000;
const LINE_BYTES = 44;
const TOKEN = 'a-token-for-every-run';
/** What Chromium itself complains about when the line fails, and what a proxy looks like from outside. */
const FAILING = /Failed to load resource|net::ERR_|request elsewhere/;
const GONE = 'The server does not answer.';

/** Every line is as long as every other, in every version, and says its own number and version. */
const line = (index: number, version: string): string =>
  `${String(index + 1).padStart(8, '0')} ${version} says what is on this line\n`.padEnd(LINE_BYTES, '.');
const content = (version: string): string =>
  Array.from({ length: LINES }, (_, index) => line(index, version).replace(/\n(\.*)$/, '$1\n')).join('');

let browser: Browser;
let folder: string;
let log: string;

beforeAll(async () => {
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
});

const grid = (page: Page): Locator => page.getByRole('grid').first();
const status = (page: Page): Locator => page.getByRole('contentinfo');
const banner = (page: Page): Locator => page.getByText(GONE);

function startLog(version: string): void {
  folder = tempFolder();
  log = join(folder, 'app.log');
  writeFileSync(log, content(version));
}

function run(args: readonly string[] = [], files: readonly string[] = [log]): Promise<BigviewServer> {
  return startServer({ files, args: ['--token', TOKEN, ...args] });
}

/** Number and version of each line on screen, as the row says them and as the gutter counts them. */
async function shown(page: Page): Promise<{ gutter: number; number: number; version: string }[]> {
  const rows = await page.getByRole('row').allTextContents();
  return rows.flatMap((text) => {
    const found = /^\D*([\d,]*)\D*?(\d{8}) (\w+) says what is on this line/.exec(text);
    if (!found) return [];
    return [{ gutter: Number(found[1]?.replaceAll(',', '')), number: Number(found[2]), version: found[3] ?? '' }];
  });
}

/** Every line on screen is of `version`, none is missing, and the first one is number `first`. */
async function shows(page: Page, version: string, first: number): Promise<void> {
  await expect
    .poll(async () => {
      const rows = await shown(page);
      const right =
        rows.length > 20 &&
        rows.every((row, i) => row.version === version && row.number === (rows[0]?.number ?? 0) + i);
      return right ? rows.some(({ number }) => number === first) : JSON.stringify(rows.slice(0, 3));
    }, PATIENCE)
    .toBe(true);
}

async function openAt(page: Page, origin: string, query = ''): Promise<void> {
  await page.addInitScript((token) => sessionStorage.setItem('bigview.token', token), TOKEN);
  await page.goto(`${origin}/${query}`);
  await grid(page).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')), PATIENCE).toBe('grid');
}

function behindLine(
  use: (page: Page, line: FaultProxy, server: BigviewServer) => Promise<void>,
  options: PageOptions = {},
): () => Promise<void> {
  return async () => {
    startLog('first');
    const server = await run();
    const proxy = await startFaultProxy(server);
    await withPage(browser, proxy.origin, { expected: FAILING, ...options }, (page) => use(page, proxy, server));
  };
}

const at = (index: number): number => index * LINE_BYTES;
const address = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

/** Where on screen the line is, CSS px. */
const heightOf = (page: Page, number: number): Promise<number> =>
  page
    .getByRole('row')
    .filter({ hasText: `${String(number).padStart(8, '0')} ` })
    .evaluate((row) => Math.round(row.getBoundingClientRect().top));

/** Lets the page go through the loss of its server, and `change` happen meanwhile; resolves once another one is behind the line. */
async function restart(proxy: FaultProxy, old: BigviewServer, change: () => Promise<BigviewServer>): Promise<void> {
  await proxy.go();
  await old.stop();
  proxy.leadTo(await change());
  await proxy.come();
}

const AGAIN = 'Connected again: bigview was started anew.';

describe('another run of bigview', () => {
  test(
    'with the same token: place, selection, encoding and search stay, and not one old byte is shown',
    behindLine(async (page, proxy, server) => {
      await openAt(page, proxy.origin, `?at=${at(60_000)}&top=${at(59_990)}&enc=windows-1252`);
      await shows(page, 'first', 60_000);
      await page.keyboard.press('/');
      await page.keyboard.type('00060050');
      await page.keyboard.press('Enter');
      await page
        .getByText(/1 of 1/)
        .first()
        .waitFor();
      await grid(page).focus();
      for (let i = 0; i < 3; i++) await page.keyboard.press('Shift+ArrowDown');
      await page.mouse.move(400, 400);
      await page.mouse.wheel(0, 33);
      await expect.poll(() => address(page).get('sel'), PATIENCE).toBe(String(at(60_049)));
      await expect.poll(() => address(page).get('top'), PATIENCE).not.toBeNull();
      await still(page, () => page.url(), 600);
      const before = { search: new URL(page.url()).search, y: await heightOf(page, 60_050) };

      await restart(proxy, server, async () => {
        // Nothing but the file's bytes is different: neither length nor generation tell.
        writeFileSync(log, content('other'));
        return run();
      });
      await page.getByText(AGAIN).waitFor();
      await shows(page, 'other', 60_050);
      expect((await shown(page)).every(({ gutter, number }) => gutter === number)).toBe(true);
      expect(await heightOf(page, 60_050)).toBe(before.y);
      expect(new URL(page.url()).search).toBe(before.search);
      expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('grid');
      await page.getByRole('button', { name: 'Notifications, 1' }).waitFor();
      await page.keyboard.press('n');
      await page
        .getByText(/1 of 1/)
        .first()
        .waitFor();

      // What is read after is of the new run as well, near and far.
      for (const key of ['PageDown', 'PageDown', 'PageUp', 'Control+Home']) await page.keyboard.press(key);
      await shows(page, 'other', 1);
      await page.keyboard.press('Control+End');
      await shows(page, 'other', LINES);
    }),
  );

  test(
    'with another token: says so, takes the link in place, and other tabs come along',
    behindLine(async (page, proxy, server) => {
      await openAt(page, proxy.origin, `?at=${at(500)}&top=${at(490)}`);
      const other = await page.context().newPage();
      await openAt(other, proxy.origin, `?at=${at(90_000)}&top=${at(89_990)}&view=hex`);
      await shows(page, 'first', 500);
      let fresh = server;
      await restart(proxy, server, async () => {
        writeFileSync(log, content('other'));
        fresh = await startServer({ files: [log] });
        return fresh;
      });
      for (const waiting of [page, other]) {
        await waiting.getByText('bigview was started anew and no longer knows this page.').waitFor();
      }
      // What was read stays, and can be moved in.
      expect((await shown(page)).every(({ version }) => version === 'first')).toBe(true);
      // Rows that are not here wait; why, and what to do, is said once.
      for (const [waiting, bytes, skeletons] of [
        [page, '.text-line', '.text-skeleton'],
        [other, '.hex-bytes', '.hex-skeleton'],
      ] as const) {
        const goTo = async (place: string): Promise<void> => {
          await waiting.keyboard.press(':');
          await waiting.keyboard.type(place);
          await waiting.keyboard.press('Enter');
        };
        await grid(waiting).focus();
        await goTo(waiting === page ? '90%' : '10%');
        await expect.poll(() => waiting.locator(bytes).count(), PATIENCE).toBe(0);
        await expect.poll(() => waiting.locator(skeletons).count(), PATIENCE).toBeGreaterThan(20);
        expect(await waiting.getByText('this token is not the one').count()).toBe(0);
        expect(await waiting.getByRole('button', { name: 'Try again' }).count()).toBe(0);
        await waiting.getByText(/Press Enter in its terminal, then open the fresh link or paste it here\./).waitFor();
        expect(await waiting.locator('.banner').count()).toBe(1);
        await goTo(`0x${at(waiting === page ? 500 : 90_000).toString(16)}`);
      }
      await shows(page, 'first', 501);
      await grid(page).focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => address(page).get('at'), PATIENCE).toBe(String(at(501)));

      const field = page.getByLabel('Link or token');
      await field.fill('no link at all');
      await field.press('Enter');
      await page.getByText('This is neither a link that bigview printed nor a token.').waitFor();
      await field.fill(fresh.link);
      await field.press('Enter');
      for (const [back, index] of [
        [page, 501],
        [other, 90_000],
      ] as const) {
        await back.getByText(AGAIN).waitFor();
        await back.getByText('no longer knows this page').waitFor({ state: 'detached' });
        expect(address(back).get('at')).toBe(String(at(index)));
      }
      await shows(page, 'other', 502);
      await page.reload();
      await shows(page, 'other', 502);
    }),
  );

  test(
    'a fresh link that is opened in another tab brings the waiting one back',
    behindLine(async (page, proxy, server) => {
      await openAt(page, proxy.origin, `?at=${at(70_000)}&top=${at(69_990)}`);
      await shows(page, 'first', 70_000);
      let fresh = server;
      await restart(proxy, server, async () => {
        fresh = await startServer({ files: [log] });
        return fresh;
      });
      await page.getByText('no longer knows this page').waitFor();
      const other = await page.context().newPage();
      await other.goto(`${proxy.origin}/#code=${fresh.code}`);
      await shows(other, 'first', 1);
      await page.getByText(AGAIN).waitFor();
      await shows(page, 'first', 70_000);
      // And a tab that is opened with a token of the past asks the others.
      const late = await page.context().newPage();
      await openAt(late, proxy.origin, `?at=${at(10)}`);
      await shows(late, 'first', 11);
    }),
  );

  test(
    'filters and marks stay, and the filtered lines are those of the new run',
    behindLine(async (page, proxy, server) => {
      await openAt(page, proxy.origin, `?at=${at(3_000)}&top=${at(2_990)}`);
      await shows(page, 'first', 3_000);
      await page.keyboard.press('m');
      await page
        .getByLabel(/^Mark Line at/)
        .first()
        .waitFor();
      await page.keyboard.press('&');
      const field = page.getByRole('combobox', { name: 'Filter' });
      await expect.poll(() => field.evaluate((element) => element === document.activeElement), PATIENCE).toBe(true);
      await page.keyboard.type('7777 ');
      await page.keyboard.press('Enter');
      const filtered = page.locator('[data-pane="filtered"]');
      const numbers = async (): Promise<string[]> =>
        (await filtered.getByRole('row').allTextContents()).map((text) => /(\d{8} \w+) says/.exec(text)?.[1] ?? '?');
      // Lines 7,777, 17,777 … 117,777.
      const expected = (version: string): string[] =>
        Array.from({ length: 12 }, (_, k) => `${String(k * 10_000 + 7_777).padStart(8, '0')} ${version}`);
      await expect.poll(numbers, PATIENCE).toEqual(expected('first'));
      await restart(proxy, server, async () => {
        writeFileSync(log, content('other'));
        return run();
      });
      await page.getByText(AGAIN).waitFor();
      await expect.poll(numbers, PATIENCE).toEqual(expected('other'));
      await page.keyboard.press('Alt+m');
      const marks = page.getByRole('complementary', { name: 'Marks' }).getByRole('grid', { name: 'Marks' });
      await expect.poll(() => marks.getByRole('row').count(), PATIENCE).toBe(1);
    }),
  );

  test('says which files are not there any more, and keeps the place in those that are', async () => {
    startLog('first');
    const [more, third] = [join(folder, 'more.log'), join(folder, 'third.log')];
    for (const path of [more, third]) writeFileSync(path, content('more'));
    const server = await run([], [more, log, third]);
    const proxy = await startFaultProxy(server);
    await withPage(browser, proxy.origin, { expected: FAILING }, async (page) => {
      await openAt(page, proxy.origin, `?file=app.log&at=${at(800)}&top=${at(790)}`);
      await shows(page, 'first', 800);
      await restart(proxy, server, () => run([], [log]));
      await page.getByText(`${AGAIN} Not open there any more: more.log and third.log.`).waitFor();
      await shows(page, 'first', 800);
      expect(address(page).get('at')).toBe(String(at(800)));
    });
  });
});

describe('the server is away', () => {
  test(
    'a hiccup is not worth a word',
    behindLine(async (page, proxy) => {
      await openAt(page, proxy.origin, '');
      await shows(page, 'first', 1);
      await page.evaluate(() => {
        const seen: string[] = [];
        Object.assign(window, { seen });
        new MutationObserver(() => {
          for (const { textContent } of document.querySelectorAll('.banner')) seen.push(textContent ?? '');
        }).observe(document.body, { childList: true, subtree: true });
      });
      const before = proxy.count(/\/events/);
      await proxy.go();
      await proxy.come();
      await expect.poll(() => proxy.count(/\/events/), PATIENCE).toBeGreaterThan(before);
      appendFileSync(log, 'and one more line\n');
      await page.keyboard.press('Control+End');
      await page.getByText('and one more line').waitFor();
      expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).toEqual([]);
    }),
  );

  test(
    'it says so and when it tries again; what is here can be read; rows that are not here have their addresses, and come by themselves',
    behindLine(async (page, proxy) => {
      await openAt(page, proxy.origin, `?at=${at(100)}&top=${at(90)}&view=hex`);
      await expect.poll(() => page.getByRole('row').count(), PATIENCE).toBeGreaterThan(20);
      await expect.poll(() => page.locator('.hex-bytes').count(), PATIENCE).toBeGreaterThan(20);
      await proxy.go();
      await banner(page).waitFor();
      await page.getByText(/trying again in \d+ seconds?/).waitFor();
      // A page of rows that is here.
      await page.keyboard.press('PageDown');
      await page.keyboard.press('PageUp');
      await expect.poll(() => page.locator('.hex-skeleton').count(), PATIENCE).toBe(0);
      // Far away nothing is here, but the addresses are right.
      await page.keyboard.press('Control+End');
      await expect.poll(() => address(page).get('at'), PATIENCE).toBe(String(LINES * LINE_BYTES - 1));
      const addresses = await page.getByRole('rowheader').allTextContents();
      expect(Number.parseInt(addresses.at(-1) ?? '', 16)).toBe(Math.floor((LINES * LINE_BYTES - 1) / 16) * 16);
      await page.getByText('The server cannot be reached').first().waitFor();
      expect(await page.locator('.hex-bytes').count()).toBe(0);
      await proxy.come();
      // By itself, in a pause that is not longer than the longest.
      await expect.poll(() => page.locator('.hex-bytes').count(), PATIENCE).toBeGreaterThan(20);
      await banner(page).waitFor({ state: 'detached' });
    }),
  );

  test(
    'text: the same, with the line numbers right after; and it does not hammer',
    behindLine(async (page, proxy) => {
      await openAt(page, proxy.origin, `?at=${at(100)}&top=${at(90)}`);
      await shows(page, 'first', 100);
      await expect.poll(() => status(page).textContent(), PATIENCE).toContain('120000 lines');
      // The line is up and every reply is torn away: connections are made as fast as the page wants.
      proxy.fault = () => ({ kind: 'drop' });
      await proxy.go();
      await proxy.come();
      await banner(page).waitFor();
      await page.keyboard.press('Control+End');
      const from = performance.now();
      await page.waitForTimeout(6_000);
      const tries = proxy.count(/./, from);
      expect(tries).toBeGreaterThan(2);
      expect(tries).toBeLessThan(60);
      await banner(page).waitFor();
      // Nothing is here; the rows wait at their place, have their numbers, and one says why.
      expect(await page.locator('.text-line').count()).toBe(0);
      expect(await page.locator('.text-skeleton').count()).toBeGreaterThan(20);
      expect((await page.getByRole('rowheader').allTextContents()).at(-1)?.replaceAll(',', '')).toBe(String(LINES));
      await expect.poll(() => page.locator('.text-row-error').count(), PATIENCE).toBe(1);
      await page.getByText('The server cannot be reached').waitFor();
      proxy.fault = () => null;
      await page.getByRole('button', { name: 'Try now' }).click();
      await shows(page, 'first', LINES);
      expect((await shown(page)).every(({ gutter, number }) => gutter === number)).toBe(true);
      await banner(page).waitFor({ state: 'detached' });
    }),
  );

  test.each(['', 'wrapped '])(
    '%stext: a far place waits and comes by itself; who goes back meanwhile is not fetched there',
    (wrapped) =>
      behindLine(async (page, proxy) => {
        await openAt(page, proxy.origin, `?at=${at(100)}&top=${at(90)}`);
        await shows(page, 'first', 100);
        if (wrapped) {
          await page.keyboard.press('w');
          await page.locator('.text-view-wrap').waitFor();
          await shows(page, 'first', 100);
        }
        const waits = async (): Promise<void> => {
          await expect.poll(() => page.locator('.text-line').count(), PATIENCE).toBe(0);
          await expect.poll(() => page.locator('.text-skeleton').count(), PATIENCE).toBeGreaterThan(20);
        };
        await proxy.go();
        await banner(page).waitFor();
        await page.keyboard.press(':');
        await page.keyboard.type('75%');
        await page.keyboard.press('Enter');
        await waits();
        await proxy.come();
        await shows(page, 'first', 0.75 * LINES + 1);
        await banner(page).waitFor({ state: 'detached' });

        await proxy.go();
        await banner(page).waitFor();
        await page.keyboard.press('Control+Home');
        await waits();
        await grid(page).evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
        await page.waitForTimeout(500);
        await proxy.come();
        await banner(page).waitFor({ state: 'detached' });
        await expect.poll(async () => (await shown(page)).length, PATIENCE).toBeGreaterThan(20);
        await page.waitForTimeout(1_000);
        const rows = await shown(page);
        expect(rows.every(({ gutter, number }) => wrapped !== '' || gutter === number)).toBe(true);
        expect(rows[0]?.number).toBeGreaterThan(1_000);
      })(),
  );

  test(
    'after sleep it tries at once',
    behindLine(async (page, proxy) => {
      await openAt(page, proxy.origin, '');
      await shows(page, 'first', 1);
      // The line looks whole and leads nowhere; the clock has jumped.
      proxy.fault = ({ path }) => (path.includes('/bytes') ? { kind: 'hang' } : null);
      await page.keyboard.press('Control+End');
      await page.waitForTimeout(300);
      proxy.fault = () => null;
      const events = proxy.count(/\/events/);
      const from = performance.now();
      await page.evaluate(() => {
        const { now } = Date;
        Date.now = () => now() + 3_600_000;
      });
      await expect.poll(() => proxy.count(/\/events/, from), PATIENCE).toBeGreaterThan(0);
      await shows(page, 'first', LINES);
      expect(proxy.count(/\/events/)).toBe(events + 1);
      expect(await banner(page).count()).toBe(0);
    }),
  );

  test(
    'a server that stands still is said, and nothing is lost when it goes on',
    behindLine(async (page, _proxy, server) => {
      await openAt(page, _proxy.origin, '');
      await shows(page, 'first', 1);
      process.kill(server.pid, 'SIGSTOP');
      try {
        await page.keyboard.press('Control+End');
        await page.getByText('The server takes long to answer.').waitFor();
      } finally {
        process.kill(server.pid, 'SIGCONT');
      }
      await shows(page, 'first', LINES);
      await page.getByText('The server takes long to answer.').waitFor({ state: 'detached' });
    }),
  );
});

describe('a line that fails in every way', () => {
  /** The same faults each time. */
  function chances(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
  }

  const wrong = (rows: Awaited<ReturnType<typeof shown>>): unknown[] =>
    rows.filter(({ gutter, number, version }) => version !== 'first' || (gutter !== 0 && gutter !== number));

  test.each([1, 2])(
    'slow, torn, cut short, dropped and refused replies (seed %i): no wrong row, and all right after',
    (seed) =>
      behindLine(async (page, proxy) => {
        await openAt(page, proxy.origin, '');
        await shows(page, 'first', 1);
        await expect.poll(() => status(page).textContent(), PATIENCE).toContain(`${LINES} lines`);
        const chance = chances(seed);
        const met = new Map<string, number>();
        proxy.fault = ({ path }): Fault | null => {
          const kinds: readonly Fault[] = [
            { kind: 'delay', ms: Math.floor(chance() * 1_500) },
            { kind: 'drop' },
            { kind: 'tear', bytes: Math.floor(chance() * 60_000) },
            { kind: 'shorten', bytes: Math.floor(chance() * 60_000) },
            { kind: 'busy', retryAfterSeconds: 1 },
          ];
          const fault = kinds[Math.floor(chance() * kinds.length * 2)];
          // A body cannot be cut short behind its end; small ones are torn instead.
          const big = /\/bytes|\/lines/.test(path);
          const used = fault?.kind === 'shorten' && !big ? { kind: 'tear' as const, bytes: 3 } : fault;
          if (used) met.set(used.kind, (met.get(used.kind) ?? 0) + 1);
          return used ?? null;
        };
        const bad: unknown[] = [];
        for (let move = 0; move < 40; move++) {
          const key =
            ['PageDown', 'PageUp', 'Control+End', 'Control+Home', 'PageDown'][Math.floor(chance() * 5)] ?? 'End';
          await page.keyboard.press(key);
          if (move % 8 === 5) {
            await page.keyboard.press(':');
            await page.keyboard.type(`${Math.floor(chance() * 100)}%`);
            await page.keyboard.press('Enter');
          }
          await page.waitForTimeout(150);
          bad.push(...wrong(await shown(page)));
        }
        expect(bad).toEqual([]);
        expect([...met.keys()].sort()).toEqual(['busy', 'delay', 'drop', 'shorten', 'tear']);
        proxy.fault = () => null;
        await grid(page).focus();
        await page.keyboard.press('Control+End');
        await shows(page, 'first', LINES);
        expect(wrong(await shown(page))).toEqual([]);
        await banner(page).waitFor({ ...PATIENCE, state: 'detached' });
      })(),
  );

  test.each<Fault>([{ kind: 'drop' }, { kind: 'gateway', status: 502 }, { kind: 'gateway', status: 504 }])(
    'while the events come and all else fails (%o) it is said over the rows, and goes by itself',
    (fault) =>
      behindLine(async (page, proxy) => {
        await openAt(page, proxy.origin, '');
        await shows(page, 'first', 1);
        await expect.poll(() => status(page).textContent(), PATIENCE).toContain(`${LINES} lines`);
        proxy.fault = ({ path }) => (path.includes('/events') ? null : fault);
        await page.keyboard.press('Control+End');
        const said = page.getByRole('status').filter({ hasText: 'The server is there, but requests' });
        await said.waitFor();
        expect(await banner(page).count()).toBe(0);
        proxy.fault = () => null;
        await shows(page, 'first', LINES);
        await said.waitFor({ ...PATIENCE, state: 'detached' });
      })(),
  );

  test(
    'a busy server is given the time it asks for',
    behindLine(async (page, proxy) => {
      await openAt(page, proxy.origin, '?view=hex');
      await expect.poll(() => page.locator('.hex-bytes').count(), PATIENCE).toBeGreaterThan(20);
      proxy.fault = ({ path }) => (path.includes('/bytes') ? { kind: 'busy', retryAfterSeconds: 3 } : null);
      const from = performance.now();
      await page.keyboard.press('Control+End');
      await expect.poll(() => proxy.count(/\/bytes/, from), PATIENCE).toBeGreaterThan(0);
      await page.waitForTimeout(100);
      const before = proxy.count(/\/bytes/, from);
      await page.getByText('too many requests at once').first().waitFor();
      await page.waitForTimeout(2_000);
      expect(proxy.count(/\/bytes/, from)).toBe(before);
      proxy.fault = () => null;
      await expect.poll(() => page.locator('.hex-bytes').count(), PATIENCE).toBeGreaterThan(20);
      expect(performance.now() - from).toBeGreaterThan(2_900);
    }),
  );

  test(
    'events that come twice and late never take the file back',
    behindLine(async (page, proxy) => {
      proxy.fault = ({ path }) => (path.includes('/events') ? { kind: 'echo', ms: 700 } : null);
      await openAt(page, proxy.origin, '');
      await shows(page, 'first', 1);
      const counts: number[] = [];
      const look = async (): Promise<number> => {
        const count = Number(/(\d+) lines/.exec((await status(page).textContent()) ?? '')?.[1] ?? 0);
        if (count > 0) counts.push(count);
        return count;
      };
      await expect.poll(look, PATIENCE).toBe(LINES);
      for (let more = 1; more <= 12; more++) {
        appendFileSync(log, `line ${more} that came later\n`);
        const until = performance.now() + 200;
        while (performance.now() < until) await look();
      }
      await expect.poll(look, PATIENCE).toBe(LINES + 12);
      await page.waitForTimeout(1_000);
      await look();
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(counts.at(-1)).toBe(LINES + 12);
    }),
  );

  test(
    'a search that cannot be begun or followed for a while goes on by itself',
    behindLine(async (page, proxy) => {
      await openAt(page, proxy.origin, '');
      await shows(page, 'first', 1);
      proxy.fault = ({ path }) => (path.includes('/searches') ? { kind: 'drop' } : null);
      await page.keyboard.press('/');
      await page.keyboard.type('00110000 first');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(2_000);
      proxy.fault = () => null;
      await page
        .getByText(/1 of 1/)
        .first()
        .waitFor();
      await shows(page, 'first', 110_000);
    }),
  );
});

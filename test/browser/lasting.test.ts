/**
 * A page that is open all day: its memory stays where it is however far somebody goes, and an error in one part leaves the others.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser, openRows, still, withPage } from '../helpers/browser.ts';
import { effort } from '../helpers/effort.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const PATIENCE = { timeout: 15_000 };
const MIB = 1_048_576;
const LINES = 400_000;
const LINE_BYTES = 100;

let browser: Browser;
let server: BigviewServer;
beforeAll(async () => {
  const folder = tempFolder();
  const text = Array.from({ length: LINES }, (_, index) =>
    `${String(index + 1).padStart(8, '0')} ${index % 7 === 0 ? 'ERROR' : 'info'} of a day`.padEnd(LINE_BYTES - 1, '.'),
  ).join('\n');
  writeFileSync(join(folder, 'day.log'), `${text}\n`);
  sparseFile(join(folder, 'huge.img'), 2 ** 40, [{ offset: 2 ** 40 - 4, bytes: Buffer.from('last') }]);
  [browser, server] = await Promise.all([
    launchBrowser(),
    startServer({ files: [join(folder, 'day.log'), join(folder, 'huge.img')] }),
  ]);
});
afterAll(async () => {
  await browser?.close();
});

async function opened(page: Page, query: string): Promise<void> {
  await openRows(page, server, query);
}

interface Memory {
  /** Of JavaScript, of the DOM, and of arrays of bytes, after a collection. */
  readonly heap: number;
  readonly dom: number;
  readonly arrays: number;
}

async function memoryOf(session: CDPSession): Promise<Memory> {
  await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    embedderHeapUsedSize?: number;
    backingStorageSize?: number;
  };
  return { heap: usage.usedSize, dom: usage.embedderHeapUsedSize ?? 0, arrays: usage.backingStorageSize ?? 0 };
}

/** Jumps to `count` places all over the file by name, each far from the last, and pages a little at each. */
async function wander(page: Page, count: number, seed: number): Promise<void> {
  let state = seed;
  for (let jump = 0; jump < count; jump++) {
    state = (state * 48_271) % 2_147_483_647;
    await page.keyboard.press(':');
    await page.keyboard.insertText(`${((state / 2_147_483_647) * 100).toFixed(4)}%`);
    await page.keyboard.press('Enter');
    for (let rows = 0; rows < 3; rows++) await page.keyboard.press('PageDown');
  }
}

describe('memory', () => {
  test.each([
    ['text, with a search', '?file=day.log&view=text&q=ERROR', effort(24, 40)],
    ['hex, over a terabyte', '?file=huge.img&view=hex', effort(40, 80)],
    ['both views', '?file=day.log&view=both', effort(20, 30)],
  ])(
    '%s: as much after many places as after some',
    async (name, query, jumps) => {
      await withPage(browser, server.origin, {}, async (page, context) => {
        await opened(page, query);
        const session = await context.newCDPSession(page);
        const taken: Memory[] = [];
        for (let round = 0; round < 3; round++) {
          await wander(page, jumps, 11 + round);
          await page.waitForTimeout(300);
          taken.push(await memoryOf(session));
        }
        const mib = taken.map(({ heap, dom, arrays }) =>
          [heap, dom, arrays].map((bytes) => Math.round((bytes / MIB) * 10) / 10),
        );
        console.log(`${name}: heap, DOM, arrays in MiB after ${jumps} jumps each:`, JSON.stringify(mib));
        const [first, , last] = taken;
        if (!first || !last) throw new Error('not measured');
        // The first round has filled the caches of rows and hits; from then on only the pages, up to their budget, may come.
        expect(last.heap - first.heap).toBeLessThan(6 * MIB);
        expect(last.dom - first.dom).toBeLessThan(6 * MIB);
        expect(last.arrays).toBeLessThan(130 * MIB);
      });
    },
    240_000,
  );
});

describe('an error in one part', () => {
  test('a pane, and the status bar: the others go on, and it can be tried again where it was', async () => {
    await withPage(browser, server.origin, { expected: /are broken/ }, async (page) => {
      const at = 200_000 * LINE_BYTES;
      await opened(page, `?file=day.log&view=both&at=${at}`);
      const text = page.getByRole('region', { name: 'Text view' });
      const hex = page.getByRole('region', { name: 'Hex view' });
      await text.getByText('00200001').first().waitFor();
      // Only rows of text have ranges, and make them when they are drawn; only the status bar decodes what is at the cursor.
      await page.evaluate(() => {
        const flags = { ranges: true, decoders: true };
        Object.assign(window, { flags });
        const { decode } = TextDecoder.prototype;
        TextDecoder.prototype.decode = function (...args) {
          if (flags.decoders) throw new Error('decoders are broken');
          return decode.apply(this, args);
        };
        const Whole = StaticRange;
        window.StaticRange = class extends Whole {
          constructor(init: StaticRangeInit) {
            if (flags.ranges) throw new Error('ranges are broken');
            super(init);
          }
        };
      });
      const mend = (flag: 'ranges' | 'decoders'): Promise<void> =>
        page.evaluate((name) => {
          (window as unknown as { flags: Record<string, boolean> }).flags[name] = false;
        }, flag);
      await hex.getByRole('grid').focus();
      for (let rows = 0; rows < 4; rows++) await page.keyboard.press('PageDown');
      await text.getByText('The text view met an error of its own and stopped.').waitFor();
      await text.getByText('ranges are broken').waitFor();
      await page.getByText('The status bar met an error of its own and stopped.').waitFor();
      // The hex view has the keyboard, and moves.
      const place = (): string | null => new URL(page.url()).searchParams.get('at');
      await page.keyboard.press('PageDown');
      await expect.poll(() => Number(place()), PATIENCE).toBeGreaterThan(at + 1_000);
      const before = await still(page, place, 600);
      expect(await hex.locator('.hex-bytes').count()).toBeGreaterThan(10);

      await text.getByRole('button', { name: 'Try again' }).click();
      await text.getByText('ranges are broken').waitFor();
      await mend('ranges');
      await text.getByRole('button', { name: 'Try again' }).click();
      const line = Math.floor(Number(before) / LINE_BYTES) + 1;
      await text
        .getByRole('rowheader')
        .filter({ hasText: String(line) })
        .first()
        .waitFor();
      expect(place()).toBe(before);
      await mend('decoders');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('contentinfo').getByText(`${LINES} lines`).waitFor();
    });
  });

  test('the side panel: the panes go on, and it can be tried again', async () => {
    await withPage(browser, server.origin, { expected: /no floats today/ }, async (page) => {
      await opened(page, '?file=day.log&view=hex&at=4000');
      await page.evaluate(() => {
        const { getFloat64 } = DataView.prototype;
        Object.assign(window, { broken: true });
        DataView.prototype.getFloat64 = function (...args) {
          if ((window as unknown as { broken: boolean }).broken) throw new Error('no floats today');
          return getFloat64.apply(this, args);
        };
      });
      await page.keyboard.press('i');
      await page.getByText('The side panel met an error of its own and stopped.').waitFor();
      await page.getByRole('grid').focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(() => new URL(page.url()).searchParams.get('at'), PATIENCE).toBe('4016');
      await page.evaluate(() => Object.assign(window, { broken: false }));
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('complementary', { name: 'Inspector' }).waitFor();
      expect(new URL(page.url()).searchParams.get('at')).toBe('4016');
    });
  });
});

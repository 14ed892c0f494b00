/**
 * A disk that refuses, or gives less than it was asked for, at the first read, at the second, at the third … until an operation
 * needs fewer reads than that: whatever it does then is right or says what it could not do, and afterwards all is well.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorReply, FileInfo, LinesReply, SearchHitsReply, SearchStatus } from '../../shared/protocol.ts';
import { effort } from '../helpers/effort.ts';
import { canFailDisk, FailingDisk, type Failure } from '../helpers/failingDisk.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const LINES = 120_000;
/** Long enough for threads to scan it: they begin where the main thread stops, at 4 MiB. */
const LINE = 'line number 000000 of a file on a bad disk, 50 B.\n';
const NEEDLE = 'NEEDLE';
const NEEDLE_EVERY = 1_000;

/** The first ones are those of `npm test`. */
const FAILURES: readonly Failure[] = [
  { when: 'once', how: 'EIO' },
  { when: 'for good', how: 'ESTALE' },
  { when: 'once', how: 'EINTR' },
  { when: 'for good', how: 'short' },
  { when: 'once', how: 'end' },
  { when: 'for good', how: 'EIO' },
  { when: 'once', how: 'short' },
].slice(0, effort(5, 7)) as Failure[];
const ENGINES = (['cached', 'map', 'read'] as const).slice(0, effort(1, 3));

const lineText = (n: number): string =>
  LINE.replace('000000', String(n).padStart(6, '0')).replace('number', n % NEEDLE_EVERY === 0 ? NEEDLE : 'number');
const content = Buffer.from(Array.from({ length: LINES }, (_, n) => lineText(n)).join(''));
/** Another state of the file, of as many lines. */
const other = Buffer.from(content.toString('latin1').replaceAll('file', 'FILE'));
const needles = Math.ceil(LINES / NEEDLE_EVERY);

describe.runIf(canFailDisk()).each(ENGINES)(
  '%s',
  (engine) => {
    let disk: FailingDisk;
    let path: string;
    let server: BigviewServer;
    let id: string;
    beforeAll(async () => {
      disk = new FailingDisk();
      path = join(tempFolder(), 'f.log');
      writeFileSync(path, content);
      server = await startServer({ files: [path], args: ['--no-cache', '--engine', engine], env: disk.env });
      const file = await server.file();
      expect(file.engine).toBe(engine);
      ({ id } = file);
      await server.indexed(id);
    });
    afterAll(() => disk.close());

    /** A request, made again when its connection was closed for want of use just then. */
    const get = (path: string, init: RequestInit = {}): Promise<Response> =>
      server.fetch(path, init).catch(() => server.fetch(path, init));

    const resume = async (): Promise<void> => {
      const ask = (): Promise<Response> => server.post(`/api/files/${id}/index`, { action: 'resume' });
      await (await ask().catch(ask)).arrayBuffer();
    };

    /** Tries `work` with a failure at every read it makes (in `npm test` at every one of the first); returns about how many that were. */
    async function sweep(failure: Failure, work: () => Promise<void>): Promise<number> {
      let clean = 0;
      for (let at = 1; ; at += effort(Math.ceil(at / 8), 1)) {
        disk.fail(path, at, failure);
        await work();
        clean = disk.heal() === 0 ? clean + 1 : 0;
        // Threads do not always share the work alike.
        if (clean === 2) return at;
      }
    }

    async function expectRight(): Promise<void> {
      // A read that ends early may look like a cut, and begin a new generation whose scan then meets the failure.
      await resume();
      await server.indexed(id);
      const response = await get(`/api/files/${id}/bytes?offset=777&length=200000`);
      expect(response.status).toBe(200);
      expect(Buffer.from(await response.arrayBuffer()).equals(content.subarray(777, 200_777))).toBe(true);
      expect(server.alive).toBe(true);
    }

    /** An error that names what the system said and that only this request failed. */
    async function expectUnreadable(response: Response, { how }: Failure): Promise<void> {
      // A file that ends early has been cut, as far as anybody can tell.
      if (response.status === 409 && how === 'end') return;
      expect(response.status).toBe(502);
      const { error } = (await response.json()) as ErrorReply;
      expect(error).toMatchObject({ code: 'unreadable', value: how === 'end' ? 'EIO' : how });
    }

    const mustSucceed = ({ how }: Failure): boolean => how === 'short' || how === 'EINTR';

    it.each(FAILURES)('a window of bytes: $how, $when', async (failure) => {
      const reads = await sweep(failure, async () => {
        const response = await get(`/api/files/${id}/bytes?offset=1000000&length=300000`);
        if (mustSucceed(failure) || response.status === 200) {
          expect(response.status).toBe(200);
          expect(Buffer.from(await response.arrayBuffer()).equals(content.subarray(1_000_000, 1_300_000))).toBe(true);
        } else await expectUnreadable(response, failure);
      });
      expect(reads).toBeGreaterThan(2);
      await expectRight();
    });

    it.each(FAILURES)('lines: $how, $when', async (failure) => {
      await sweep(failure, async () => {
        const response = await get(`/api/files/${id}/lines?start=70000&count=3000`);
        if (mustSucceed(failure) || response.status === 200) {
          expect(response.status).toBe(200);
          const { lines, exact } = (await response.json()) as LinesReply;
          expect(lines.length).toBeGreaterThan(0);
          if (exact) expect(lines[0]?.line).toBe(70_000);
          for (const { line, offset, text } of lines) {
            if (line !== null) expect(line).toBe(offset / LINE.length);
            expect(`${text}\n`).toBe(lineText(offset / LINE.length));
          }
        } else await expectUnreadable(response, failure);
      });
      await expectRight();
    });

    it.each(FAILURES)('a download: $how, $when', async (failure) => {
      await sweep(failure, async () => {
        const headers = { range: 'bytes=500000-2000000' };
        const response = await server.fetch(`/api/files/${id}/content`, { headers }).catch(() => null);
        // Torn before its head was on the way.
        if (response === null) {
          expect(mustSucceed(failure)).toBe(false);
          return;
        }
        if (response.status >= 400) return expectUnreadable(response, failure);
        expect(response.status).toBe(206);
        // Whole and right, or torn: never shorter than its head says.
        const body = await response.arrayBuffer().catch(() => null);
        if (mustSucceed(failure)) expect(body).not.toBeNull();
        if (body) expect(Buffer.from(body).equals(content.subarray(500_000, 2_000_001))).toBe(true);
      });
      await expectRight();
    });

    it.each(FAILURES)('the line scan: $how, $when', async (failure) => {
      let stopped = 0;
      let bytes = other;
      let { generation } = await server.file();
      await sweep(failure, async () => {
        // Another generation, so that it is scanned anew; finding that out takes reads as well.
        writeFileSync(path, bytes, { flag: 'r+' });
        bytes = bytes === other ? content : other;
        const { index } = await scanned(generation);
        if (index.complete) expect(index).toMatchObject({ lines: LINES, scannedBytes: content.length, error: null });
        else {
          stopped++;
          expect(mustSucceed(failure), index.error ?? '').toBe(false);
          expect(index.error).toMatch(/^The scan for lines stopped: .* at offset \d+/);
          // What is counted is right as far as it goes.
          expect(index.lines).toBe(Math.ceil(index.scannedBytes / LINE.length));
        }
        disk.heal();
        await resume();
        const whole = await scanned(0);
        expect(whole.index).toMatchObject({ complete: true, lines: LINES, error: null });
        ({ generation } = whole);
      });
      if (failure.how === 'EIO') expect(stopped).toBeGreaterThan(0);
      writeFileSync(path, content, { flag: 'r+' });
      await expectRight();
    });

    /** The file when the scan of a generation after `before` has ended, with success or not. */
    async function scanned(before: number): Promise<FileInfo> {
      for (let waited = 0; waited < 20_000; waited += 10) {
        const file = await server.json<FileInfo>(`/api/files/${id}`);
        if (file.generation > before && (file.index.complete || file.index.error !== null)) return file;
        await sleep(10);
      }
      throw new Error('the scan neither ended nor failed');
    }

    it.each(FAILURES)('a search: $how, $when', async (failure) => {
      let incomplete = 0;
      const base = `/api/files/${id}/searches`;
      await sweep(failure, async () => {
        const response = await server.post(base, { kind: 'text', pattern: NEEDLE });
        expect(response.status).toBe(201);
        const { id: sid } = (await response.json()) as { id: string };
        const status = await searched(`${base}/${sid}`);
        expect(status.hits).toBeLessThanOrEqual(needles);
        if (status.error) {
          incomplete++;
          expect(mustSucceed(failure), status.error.message).toBe(false);
          expect(status.error.message).toMatch(/cannot be read|ended early|stopped/);
        } else if (status.stale) expect(failure.how).toBe('end');
        else expect(status).toMatchObject({ complete: true, hits: needles });
        const hits = await server.fetch(`${base}/${sid}/hits?start=40&count=8`);
        if (hits.status === 200) {
          for (const { offset, line } of ((await hits.json()) as SearchHitsReply).hits) {
            expect(content.toString('latin1', offset, offset + NEEDLE.length)).toBe(NEEDLE);
            if (line !== null) expect(line).toBe(Math.floor(offset / LINE.length));
          }
        } else await hits.arrayBuffer();
        await server.fetch(`${base}/${sid}`, { method: 'DELETE' });
      });
      if (failure.how === 'EIO') expect(incomplete).toBeGreaterThan(0);
      await expectRight();
    });

    async function searched(at: string): Promise<SearchStatus> {
      for (let waited = 0; waited < 20_000; waited += 10) {
        const status = await server.json<SearchStatus>(at);
        if (!status.running) return status;
        await sleep(10);
      }
      throw new Error('the search did not end');
    }

    it('is the same process, which said nothing', () => {
      expect(server.alive).toBe(true);
      expect(server.stderr).toBe('');
    });
  },
  effort(120_000, 600_000),
);

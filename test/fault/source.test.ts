/** A file that is cut and rewritten, and a disk that fails, under the reader: it lives, and shows nothing false. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileSource } from '../../server/source/fileSource.ts';
import { fileStat } from '../../server/source/fileStat.ts';
import { FileState } from '../../server/source/fileState.ts';
import { addressOf, openLibrary } from '../../server/source/foreign.ts';
import { SourceError, StaleReadError } from '../../server/source/source.ts';
import { tempFolder } from '../helpers/files.ts';
import { enginesUnderTest, seededRandom } from '../helpers/sources.ts';

const SIZE = 400_000;

/**
 * Empties the file and fills it again with one byte value, a new one each time and never 0: at every moment the file is
 * uniform, so a window that is not holds bytes of two generations, and a 0 is a page that was not there.
 */
const rewriter = `
import { ftruncateSync, openSync, writeSync } from 'node:fs';
const fd = openSync(process.argv[2], 'r+');
const until = Date.now() + Number(process.argv[3]);
for (let round = 1; Date.now() < until; round++) {
  const bytes = Buffer.alloc(${SIZE}, 1 + (round % 250));
  ftruncateSync(fd, 0);
  for (let at = 0; at < bytes.length; at += 50_000) writeSync(fd, bytes, at, 50_000, at);
  const pause = Date.now() + (round % 4);
  while (Date.now() < pause);
}
`;

function rewrite(path: string, ms: number): { child: ChildProcess; ended: Promise<number | null> } {
  const script = join(tempFolder(), 'rewriter.mjs');
  writeFileSync(script, rewriter);
  const child = spawn(process.execPath, [script, path, String(ms)], { stdio: 'inherit' });
  return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

describe.each(enginesUnderTest())('$title', ({ open }) => {
  it('shows only whole states of a file that is emptied and refilled in a loop', async () => {
    const path = join(tempFolder(), 'f');
    writeFileSync(path, Buffer.alloc(SIZE, 251));
    const source = await open(path);
    const { pid } = process;
    const { child, ended } = rewrite(path, 2_500);
    let running = true;
    void ended.then(() => {
      running = false;
    });
    const random = seededRandom(13);
    let whole = 0;
    const reader = async () => {
      const target = Buffer.alloc(150_000);
      while (running) {
        const offset = Math.floor(random() * SIZE);
        const wanted = target.subarray(0, 1 + Math.floor(random() * target.length));
        try {
          const count = await source.read(offset, wanted);
          if (count > 0) {
            const found = wanted.subarray(0, count);
            if (found[0] === 0) throw new Error(`a zero is shown at ${offset}`);
            const other = found.findIndex((byte) => byte !== found[0]);
            if (other >= 0) throw new Error(`${found[0]} and ${found[other]} in one window at ${offset}`);
            whole++;
          }
        } catch (error) {
          if (!(error instanceof StaleReadError)) throw error;
        }
        await delay(0);
      }
    };
    await Promise.all([reader(), reader(), reader()]);
    expect(await ended).toBe(0);
    expect(child.pid).not.toBe(pid);
    expect(process.pid).toBe(pid);
    expect(whole).toBeGreaterThan(100);
    expect(source.generation).toBeGreaterThan(10);

    // Afterwards all is quiet and readable, and the generation stays.
    await delay(300);
    source.refresh();
    const { generation } = source;
    const rest = Buffer.alloc(SIZE);
    expect(await source.read(0, rest)).toBe(SIZE);
    expect(rest.every((byte) => byte === rest[0] && byte !== 0)).toBe(true);
    expect(source.generation).toBe(generation);
    source.close();
  });

  it('follows a file that is appended to all the time, in one generation', async () => {
    const path = join(tempFolder(), 'log');
    writeFileSync(path, '');
    const source = await open(path);
    const script = join(tempFolder(), 'appender.mjs');
    writeFileSync(
      script,
      `import { openSync, writeSync } from 'node:fs';
       const fd = openSync(process.argv[2], 'a');
       const until = Date.now() + 1500;
       for (let i = 0; Date.now() < until; i++) writeSync(fd, String(i % 10 ** 9).padStart(9, '0') + '\\n');`,
    );
    const child = spawn(process.execPath, [script, path], { stdio: 'inherit' });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let running = true;
    void ended.then(() => {
      running = false;
    });
    let checked = 0;
    const target = Buffer.alloc(65_536);
    while (running) {
      source.refresh();
      const offset = Math.max(0, source.size - 30_000);
      const start = offset - (offset % 10);
      const count = await source.read(start, target);
      const text = target.toString('latin1', 0, count - (count % 10));
      for (let at = 0; at < text.length; at += 10) {
        if (Number(text.slice(at, at + 9)) !== (start + at) / 10) throw new Error(`wrong line at ${start + at}`);
        checked++;
      }
      await delay(0);
    }
    expect(await ended).toBe(0);
    expect(checked).toBeGreaterThan(1_000);
    expect(source.generation).toBe(1);
    source.close();
  });
});

describe.runIf(process.platform === 'linux')('a read that fails', () => {
  it('is an error of that window alone: EIO, and then bytes again', async () => {
    // The memory of this process as a file: the one disk that fails where it is told to, with the system's own EIO.
    if (!openLibrary(null)) throw new Error('koffi does not load');
    const good = Buffer.from(new ArrayBuffer(8_192)).fill('good');
    const address = addressOf(good);
    const fd = openSync('/proc/self/mem', 'r');
    const source = new FileSource(fd, new FileState(fd, fileStat(fd, BigInt(2 ** 52))), null);
    onTestFinished(() => source.close());
    const target = Buffer.alloc(4_096);
    expect(await source.read(address, target)).toBe(4_096);
    expect(target.equals(good.subarray(0, 4_096))).toBe(true);
    for (let i = 0; i < 3; i++) {
      const error: unknown = await source.read(4_096, target).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(SourceError);
      expect(error).toMatchObject({ code: 'EIO', message: expect.stringContaining('4096 bytes at 4096') });
    }
    expect(await source.read(address + 4_096, target)).toBe(4_096);
    expect(target.equals(good.subarray(4_096))).toBe(true);
    expect(source.generation).toBe(1);
  });

  it('names what the system said', async () => {
    const fd = openSync(tempFolder(), 'r');
    const source = new FileSource(fd, new FileState(fd, fileStat(fd, 100n)), null);
    await expect(source.read(0, new Uint8Array(10))).rejects.toMatchObject({ name: 'SourceError', code: 'EISDIR' });
    source.close();
    expect(() => closeSync(fd)).toThrow('EBADF');
  });
});

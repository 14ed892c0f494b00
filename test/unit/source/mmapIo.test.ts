/** The optional engine: what it does wrong alone, and that nothing of it reaches a reader. */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadMmapIo } from '../../../server/source/mmapIo.ts';
import { openSource } from '../../../server/source/open.ts';
import { OpenError } from '../../../server/source/openError.ts';
import { sparseFile, tempFolder } from '../../helpers/files.ts';
import { mmapIoInstalled } from '../../helpers/sources.ts';

const GiB = 2 ** 30;
const installed = mmapIoInstalled();

/** 10 GiB whose bytes at n GiB spell `GBn`. */
function tenGiB(): string {
  const patches = Array.from({ length: 10 }, (_, n) => ({ offset: n * GiB, bytes: `GB${n}` }));
  return sparseFile(join(tempFolder(), 'ten'), 10 * GiB, patches);
}

async function spelt(path: string, engine: 'map' | 'cached' | 'read' | 'mmap-io'): Promise<string[]> {
  const source = await openSource(path, engine);
  const found: string[] = [];
  for (let n = 0; n < 10; n++) {
    const target = Buffer.alloc(3);
    await source.read(n * GiB, target);
    found.push(target.toString());
  }
  source.close();
  return found;
}

it(`asks for the package in one line when it is missing${installed ? '' : ' (mmap-io is not installed: only this is tested)'}`, async () => {
  const before = process.env.BIGVIEW_MMAP_IO;
  onTestFinished(() => {
    if (before === undefined) delete process.env.BIGVIEW_MMAP_IO;
    else process.env.BIGVIEW_MMAP_IO = before;
  });
  process.env.BIGVIEW_MMAP_IO = tempFolder();
  const error: unknown = await openSource(tenGiB(), 'mmap-io').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OpenError);
  expect((error as OpenError).message).toBe(
    'engine mmap-io: @riaskov/mmap-io is not installed; npm install @riaskov/mmap-io, or use --engine map',
  );
});

it.each(['map', 'cached', 'read'] as const)('%s tells the gibibytes apart', async (engine) => {
  expect(await spelt(tenGiB(), engine)).toEqual(Array.from({ length: 10 }, (_, n) => `GB${n}`));
});

describe.runIf(installed)('mmap-io', () => {
  it('as published gives the bytes of offset 0 at 4 GiB; behind the guard it does not', async () => {
    const path = tenGiB();
    const mmapIo = loadMmapIo();
    const fd = openSync(path, 'r');
    onTestFinished(() => closeSync(fd));
    const mapped = (offset: number) =>
      mmapIo.map(4096, mmapIo.PROT_READ, mmapIo.MAP_SHARED, fd, offset).toString('latin1', 0, 3);
    expect(mapped(GiB)).toBe('GB1');
    expect(mapped(4 * GiB)).toBe('GB0');
    expect(mapped(5 * GiB)).toBe('GB1');
    expect(await spelt(path, 'mmap-io')).toEqual(Array.from({ length: 10 }, (_, n) => `GB${n}`));
  });

  it('is used below 2 GiB, to the last byte', async () => {
    const path = sparseFile(join(tempFolder(), 'edge'), 4 * GiB, [{ offset: 2 * GiB - 3, bytes: 'abcdef' }]);
    const source = await openSource(path, 'mmap-io');
    expect(source.engine).toBe('mmap-io');
    const target = Buffer.alloc(6);
    for (const [offset, length, expected] of [
      [2 * GiB - 3, 3, 'abc'],
      [2 * GiB - 3, 6, 'abcdef'],
      [2 * GiB, 3, 'def'],
    ] as const) {
      expect(await source.read(offset, target.subarray(0, length))).toBe(length);
      expect(target.toString('latin1', 0, length)).toBe(expected);
    }
    source.close();
  });
});

import { afterEach, expect, it, vi } from 'vitest';
import { OpenFile } from '../../../server/files/openFile.ts';
import { MemorySource } from '../../helpers/memorySource.ts';

let lookups = 0;
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  // As on a network folder whose server is gone.
  stat: () => {
    lookups++;
    return new Promise(() => undefined);
  },
}));
afterEach(() => void vi.useRealTimers());

it('a path that cannot be looked up takes one thread of the pool, not all of them', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const source = Object.assign(new MemorySource(Buffer.from('a\n')), { engine: 'read' as const });
  const file = OpenFile.at('f', '/nowhere/f', source, () => ({ memory: null, nextData: null }));
  const unlisten = file.listen(() => undefined);
  vi.advanceTimersByTime(60_000);
  expect(lookups).toBe(1);
  unlisten();
  await file.close();
});

it('a file that is closed is not watched, whoever listens', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const source = Object.assign(new MemorySource(Buffer.from('a\n')), { engine: 'read' as const });
  const file = OpenFile.at('f', '/nowhere/f', source, () => ({ memory: null, nextData: null }));
  await file.close();
  file.listen(() => undefined);
  expect(vi.getTimerCount()).toBe(0);
});

it('an account of a file that is rewritten meanwhile is of one state, and comes although that never ends', async () => {
  const source = Object.assign(new MemorySource(Buffer.from('a log\n')), { engine: 'read' as const });
  const file = OpenFile.at('f', '/nowhere/f', source, () => ({ memory: null, nextData: null }));
  expect(await file.info(null)).toMatchObject({ generation: 1, encoding: 'utf-8' });
  const rewrite = (bytes: Buffer): void => {
    source.bytes = bytes;
    source.generation++;
  };
  const asked = file.info(null);
  rewrite(Buffer.from('\ufeffa log\n', 'utf16le'));
  file.look();
  expect(await asked).toMatchObject({ generation: 2, encoding: 'utf-16le' });
  let rewrites = 0;
  const shape = file.content.shape.bind(file.content);
  file.content.shape = () => {
    const before = shape();
    rewrite(Buffer.from(`${rewrites++}\n`));
    return before;
  };
  expect((await file.info(null)).generation).toBeGreaterThan(2);
  await file.close();
});

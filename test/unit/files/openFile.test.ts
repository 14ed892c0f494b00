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

/** Hits that touch an extent, against a plain scan of the same bytes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { SearchExtentReply, SearchReply, SearchStatus } from '../../shared/protocol.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

const SIZE = 200_000;
let server: BigviewServer;
let bytes: Buffer;
let base: string;

beforeAll(async () => {
  // Runs of `a` of many lengths, around the borders of pages, too.
  bytes = Buffer.alloc(SIZE, 'b');
  for (let at = 0, step = 1; at < SIZE; at += step, step = ((step * 7 + 3) % 97) + 1) bytes.write('a', at);
  bytes.fill('a', 65_500, 65_580);
  const path = join(tempFolder(), 'runs.bin');
  writeFileSync(path, bytes);
  server = await startServer({ files: [path] });
  base = `/api/files/${(await server.file()).id}/searches`;
});

async function search(request: unknown): Promise<string> {
  const response = await server.post(base, request);
  const { id } = (await response.json()) as SearchReply;
  const path = `${base}/${id}`;
  await expect.poll(async () => (await server.json<SearchStatus>(path)).complete, { timeout: 10_000 }).toBe(true);
  return path;
}

const inside = (path: string, from: number, to: number, count: number): Promise<SearchExtentReply> =>
  server.json(`${path}/hits?from=${from}&to=${to}&count=${count}&lines=0`);

it.each([
  [
    'an expression',
    { kind: 'regex', pattern: 'a+', over: 'bytes' },
    () => [...bytes.toString('latin1').matchAll(/a+/g)].map((match) => [match.index, match[0].length] as const),
  ],
  [
    'numbers inside each other',
    { kind: 'number', pattern: `0x${'61'.repeat(8)}`, numberType: 'u64' },
    () =>
      Array.from({ length: SIZE }, (_, at) => at)
        .filter((at) => bytes.subarray(at, at + 8).toString() === 'a'.repeat(8))
        .map((at) => [at, 8] as const),
  ],
])('%s', async (_name, request, naive) => {
  const all = naive();
  expect(all.length).toBeGreaterThan(50);
  const path = await search(request);
  const extent = fc.oneof(
    fc.tuple(fc.integer({ min: 0, max: SIZE }), fc.integer({ min: 0, max: 3_000 })),
    fc.tuple(fc.integer({ min: 65_480, max: 65_600 }), fc.integer({ min: 0, max: 40 })),
  );
  await fc.assert(
    fc.asyncProperty(extent, fc.integer({ min: 1, max: 200 }), async ([from, length], count) => {
      const to = from + length;
      const expected = all.filter(([offset, bytesOfHit]) => offset < to && offset + bytesOfHit > from);
      const reply = await inside(path, from, to, count);
      expect(reply.hits.map((hit) => [hit.offset, hit.length])).toEqual(expected.slice(0, count));
      expect(reply).toMatchObject({ more: expected.length > count, exact: true, total: all.length });
      const [first] = expected;
      if (first) expect(all[reply.start]).toEqual(first);
    }),
    { numRuns: 150 },
  );
});

it('asks for both ends, in order, and nothing that belongs to another question', async () => {
  const path = await search({ kind: 'bytes', pattern: '61 61' });
  const wrong = async (query: string): Promise<unknown> => (await server.error(`${path}/hits?${query}`)).parameter;
  expect(await wrong('from=5&count=1')).toBe('to');
  expect(await wrong('from=5&to=4&count=1')).toBe('to');
  expect(await wrong('from=5&to=9&count=0')).toBe('count');
  expect(await wrong('from=5&to=9&count=1&start=3')).toBe('start');
  expect(await wrong('start=5&to=9&count=1')).toBe('to');
  expect(await wrong('near=5&from=9')).toBe('from');
});

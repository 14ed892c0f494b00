/** What a client of one run may rely on when it meets the next one at the same port. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type FileInfo, type FilesReply, RUN_HEADER } from '../../shared/protocol.ts';
import { tempFolder } from '../helpers/files.ts';
import { startServer } from '../helpers/server.ts';

it('a path keeps its id over runs, two arguments of one path differ, and no id tells the path', async () => {
  const folder = tempFolder();
  for (const name of ['a.log', 'b.log']) writeFileSync(join(folder, name), `${name}\n`);
  const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
  const first = await startServer({ files: [a, b, a] });
  const ids = (await first.files()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(3);
  for (const id of ids) expect(id).toMatch(/^[\w-]{12}$/);
  await first.stop();
  // By another way of naming it, and in another order.
  const second = await startServer({ files: ['b.log', './a.log', 'a.log'], cwd: folder });
  expect((await second.files()).map(({ id }) => id)).toEqual([ids[1], ids[0], ids[2]]);
});

it('a request that is meant for another run is refused on every route, whatever it asks', async () => {
  const folder = tempFolder();
  const path = join(folder, 'a.log');
  writeFileSync(path, 'old\n');
  const args = ['--token', 'one-token-for-both-runs'];
  const first = await startServer({ files: [path], args });
  const before = await first.json<FilesReply>('/api/files');
  await first.stop();
  writeFileSync(path, 'new\n');
  const second = await startServer({ files: [path], args });
  const after = await second.json<FilesReply>('/api/files');
  expect(after.run).not.toBe(before.run);
  const [file] = after.files;
  expect(file?.id).toBe(before.files[0]?.id);
  // Both runs begin to count at the same generation: the number alone would let old and new bytes be mixed.
  expect(file?.generation).toBe(before.files[0]?.generation);

  const asked = { headers: { [RUN_HEADER]: before.run } };
  const at = `/api/files/${file?.id}`;
  for (const route of ['', '/bytes?offset=0&length=4&generation=1', '/lines?start=0&count=1', '/events', '/content']) {
    expect(await second.error(`${at}${route}`, asked)).toMatchObject({ status: 409, code: 'other-run' });
  }
  const search = await second.post(`${at}/searches`, { kind: 'text', pattern: 'x' }, asked);
  expect(search.status).toBe(409);
  const mine = { headers: { [RUN_HEADER]: after.run } };
  expect(await (await second.fetch(`${at}/bytes?offset=0&length=4&generation=1`, mine)).text()).toBe('new\n');
  // Who names no run is answered as always.
  expect(await (await second.fetch(`${at}/bytes?offset=0&length=4`)).text()).toBe('new\n');
});

it('of two accounts of a file the later one has the larger number', async () => {
  const path = join(tempFolder(), 'a.log');
  writeFileSync(path, 'x\n');
  const server = await startServer({ files: [path] });
  const { id, told } = await server.file();
  const next = await server.json<FileInfo>(`/api/files/${id}`);
  expect(next.told).toBeGreaterThan(told);
});

/**
 * What else becomes of files while they are looked at: rotated in a storm, rewritten in place with the same size and the same
 * times, deleted, shut. The bytes shown are those of the opened file, and who asks is told what has happened.
 */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { EngineName, FileInfo } from '../../shared/protocol.ts';
import { effort } from '../helpers/effort.ts';
import { patternBytes, patternFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { seededRandom } from '../helpers/sources.ts';
import { usageOf } from '../helpers/usage.ts';

const ENGINES: readonly EngineName[] = ['cached', 'map', 'read'];
const ROTATIONS = effort(150, 3_000);
const REWRITES = effort(24, 600);
const SIZE = 200_000;
/** Files before the present one that stay open. */
const KEPT = 8;
/** Noticed within a second, and some for a busy machine. */
const NOTICE_MS = 5_000;

async function start(path: string, engine: EngineName): Promise<{ server: BigviewServer; id: string; bytes: Bytes }> {
  const server = await startServer({ files: [path], args: ['--no-cache', '--engine', engine] });
  const { id } = await server.file();
  const bytes: Bytes = async (offset, length) => {
    const response = await server.fetch(`/api/files/${id}/bytes?offset=${offset}&length=${length}`);
    const generation = Number(response.headers.get('x-bigview-generation'));
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return { generation, found: Buffer.from(await response.arrayBuffer()) };
  };
  return { server, id, bytes };
}
type Bytes = (offset: number, length: number) => Promise<{ generation: number; found: Buffer }>;

/** All lines are of the same file, the last one perhaps cut. */
function isOneFile(bytes: Buffer): boolean {
  const first = bytes.subarray(0, bytes.indexOf(10) + 1);
  return first.length > 0 && bytes.equals(Buffer.alloc(bytes.length, first));
}

async function until(server: BigviewServer, id: string, test: (file: FileInfo) => boolean): Promise<FileInfo> {
  const last = performance.now() + NOTICE_MS;
  for (;;) {
    const file = await server.json<FileInfo>(`/api/files/${id}`);
    if (test(file)) return file;
    if (performance.now() > last) throw new Error(`not seen: ${JSON.stringify(file)}`);
    await sleep(20);
  }
}

describe.each(ENGINES)('%s', (engine) => {
  it(`shows the opened file through ${ROTATIONS} rotations`, async () => {
    const path = patternFile(join(tempFolder(), 'rotated.log'), SIZE);
    const { server, id, bytes } = await start(path, engine);
    const listener = new AbortController();
    const events = await server.fetch(`/api/files/${id}/events`, { signal: listener.signal });
    void events.text().catch(() => undefined);
    await bytes(0, 100);
    // Its threads start now, not later by themselves.
    await server.post(`/api/files/${id}/searches`, { kind: 'bytes', pattern: '00' });
    await sleep(300);
    const before = usageOf(server.pid);
    const random = seededRandom(31);
    for (let n = 0; n < ROTATIONS; n++) {
      // The oldest of five goes, as with logrotate: the opened file has no name any more after that.
      for (let k = 4; k > 0; k--) {
        try {
          renameSync(`${path}.${k}`, `${path}.${k + 1}`);
        } catch {
          // Not so many yet.
        }
      }
      renameSync(path, `${path}.1`);
      rmSync(`${path}.5`, { force: true });
      writeFileSync(path, Buffer.alloc(1_000 + (n % 1_000), 'new '));
      if (n % 10 > 0) continue;
      const offset = Math.floor(random() * SIZE);
      const { generation, found } = await bytes(offset, 5_000);
      expect(generation).toBe(1);
      expect(found.equals(patternBytes(offset, Math.min(5_000, SIZE - offset)))).toBe(true);
    }
    expect(await until(server, id, (file) => file.pathState === 'replaced')).toMatchObject({
      size: SIZE,
      generation: 1,
      error: null,
    });
    rmSync(path);
    await until(server, id, (file) => file.pathState === 'missing');
    expect((await bytes(0, SIZE)).found.equals(patternBytes(0, SIZE))).toBe(true);
    const after = usageOf(server.pid);
    expect(after.descriptors).toBeLessThanOrEqual(before.descriptors + 2);
    expect(after.mappings).toBeLessThan(before.mappings + 60);
    listener.abort();
    expect(server.alive).toBe(true);
    expect(server.stderr).toBe('');
  });

  it.runIf(effort(0, 1) > 0 || engine === 'cached')(
    `follows the name through ${ROTATIONS} rotations, and keeps no descriptor of those that are gone`,
    async () => {
      const path = join(tempFolder(), 'followed.log');
      writeFileSync(path, 'the first file\n');
      const { server, id } = await start(path, engine);
      const listener = new AbortController();
      void (await server.fetch(`/api/files/${id}/events`, { signal: listener.signal })).text().catch(() => undefined);
      await server.post(`/api/files/${id}/searches`, { kind: 'bytes', pattern: '00' });
      await sleep(300);
      let before = usageOf(server.pid);
      const random = seededRandom(43);
      let content = Buffer.alloc(0);
      for (let n = 0; n < ROTATIONS; n++) {
        renameSync(path, `${path}.1`);
        // Sometimes there is nothing under the name for a while, and sometimes what is there is no file to be opened.
        if (n % 7 === 0) await sleep(random() * 60);
        if (n % 50 === 49) {
          mkdirSync(path);
          const refused = await server.post(`/api/files/${id}/reopen`, {});
          expect(refused.status).toBe(409);
          await refused.arrayBuffer();
          rmSync(path, { recursive: true });
        }
        content = Buffer.alloc(2_000 + Math.floor(random() * 60_000), `file ${n} of many\n`);
        writeFileSync(path, content);
        if (n % 3 === 0) await sleep(random() * 50);
        const reopened = await server.post(`/api/files/${id}/reopen`, {});
        await reopened.arrayBuffer();
        expect(reopened.status).toBe(200);
        // As many files before it as are kept.
        if (n === KEPT + 2) before = usageOf(server.pid);
        const response = await server.fetch(`/api/files/${id}/bytes?offset=0&length=100000`);
        const body = Buffer.from(await response.arrayBuffer());
        if (response.status === 200) expect(body.length === 0 || isOneFile(body)).toBe(true);
        else expect([409, 416]).toContain(response.status);
      }
      await (await server.post(`/api/files/${id}/reopen`, {})).arrayBuffer();
      await until(server, id, (file) => file.size === content.length && file.pathState === 'current');
      const response = await server.fetch(`/api/files/${id}/bytes?offset=0&length=100000`);
      expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true);
      await expect
        .poll(() => usageOf(server.pid).descriptors, { timeout: 10_000 })
        .toBeLessThanOrEqual(before.descriptors + 3);
      expect(usageOf(server.pid).mappings).toBeLessThan(before.mappings + 150);
      listener.abort();
      expect(server.alive).toBe(true);
      expect(server.stderr).toBe('');
    },
    effort(120_000, 900_000),
  );

  it(`notices each of ${REWRITES} rewrites of the same size, mtime set back or not`, async () => {
    const path = join(tempFolder(), 'state.bin');
    const content = Buffer.from(patternBytes(0, SIZE));
    writeFileSync(path, content);
    const past = new Date(2_020_000_000);
    utimesSync(path, past, past);
    const { server, bytes } = await start(path, engine);
    const fd = openSync(path, 'r+');
    const random = seededRandom(37);
    const places = [
      { offset: 0, length: 4_000 },
      { offset: SIZE - 4_000, length: 4_000 },
      { offset: SIZE / 2, length: 5_000 },
      { offset: 0, length: SIZE },
    ];
    let { generation } = await bytes(0, 1);
    for (let n = 0; n < REWRITES; n++) {
      const { offset, length } = places[n % places.length] ?? { offset: 0, length: 1 };
      content.fill(1 + Math.floor(random() * 255), offset, offset + length);
      const { atime, mtime } = statSync(path);
      writeSync(fd, content, offset, length, offset);
      if (n % 2 === 0) utimesSync(path, atime, mtime);
      // At once the bytes are those of the file; that older ones are worthless is said within the second.
      expect((await bytes(0, SIZE)).found.equals(content), `rewrite ${n}`).toBe(true);
      const last = performance.now() + NOTICE_MS;
      for (let now = generation; now === generation; { generation: now } = await bytes(offset, 10)) {
        if (performance.now() > last) throw new Error(`rewrite ${n} of ${length} bytes at ${offset} was not noticed`);
        await sleep(15);
      }
      ({ generation } = await bytes(0, 1));
    }
    closeSync(fd);
    expect(server.alive).toBe(true);
    expect(server.stderr).toBe('');
  });

  it('reads on when the file is deleted or shut', async () => {
    const folder = tempFolder();
    const path = patternFile(join(folder, 'gone'), SIZE);
    const { server, id, bytes } = await start(path, engine);
    chmodSync(path, 0);
    expect((await bytes(0, SIZE)).found.equals(patternBytes(0, SIZE))).toBe(true);
    chmodSync(folder, 0);
    await sleep(400);
    expect((await bytes(5, 100)).found.equals(patternBytes(5, 100))).toBe(true);
    chmodSync(folder, 0o700);
    const listener = new AbortController();
    void (await server.fetch(`/api/files/${id}/events`, { signal: listener.signal })).text().catch(() => undefined);
    rmSync(folder, { recursive: true });
    const file = await until(server, id, ({ pathState }) => pathState === 'missing');
    expect(file).toMatchObject({ size: SIZE, generation: 1, error: null });
    expect((await bytes(0, SIZE)).found.equals(patternBytes(0, SIZE))).toBe(true);
    listener.abort();
    expect(server.stderr).toBe('');
  });
});

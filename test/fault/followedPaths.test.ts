/** Paths that the server follows by itself: every file that gets one is shown, and those before stay, with no page to ask for it. */
import { appendFileSync, chmodSync, chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_ROTATED } from '../../shared/limits.ts';
import type { FileInfo } from '../../shared/protocol.ts';
import { BIGVIEW } from '../helpers/bigview.ts';
import { watchEvents } from '../helpers/events.ts';
import { tempFolder } from '../helpers/files.ts';
import { PIPED_TOKEN, start } from '../helpers/piped.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

interface Place {
  readonly path: string;
  readonly server: BigviewServer;
  readonly id: string;
  /** Gives the path to another file, and waits until the server shows that. */
  rotate(content: string): Promise<FileInfo>;
}

const PATIENCE = { timeout: 5_000 };

async function serving(content: string, args: readonly string[]): Promise<Place> {
  const folder = tempFolder();
  const path = join(folder, 'app.log');
  writeFileSync(path, content);
  const server = await startServer({ files: [path], args });
  const { id } = await server.file();
  let turns = 0;
  const rotate = async (next: string): Promise<FileInfo> => {
    const { switches } = (await server.file()).rotation;
    turns += 1;
    renameSync(path, join(folder, `app.log.${turns}`));
    writeFileSync(path, next);
    await expect.poll(async () => (await server.file()).rotation.switches, PATIENCE).toBe(switches + 1);
    return server.file();
  };
  return { path, server, id, rotate };
}

const text = async (server: BigviewServer, id: string): Promise<string> =>
  (await server.fetch(`/api/files/${id}/bytes?offset=0&length=1000`)).text();
const follow = (server: BigviewServer, id: string, on: unknown): Promise<Response> =>
  server.post(`/api/files/${id}/follow`, { on });

describe('a path that is followed', () => {
  it('loses no file although nobody listens, up to the limit, and says how many went', async () => {
    const { server, id, rotate } = await serving('file 0\n', ['--follow']);
    expect((await server.file()).rotation).toEqual({ followed: true, switches: 0, dropped: 0 });
    const rounds = MAX_ROTATED + 3;
    for (let round = 1; round <= rounds; round++) await rotate(`file ${round}\n`);
    const [now, ...before] = await server.files();
    expect(now?.rotation).toEqual({ followed: true, switches: rounds, dropped: 3 });
    expect(await text(server, id)).toBe(`file ${rounds}\n`);
    expect(before.map(({ role }) => role)).toEqual(Array(MAX_ROTATED).fill('rotated'));
    // The latest first, each tied to those beside it; what went is said to be gone.
    const texts = await Promise.all(before.map((file) => text(server, file.id)));
    expect(texts).toEqual(Array.from({ length: MAX_ROTATED }, (_, n) => `file ${rounds - 1 - n}\n`));
    expect([now, ...before].map((file) => file?.previous?.id)).toEqual([...before.map((file) => file.id), null]);
    expect(before[0]?.next?.id).toBe(id);
  });

  it('is one that a page asks for, until it asks for the opposite', async () => {
    const { path, server, id, rotate } = await serving('one\n', []);
    expect((await server.file()).rotation.followed).toBe(false);
    const events = await watchEvents(server, id);
    renameSync(path, `${path}.0`);
    writeFileSync(path, 'two\n');
    await events.file((file) => file.pathState === 'replaced', 2_000);
    expect(await text(server, id)).toBe('one\n');
    const answer = await follow(server, id, true);
    expect(((await answer.json()) as FileInfo).rotation.followed).toBe(true);
    // At once, with what has the path already.
    await events.file((file) => file.rotation.switches === 1, 2_000);
    expect(await text(server, id)).toBe('two\n');
    events.close();
    await rotate('three\n');
    expect(((await (await follow(server, id, false)).json()) as FileInfo).rotation.followed).toBe(false);
    const late = await watchEvents(server, id);
    renameSync(path, `${path}.9`);
    writeFileSync(path, 'four\n');
    await late.file((file) => file.pathState === 'replaced', 2_000);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(await text(server, id)).toBe('three\n');
    late.close();
  });

  it('is gone on with when what has it can be shown at last', async () => {
    const { path, server, id } = await serving('kept\n', ['--follow']);
    rmSync(path);
    mkdirSync(path);
    await expect.poll(async () => (await server.file()).pathError, PATIENCE).toMatch(/is a directory/);
    expect(await text(server, id)).toBe('kept\n');
    rmSync(path, { recursive: true });
    writeFileSync(path, 'good\n');
    await expect.poll(() => text(server, id), PATIENCE).toBe('good\n');
    expect((await server.files()).length).toBe(2);
  });

  it.skipIf(process.getuid?.() === 0)('is tried again when the file gets its rights later than its name', async () => {
    const { path, server, id } = await serving('kept\n', ['--follow']);
    rmSync(path);
    writeFileSync(path, 'secret\n', { mode: 0 });
    await expect.poll(async () => (await server.file()).pathError, PATIENCE).toMatch(/permission/);
    chmodSync(path, 0o600);
    await expect.poll(() => text(server, id), PATIENCE).toBe('secret\n');
  });

  it.runIf(process.platform === 'linux')(
    'says that it was shut, and is followed on when it is open again',
    async () => {
      const [folder, cache] = [tempFolder(), tempFolder()];
      const path = join(folder, 'app.log');
      writeFileSync(path, 'day 0\n');
      chmodSync(folder, 0o755);
      const args = [BIGVIEW, '--no-open', '--token', PIPED_TOKEN, '--follow', path];
      // Nothing is shut to root.
      const asNobody = ['--reuid', '65534', '--clear-groups', process.execPath, ...args];
      if (process.getuid?.() === 0) chownSync(cache, 65_534, 65_534);
      const { server } = await (process.getuid?.() === 0
        ? start('setpriv', asNobody, 'ignore', cache)
        : start(process.execPath, args, 'ignore', cache));
      const says = async (): Promise<readonly (string | number | null)[]> => {
        const { size, pathState, pathError } = await server.file();
        return [size, pathState, pathError];
      };
      chmodSync(path, 0);
      await expect.poll(says, PATIENCE).toEqual([6, 'current', `${path}: permission denied`]);
      chmodSync(path, 0o644);
      await expect.poll(says, PATIENCE).toEqual([6, 'current', null]);
      chmodSync(folder, 0);
      await expect.poll(says, PATIENCE).toEqual([6, 'current', `${path}: permission denied`]);
      chmodSync(folder, 0o755);
      await expect.poll(says, PATIENCE).toEqual([6, 'current', null]);
      renameSync(path, join(folder, 'app.log.1'));
      writeFileSync(path, 'the next day\n');
      await expect.poll(says, PATIENCE).toEqual([13, 'current', null]);
    },
  );

  it('keeps late lines of the file before, and takes nothing but true or false', async () => {
    const { path, server, id, rotate } = await serving('one\n', ['--follow']);
    await rotate('two\n');
    appendFileSync(`${path}.1`, 'late\n');
    const [, before] = await server.files();
    expect(await text(server, before?.id ?? '')).toBe('one\nlate\n');
    expect((await follow(server, id, 'yes')).status).toBe(400);
    expect((await follow(server, id, undefined)).status).toBe(400);
    expect((await server.post(`/api/files/${id}/follow`, { on: true, path: '/etc/passwd' })).status).toBe(400);
    expect((await follow(server, before?.id ?? '', true)).status).toBe(409);
    expect((await follow(server, 'nobody', true)).status).toBe(404);
    expect((await server.fetch(`/api/files/${id}/follow`)).status).toBe(405);
    expect(server.stderr).toBe('');
  });
});

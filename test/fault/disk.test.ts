/**
 * What is kept on the disk between runs and beside them: a server that is killed while it writes leaves nothing that is believed
 * wrongly, and one that cannot write goes on without.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SearchStatus } from '../../shared/protocol.ts';
import { effort } from '../helpers/effort.ts';
import { tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';
import { seededRandom } from '../helpers/sources.ts';

const KILLS = effort(10, 100);
const LINES = 600_000;
const onLinux = process.platform === 'linux';

/** A log that is large enough for its index to be kept, and old enough to be believed. */
function oldLog(folder: string): string {
  const path = join(folder, 'old.log');
  writeFileSync(path, 'a line of this file\n'.repeat(LINES));
  utimesSync(path, 1.7e9, 1.7e9);
  return path;
}

async function indexOf(server: BigviewServer) {
  return (await server.indexed((await server.file()).id)).index;
}

it(
  `is killed ${KILLS} times while it writes an index, and never believes half of one`,
  async () => {
    const folder = tempFolder();
    const path = oldLog(folder);
    const home = join(folder, 'home');
    const stored = join(home, 'bigview');
    mkdirSync(stored, { recursive: true });
    const random = seededRandom(41);
    const found = { half: 0, whole: 0 };
    for (let n = 0; n < KILLS; n++) {
      const server = await startServer({ files: [path], env: { XDG_CACHE_HOME: home } });
      const begun = new Promise<void>((resolve) => {
        const watcher = watch(stored, () => resolve());
        void server.exited.then(() => watcher.close());
      });
      const index = await indexOf(server);
      expect(index).toMatchObject({ lines: LINES, complete: true, error: null });
      if (index.fromCache) found.whole++;
      // From the first sign of a write on, within the few milliseconds that it takes.
      await Promise.race([begun, sleep(300)]);
      await sleep(random() * 4);
      server.child.kill('SIGKILL');
      await server.exited;
      const names = readdirSync(stored);
      if (names.some((name) => name.endsWith('.tmp'))) found.half++;
      // Half of the time another run begins without any.
      if (random() < 0.5) for (const name of names) if (name.endsWith('.lines')) spawnSync('rm', [join(stored, name)]);
      // As if it had been a long time ago: what is left over then goes.
      for (const name of readdirSync(stored)) utimesSync(join(stored, name), 1e9, 1e9);
    }
    const last = await startServer({ files: [path], env: { XDG_CACHE_HOME: home } });
    expect(await indexOf(last)).toMatchObject({ lines: LINES, complete: true, error: null });
    console.info(`killed ${KILLS} times: ${found.half} left half an index, ${found.whole} began with a whole one`);
  },
  effort(120_000, 1_200_000),
);

describe.runIf(onLinux)('no room, or no right to write', () => {
  /** Fails at the first write, the second time where it is mounted. */
  function fullFolder(): string {
    const folder = join(tempFolder(), 'full');
    mkdirSync(folder);
    if (process.getuid?.() !== 0) return '/proc/self';
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8k', 'none', folder]).status !== 0) return '/proc/self';
    onTestFinished(() => void spawnSync('umount', [folder]));
    return folder;
  }

  it('for the index: it is counted anew each time', async () => {
    const path = oldLog(tempFolder());
    for (const home of [fullFolder(), '/proc/self', '/sys']) {
      for (let run = 0; run < effort(1, 2); run++) {
        const server = await startServer({ files: [path], env: { XDG_CACHE_HOME: home } });
        expect(await indexOf(server)).toMatchObject({ lines: LINES, fromCache: false, error: null });
        await sleep(100);
        expect(server.stderr).toBe('');
        await server.stop();
      }
      if (existsSync(join(home, 'bigview')))
        expect(readdirSync(join(home, 'bigview')).filter((name) => name.endsWith('.lines'))).toEqual([]);
    }
  });

  it('for hits: the search says so, and what it has found stays', async () => {
    const path = join(tempFolder(), 'dense');
    writeFileSync(path, Buffer.alloc(100_000_000, 'a'));
    for (const home of [fullFolder(), '/proc/self']) {
      const server = await startServer({ files: [path], args: ['--no-cache'], env: { XDG_CACHE_HOME: home } });
      const { id } = await server.file();
      const base = `/api/files/${id}/searches`;
      const { id: sid } = (await (await server.post(base, { kind: 'bytes', pattern: '61' })).json()) as {
        id: string;
      };
      let status = await server.json<SearchStatus>(`${base}/${sid}`);
      for (let waited = 0; status.running && waited < 60_000; waited += 50) {
        await sleep(50);
        status = await server.json<SearchStatus>(`${base}/${sid}`);
      }
      expect(status).toMatchObject({
        running: false,
        complete: false,
        error: { message: expect.stringMatching(/^There is no (room|place) for/) },
      });
      expect(status.hits).toBeGreaterThan(1_000_000);
      const response = await server.fetch(`${base}/${sid}/hits?start=0&count=5`);
      expect(response.status).toBe(200);
      expect(server.stderr).toBe('');
      await server.stop();
    }
  });
});

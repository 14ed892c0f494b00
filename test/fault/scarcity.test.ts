/** A system that has nothing left to give: no thread, no descriptor. The server says so where it matters, and lives. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type {
  FileInfo,
  FilesReply,
  FilterReply,
  FilterStatus,
  SearchReply,
  SearchStatus,
} from '../../shared/protocol.ts';
import { patternBytes, patternFile, tempFolder } from '../helpers/files.ts';
import { BIGVIEW, startServer } from '../helpers/server.ts';
import { usageOf } from '../helpers/usage.ts';

const TOKEN = 'a-token-of-twenty-ch';
const START_MS = 10_000;
const NOBODY = '65532';
const has = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

interface Limited {
  get(path: string, body?: unknown): Promise<Response>;
  alive(): boolean;
  threads(): number;
  stop(): Promise<void>;
}

/** The limit on threads is one on a user, and none on root: a user of its own runs it. Null when Node cannot start with so few. */
async function withThreads(limit: number | 'unlimited', path: string): Promise<Limited | null> {
  const user = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
  const limited = `ulimit -u ${limit}; exec "$0" "$@"`;
  const args = [BIGVIEW, '--no-open', '--no-cache', '--token', TOKEN, path];
  const env = { ...process.env, HOME: '/nonexistent', XDG_CACHE_HOME: '/nonexistent' };
  const child = spawn('setpriv', [...user, 'bash', '-c', limited, process.execPath, ...args], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  const started = Promise.race([once(child.stdout, 'data'), ended.then(() => null), sleep(START_MS, null)]);
  const link = String((await started)?.[0] ?? '').replace(/^bigview: |\n$/g, '');
  if (link === '') {
    await stop();
    return null;
  }
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
  return {
    get: (target, body) => {
      const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      return fetch(new URL(link).origin + target, { headers, ...post });
    },
    alive: () => child.exitCode === null && child.signalCode === null,
    threads: () => usageOf(child.pid ?? 0).threads,
    stop,
  };
}

const rootWithTools = process.platform === 'linux' && process.getuid?.() === 0 && has('setpriv');

describe.runIf(rootWithTools)('no thread left', () => {
  it('for the scan, for a search, for a filter: they say so, windows are served, and all goes on when there are some', async ({
    skip,
  }) => {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    const path = patternFile(join(folder, 'f'), 12_000_000);
    chmodSync(path, 0o644);
    let scansStopped = 0;
    let searchesStopped = 0;
    let filtersStopped = 0;
    const free = await withThreads('unlimited', path);
    if (!free) return skip('the checkout cannot be read by another user');
    const own = free.threads();
    await free.stop();
    // From those that Node needs itself to enough for everything.
    for (let limit = own; limit <= own + 8; limit++) {
      const server = await withThreads(limit, path);
      if (!server) continue;
      const { files } = (await (await server.get('/api/files')).json()) as FilesReply;
      const id = files[0]?.id;
      let file: FileInfo | undefined;
      for (let waited = 0; waited < 10_000 && !(file?.index.complete || file?.index.error); waited += 50) {
        await sleep(50);
        file = (await (await server.get(`/api/files/${id}`)).json()) as FileInfo;
      }
      if (file?.index.error) {
        scansStopped++;
        expect(file.index.error).toMatch(/^The scan for lines stopped: the system has no thread left for it/);
      }
      /** What became of a search or a filter once nothing of it is made any more. */
      const outcome = async <T extends { running: boolean }>(what: string): Promise<T | undefined> => {
        let status: T | undefined;
        for (let waited = 0; waited < 10_000 && status?.running !== false; waited += 50) {
          await sleep(50);
          status = (await (await server.get(`/api/files/${id}/${what}`)).json()) as T;
        }
        return status;
      };
      // Rows of two layers take a thread to be combined.
      const layers: { search: string; role: 'include' }[] = [];
      let searchError: SearchStatus['error'] = null;
      for (const pattern of ['01 02', '05 06']) {
        const begun = await server.get(`/api/files/${id}/searches`, { kind: 'bytes', pattern, report: 'lines' });
        expect(begun.status).toBe(201);
        const search = (await begun.json()) as SearchReply;
        layers.push({ search: search.id, role: 'include' });
        const status = await outcome<SearchStatus>(`searches/${search.id}`);
        if (!status?.error) expect(status?.complete).toBe(true);
        else {
          searchError = status.error;
          expect(status.error.message).toMatch(/threads died or could not be started/);
        }
      }
      if (searchError) searchesStopped++;
      const made = await server.get(`/api/files/${id}/filters`, { layers });
      expect(made.status).toBe(201);
      const filter = await outcome<FilterStatus>(`filters/${((await made.json()) as FilterReply).id}`);
      if (searchError) expect(filter?.complete).toBe(false);
      else if (filter?.error) {
        filtersStopped++;
        expect(filter.error.message).toBe('The filter stopped: its threads died or could not be started.');
      } else expect(filter?.complete).toBe(true);
      const window = await server.get(`/api/files/${id}/bytes?offset=1000&length=65536`);
      expect(Buffer.from(await window.arrayBuffer()).equals(patternBytes(1_000, 65_536))).toBe(true);
      // The pools try to start threads by themselves as well.
      await sleep(300);
      expect(server.alive()).toBe(true);
      await server.stop();
      if (!file?.index.error && !searchError && !filter?.error) break;
    }
    expect(scansStopped).toBeGreaterThan(0);
    expect(searchesStopped).toBeGreaterThan(0);
    expect(filtersStopped).toBeGreaterThan(0);
  });
});

describe.runIf(process.platform === 'linux' && has('prlimit'))('no descriptor left', () => {
  it('costs new connections, and nothing else', async () => {
    const folder = tempFolder();
    const path = patternFile(join(folder, 'f'), 1_000_000);
    const server = await startServer({ files: [path], args: ['--no-cache'] });
    const { id } = await server.file();
    const read = async (): Promise<boolean> => {
      const response = await server.fetch(`/api/files/${id}/bytes?offset=5&length=1000`);
      return Buffer.from(await response.arrayBuffer()).equals(patternBytes(5, 1_000));
    };
    expect(await read()).toBe(true);
    const limit = (soft: number): void => {
      expect(spawnSync('prlimit', [`--pid=${server.pid}`, `--nofile=${soft}:`]).status).toBe(0);
    };
    limit(usageOf(server.pid).descriptors + 1);
    const crowd = Array.from({ length: 20 }, () => read().catch(() => false));
    await Promise.race([Promise.all(crowd), sleep(2_000)]);
    expect(server.alive).toBe(true);
    limit(1_024);
    await Promise.all(crowd);
    expect(await read()).toBe(true);
    expect(server.alive).toBe(true);
  });
});

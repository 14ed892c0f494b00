/** What others on the machine can see of bigview, and what they can make it read or do. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FileInfo, SearchStatus } from '../../shared/protocol.ts';
import { effort } from '../helpers/effort.ts';
import { patternBytes, patternFile, tempFolder } from '../helpers/files.ts';
import { BIGVIEW, type BigviewServer, startServer } from '../helpers/server.ts';

const SECRET = 'not for the web';

let server: BigviewServer;
let file: FileInfo;
let log: FileInfo;
let folder: string;
beforeAll(async () => {
  folder = tempFolder();
  writeFileSync(join(folder, 'secret'), SECRET);
  const text = join(folder, 'lines.log');
  writeFileSync(text, `${'a'.repeat(40)}!\n`.repeat(50_000));
  server = await startServer({ files: [patternFile(join(folder, 'given'), 1_000_000), text] });
  [file, log] = (await server.files()) as [FileInfo, FileInfo];
});

describe('what the machine shows of it', () => {
  it.runIf(existsSync('/usr/bin/ss') || existsSync('/bin/ss'))('listens on 127.0.0.1 only, says ss', () => {
    const listening = execFileSync('ss', ['-ltnH'], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.trim().split(/\s+/)[3] ?? '')
      .filter((local) => local.endsWith(`:${server.port}`));
    expect(listening).toEqual([`127.0.0.1:${server.port}`]);
  });

  it.runIf(process.platform === 'linux')(
    'a random token is in no argument and no environment, the browser gets the code',
    async () => {
      const seen = join(folder, 'browser.log');
      const browser = join(folder, 'x-www-browser');
      writeFileSync(
        browser,
        `#!/bin/sh\n{ echo "$0 $*"; tr '\\0' '\\n' < /proc/$PPID/environ; } > '${seen}.$$'\nmv '${seen}.$$' '${seen}'\n`,
      );
      chmodSync(browser, 0o755);
      // No desktop that knows of another browser than ours.
      const data = { XDG_CACHE_HOME: folder, XDG_DATA_HOME: folder, XDG_DATA_DIRS: folder, XDG_CONFIG_HOME: folder };
      const env = { ...process.env, ...data, DISPLAY: ':99', PATH: `${folder}:${process.env.PATH}` };
      const child = spawn(process.execPath, [BIGVIEW, join(folder, 'given')], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      try {
        const link = await new Promise<string>((resolve) => {
          child.stdout.once('data', (part: Buffer) => resolve(String(part).replace(/^bigview: |\n$/g, '')));
        });
        for (let waited = 0; waited < 10_000 && !existsSync(seen); waited += 50) await sleep(50);
        const told = readFileSync(seen, 'utf8');
        const { origin, hash } = new URL(link);
        expect(told).toContain(`${origin}/#code=`);
        const traded = await fetch(`${origin}/api/session`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ code: hash.slice('#code='.length) }),
        });
        const { token } = (await traded.json()) as { token: string };
        expect(token).toMatch(/^[\w-]{43}$/);
        for (const place of [
          told,
          readFileSync(`/proc/${child.pid}/cmdline`, 'latin1'),
          readFileSync(`/proc/${child.pid}/environ`, 'latin1'),
        ])
          expect(place).not.toContain(token);
        expect(await (await fetch(`${origin}/`)).text()).not.toContain(token);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});

describe('other files', () => {
  const names = ['secret', '../secret', 'etc/passwd', '../../../../../../../../etc/passwd', 'proc/self/environ'];
  const disguises: ((name: string) => string)[] = [
    (name) => name,
    (name) => encodeURIComponent(name),
    (name) => encodeURIComponent(encodeURIComponent(name)),
    (name) => name.replaceAll('..', '%2e%2e'),
    (name) => name.replaceAll('/', '%5c'),
    (name) => name.replaceAll('/', '\\'),
    (name) => name.replaceAll('..', '....//'),
    (name) => name.replaceAll('../', '..;/'),
    (name) => name.replaceAll('.', '%c0%ae'),
    (name) => name.replaceAll('.', '%u002e'),
    (name) => `${name}%00.js`,
    (name) => `/${name}`,
    (name) => `file://${name}`,
  ];

  it('cannot be reached by any path', async () => {
    let asked = 0;
    for (const base of [
      '/',
      '/assets/',
      '/api/files/',
      `/api/files/${file.id}/`,
      '/api/downloads/',
      `/api/files/${file.id}/bytes/`,
    ]) {
      for (const name of [...names, `${folder}/secret`]) {
        for (const disguise of disguises) {
          const target = base + disguise(name);
          const reply = await server.raw(
            `GET ${target}?offset=0&length=100 HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n` +
              `Authorization: Bearer ${server.token}\r\nConnection: close\r\n\r\n`,
          );
          expect(`${target} ${reply.slice(9, 12)}`).toMatch(/ 40[0-9]$/);
          expect(reply).not.toMatch(/not for the web|root:|PATH=/);
          asked++;
        }
      }
    }
    expect(asked).toBeGreaterThan(400);
  });

  it('are not opened by what a body names', async () => {
    for (const path of ['downloads', 'searches', 'index']) {
      for (const member of ['path', 'file', 'name', 'url']) {
        const response = await server.post(`/api/files/${file.id}/${path}`, {
          [member]: `${folder}/secret`,
          offset: 0,
          length: 9,
        });
        expect(response.status).toBe(400);
        expect(await response.text()).not.toContain(SECRET);
      }
    }
  });
});

describe('expressions that never end', () => {
  it('are stopped with their reason while windows are served at once', async () => {
    const base = `/api/files/${log.id}/searches`;
    const bombs = ['^(a+)+$', '(?:a+)+\\d', '(a*)*b', '^(?:a|a)+$', '^(a|aa)+$'].slice(0, effort(2, 5));
    const ids = await Promise.all(
      bombs.map(
        async (pattern) => ((await (await server.post(base, { kind: 'regex', pattern })).json()) as { id: string }).id,
      ),
    );
    const waits: number[] = [];
    const until = performance.now() + 25_000;
    let running = ids;
    while (running.length > 0 && performance.now() < until) {
      for (let n = 0; n < 20; n++) {
        const offset = n * 40_000;
        const began = performance.now();
        const response = await server.fetch(`/api/files/${file.id}/bytes?offset=${offset}&length=65536`);
        expect(
          Buffer.from(await response.arrayBuffer()).equals(patternBytes(offset, Math.min(65_536, 1_000_000 - offset))),
        ).toBe(true);
        waits.push(performance.now() - began);
      }
      const states = await Promise.all(ids.map((id) => server.json<SearchStatus>(`${base}/${id}`)));
      running = states.filter((state) => state.running).map((state) => state.id);
      await sleep(50);
    }
    expect(running).toEqual([]);
    const states = await Promise.all(ids.map((id) => server.json<SearchStatus>(`${base}/${id}`)));
    for (const state of states) if (!state.complete) expect(state.error?.message).toMatch(/takes too long/);
    expect(states.some((state) => state.error !== null)).toBe(true);
    waits.sort((a, b) => a - b);
    expect(waits[Math.floor(waits.length * 0.99)]).toBeLessThan(3_000);
    expect(server.alive).toBe(true);
    expect(server.stderr).toBe('');
  });
});

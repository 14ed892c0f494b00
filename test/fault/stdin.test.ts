/** `command | bigview -`: what comes is what is shown, nothing is left behind, and nobody is kept from writing for long. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FileInfo, FilesReply } from '../../shared/protocol.ts';
import { BIGVIEW, type BigviewServer } from '../helpers/bigview.ts';
import { watchEvents } from '../helpers/events.ts';
import { tempFolder } from '../helpers/files.ts';
import { PIPED_TOKEN, piped, start } from '../helpers/piped.ts';
import { smallDisk } from '../helpers/smallDisk.ts';

const TOKEN = PIPED_TOKEN;

async function fileWhen(server: BigviewServer, test: (file: FileInfo) => boolean): Promise<FileInfo> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const file = (await server.files()).find((each) => each.role === 'stdin');
    if (file && test(file)) return file;
    await delay(20);
  }
  throw new Error(`not within 20 s: ${JSON.stringify(await server.files())}`);
}

const contentOf = async (server: BigviewServer, id: string): Promise<Buffer> =>
  Buffer.from(await (await server.fetch(`/api/files/${id}/content`)).arrayBuffer());

const left = (cache: string): readonly string[] => {
  const folder = join(cache, 'bigview', 'input');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('standard input', () => {
  it('is shown from the first moment, and followed as it comes slowly', async () => {
    const { server, child } = await piped(['-'], 'pipe');
    const [file] = await server.files();
    expect(file).toMatchObject({ name: 'stdin', role: 'stdin', size: 0, input: { state: 'open', message: null } });
    const events = await watchEvents(server, file?.id ?? '');
    for (let n = 1; n <= 5; n++) {
      child.stdin?.write(`line ${n}\n`);
      const grown = await events.file(({ size, index }) => size === 7 * n && index.complete, 1_000);
      expect(grown).toMatchObject({ generation: 1, index: { lines: n } });
    }
    child.stdin?.end('no end');
    const ended = await events.file(({ input }) => input?.state === 'ended', 1_000);
    expect(ended.size).toBe(41);
    expect(ended.pathState).toBe('current');
    expect((await contentOf(server, ended.id)).toString()).toBe('line 1\nline 2\nline 3\nline 4\nline 5\nno end');
    // It stays until bigview is ended.
    await delay(300);
    expect(server.alive).toBe(true);
    events.close();
  });

  it('is meant when something is piped in and no file is given, and can stand beside files', async () => {
    const path = join(tempFolder(), 'other');
    writeFileSync(path, 'other\n');
    const alone = await piped([], 'pipe');
    alone.child.stdin?.end('x');
    expect((await fileWhen(alone.server, ({ input }) => input?.state === 'ended')).size).toBe(1);
    const both = await piped([path, '-'], 'pipe');
    expect((await both.server.files()).map(({ name }) => name)).toEqual(['other', 'stdin']);
    both.child.stdin?.end();
    const ended = await fileWhen(both.server, ({ input }) => input?.state === 'ended');
    expect(ended.size).toBe(0);
    expect((await both.server.post(`/api/files/${ended.id}/reopen`, {})).status).toBe(409);
    expect((await both.server.fetch(`/api/files/${ended.id}`, { method: 'DELETE' })).status).toBe(409);
  });

  it('may be any bytes, faster than a disk likes', async () => {
    const bytes = randomBytes(32 << 20);
    const { server, child } = await piped(['-'], 'pipe');
    child.stdin?.end(bytes);
    const { id, size } = await fileWhen(server, ({ input }) => input?.state === 'ended');
    expect(size).toBe(bytes.length);
    expect((await contentOf(server, id)).equals(bytes)).toBe(true);
  });

  it('may be a file, which is kept as it was', async () => {
    const path = join(tempFolder(), 'redirected');
    writeFileSync(path, 'from a file\n'.repeat(100_000));
    const { server } = await piped(['-'], openSync(path, 'r'));
    const { id } = await fileWhen(server, ({ input }) => input?.state === 'ended');
    expect((await contentOf(server, id)).equals(readFileSync(path))).toBe(true);
  });

  it('is kept in a file that only its owner can read and that has no name', async () => {
    const { server, child, cache } = await piped(['-'], 'pipe');
    child.stdin?.write('secret\n');
    await fileWhen(server, ({ size }) => size === 7);
    expect(left(cache)).toEqual([]);
    if (process.platform !== 'linux') return;
    const links = readdirSync(`/proc/${server.pid}/fd`).map((fd) => readlinkSync(`/proc/${server.pid}/fd/${fd}`));
    expect(links.filter((link) => link.endsWith('.input (deleted)')).length).toBe(2);
  });

  it('comes once and at once when the cache folder is removed meanwhile', async () => {
    const { server, child, cache } = await piped(['-'], 'pipe');
    await fileWhen(server, ({ input }) => input?.state === 'open');
    rmSync(join(cache, 'bigview'), { recursive: true });
    child.stdin?.write('one\n');
    await fileWhen(server, ({ size }) => size > 0);
    child.stdin?.end('two\n');
    const { id } = await fileWhen(server, ({ input }) => input?.state === 'ended');
    expect((await contentOf(server, id)).toString()).toBe('one\ntwo\n');
  });

  it('tells the producer only when bigview ends', async () => {
    const folder = tempFolder();
    const script = [
      'import { writeFileSync, writeSync } from "node:fs";',
      'try {',
      '  for (let n = 0; ; n++) {',
      '    writeSync(1, "line " + n + String.fromCharCode(10));',
      '    await new Promise((go) => setTimeout(go, 5));',
      '  }',
      '} catch (error) {',
      `  writeFileSync(${JSON.stringify(join(folder, 'said'))}, error.code);`,
      '}',
    ];
    writeFileSync(join(folder, 'producer.mjs'), script.join('\n'));
    // A pipe of the shell, as those of spawn are sockets.
    const shell = 'exec "$0" "$1" --no-open --token "$2" - < <("$0" "$3")';
    const args = ['-c', shell, process.execPath, BIGVIEW, TOKEN, join(folder, 'producer.mjs')];
    const { server, child, cache } = await start('bash', args, 'ignore', tempFolder());
    await fileWhen(server, ({ size }) => size > 100);
    expect(existsSync(join(folder, 'said'))).toBe(false);
    child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(left(cache)).toEqual([]);
    await expect.poll(() => existsSync(join(folder, 'said')), { timeout: 10_000 }).toBe(true);
    expect(readFileSync(join(folder, 'said'), 'utf8')).toBe('EPIPE');
  });

  it('leaves nothing behind, killed or not, and removes what other systems may leave', async () => {
    const cache = tempFolder();
    const first = await piped(['-'], 'pipe', cache);
    first.child.stdin?.write('x\n');
    await fileWhen(first.server, ({ size }) => size === 2);
    first.child.kill('SIGKILL');
    await first.server.exited;
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    const folder = join(cache, 'bigview', 'input');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${dead}-00ff.input`), 'left');
    writeFileSync(join(folder, `${process.pid}-00ff.input`), 'of one that lives');
    writeFileSync(join(folder, 'mine.txt'), 'not ours');
    const { server } = await piped([join(folder, 'mine.txt')], 'pipe', cache);
    expect(left(cache)).toEqual([`${process.pid}-00ff.input`, 'mine.txt']);
    expect(server.alive).toBe(true);
  });

  it('without a terminal, says how to get a fresh link', async () => {
    const { server, child } = await piped(['-'], 'pipe');
    // The test may run in a terminal, but the process is detached from it.
    await expect.poll(() => server.stderr).toContain(`kill -USR2 ${child.pid}`);
    child.kill('SIGUSR2');
    await expect.poll(() => server.stderr).toMatch(/bigview: http:\/\/127\.0\.0\.1:\d+\/#code=\S+/);
    expect(server.alive).toBe(true);
  });

  it('leaves the terminal to Enter and Ctrl+C', async (context) => {
    // util-linux gives a terminal to the whole pipeline.
    if (spawnSync('script', ['--version']).status !== 0) return context.skip();
    const command = `echo x | ${JSON.stringify(process.execPath)} ${JSON.stringify(BIGVIEW)} --no-open -`;
    const child = spawn('script', ['-qec', `bash -c '${command}'`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', XDG_CACHE_HOME: tempFolder() },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (part: Buffer) => {
      said += part;
    });
    const links = (): number => new Set(said.match(/#code=[\w-]+/g)).size;
    await expect.poll(links, { timeout: 10_000 }).toBe(1);
    child.stdin.write('\n');
    await expect.poll(links, { timeout: 10_000 }).toBe(2);
    expect(said).not.toContain('USR2');
    child.stdin.write('\x03');
    await expect.poll(() => child.exitCode, { timeout: 10_000 }).not.toBeNull();
  });

  it('that cannot be read is an error of one line', () => {
    const run = spawnSync(process.execPath, [BIGVIEW, '--no-open', '-'], {
      stdio: [openSync(tempFolder(), 'r'), 'pipe', 'pipe'],
    });
    expect(run.status).toBe(2);
    expect(run.stderr.toString()).toBe('bigview: standard input is a directory\n');
  });
});

it.runIf(process.platform === 'linux')(
  'waits while the disk is full, loses nothing, and goes on when there is room',
  async (context) => {
    const disk = smallDisk(16);
    if (disk === null) return context.skip();
    const bytes = randomBytes(40 << 20);
    const { server, child } = await piped(['-', '--no-cache'], 'pipe', disk.folder);
    child.stdin?.end(bytes);
    const full = await fileWhen(server, ({ input }) => input?.state === 'full');
    expect(full.input?.message).toBe(`It is kept in ${join(disk.folder, 'bigview', 'input')}.`);
    expect(full.size).toBeGreaterThan(4 << 20);
    expect(full.size).toBeLessThanOrEqual(16 << 20);
    const begin = await server.fetch(`/api/files/${full.id}/bytes?offset=0&length=1000`);
    expect(Buffer.from(await begin.arrayBuffer()).equals(bytes.subarray(0, 1_000))).toBe(true);
    await delay(1_500);
    expect((await server.files())[0]?.input?.state).toBe('full');
    disk.resize(128);
    const { id, size } = await fileWhen(server, ({ input }) => input?.state === 'ended');
    expect(size).toBe(bytes.length);
    expect((await contentOf(server, id)).equals(bytes)).toBe(true);
  },
);

it('the list says to follow it', async () => {
  const { server } = await piped(['--follow', '-'], 'pipe');
  expect((await server.json<FilesReply>('/api/files')).start.follow).toBe(true);
});

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FilesReply } from '../../shared/protocol.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { BIGVIEW, runBigview, startServer } from '../helpers/server.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

function logFile(): string {
  const path = join(tempFolder(), 'a.log');
  writeFileSync(path, 'one\ntwo\n');
  return path;
}

/** A run that must refuse to start: exit 2, one line on stderr, nothing on stdout. */
async function refusal(args: readonly string[]): Promise<string> {
  const run = await runBigview(['--no-open', ...args]);
  expect({ ...run, stderr: '' }).toEqual({ code: 2, signal: null, stdout: '', stderr: '' });
  expect(run.stderr).toMatch(/^bigview: [^\n]+\n$/);
  return run.stderr;
}

describe('what is asked without a file', () => {
  it('--help and --version go to stdout with status 0', async () => {
    const help = await runBigview(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toMatch(/^Usage: bigview \[options\] FILE\.\.\.\n/);
    expect(await runBigview(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('what cannot be started', () => {
  it('wrong usage', async () => {
    expect(await refusal([])).toContain('no file');
    expect(await refusal(['--frob', 'x'])).toContain('--frob');
    expect(await refusal(['--port', 'x', 'y'])).toContain('--port');
  });

  it('files that are not there or not files', async () => {
    const folder = tempFolder();
    expect(await refusal([join(folder, 'none')])).toContain('no such file');
    expect(await refusal([folder])).toContain('directory');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await refusal([join(folder, 'pipe')])).toContain('FIFO');
    expect(await refusal(['/dev/null'])).toContain('device');
    symlinkSync('loop', join(folder, 'loop'));
    expect(await refusal([join(folder, 'loop')])).toContain('links');
    expect(await refusal([logFile(), join(folder, 'none')])).toContain('none');
    expect(await refusal([join(folder, 'a\nb\u001b[31m')])).toContain('a\\nb\\x1b[31m');
  });

  it('a port that is in use, an address that is not ours', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await refusal(['--port', String(port), logFile()])).toContain('in use');
    taken.close();
    expect(await refusal(['--host', '203.0.113.7', logFile()])).toContain('203.0.113.7');
  });
});

describe('a running server', () => {
  it('takes the port of the last run, several at once each their own, and any when that is taken or unknown', async () => {
    const env = { XDG_CACHE_HOME: tempFolder() };
    const files = [logFile()];
    const [first, second] = [await startServer({ files, env }), await startServer({ files, env })];
    expect(second.port).not.toBe(first.port);
    await Promise.all([first.stop(), second.stop()]);
    const again = [await startServer({ files, env }), await startServer({ files, env })];
    expect(again.map(({ port }) => port)).toEqual([first.port, second.port]);
    for (const args of [['--port', '0'], ['--no-cache']]) {
      const other = await startServer({ files, env, args });
      expect([first.port, second.port]).not.toContain(other.port);
    }
    const remembered = join(env.XDG_CACHE_HOME, 'bigview', 'ports');
    expect(JSON.parse(readFileSync(remembered, 'utf8'))).toEqual([first.port, second.port]);
    expect(statSync(remembered).mode & 0o777).toBe(0o600);
    for (const nonsense of ['', '[', '{}', '[0,-1,70000,"8080",22,1.5,null]']) {
      writeFileSync(remembered, nonsense);
      await (await startServer({ files, env })).file();
      expect(JSON.parse(readFileSync(remembered, 'utf8'))).toEqual([expect.any(Number)]);
    }
  });

  it('prints one line with a link, and nothing else', async () => {
    const server = await startServer({ files: [logFile()] });
    await server.file();
    expect(server.stdout).toMatch(/^bigview: http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]{43}\n$/);
    expect(server.stderr).toBe('');
    expect(server.link).not.toContain(server.token);
  });

  it('has all files in the order given, the same twice, and the wished start', async () => {
    const path = logFile();
    const big = sparseFile(join(tempFolder(), 'big.bin'), 2 ** 40, []);
    const server = await startServer({ files: [path, big, path], args: ['--hex', '--offset', '1G'] });
    const reply = await server.json<FilesReply>('/api/files');
    expect(reply.files.map((file) => [file.name, file.path, file.size])).toEqual([
      ['a.log', path, 8],
      ['big.bin', big, 2 ** 40],
      ['a.log', path, 8],
    ]);
    expect(new Set(reply.files.map((file) => file.id)).size).toBe(3);
    expect(reply.start).toEqual({ view: 'hex', offset: 2 ** 30, line: null, follow: false });
    expect(reply.version).toBe(version);
    expect(reply.files.map((file) => file.kind)).toEqual(['text', 'binary', 'text']);
    const lines = await startServer({ files: [path], args: ['--text', '--line', '2'] });
    expect((await lines.json<FilesReply>('/api/files')).start).toEqual({
      view: 'text',
      offset: null,
      line: 1,
      follow: false,
    });
  });

  it('uses the token, port and engine that it is given, relative names and names that begin with a dash', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, '-odd.log'), 'x\n');
    const token = 'a-token-of-twenty-ch';
    const server = await startServer({
      files: [],
      args: ['--token', token, '--engine', 'read', '--', '-odd.log'],
      cwd: folder,
    });
    expect(server.token).toBe(token);
    expect(await server.file()).toMatchObject({ name: '-odd.log', path: join(folder, '-odd.log'), engine: 'read' });
  });

  it.runIf(process.platform === 'linux')('opens a name that is not UTF-8, or holds a line break', async () => {
    const folder = Buffer.from(`${tempFolder()}/`);
    mkdirSync(folder, { recursive: true });
    const name = Buffer.concat([folder, Buffer.from([0x61, 0xff, 0x0a, 0x22, 0x62])]);
    writeFileSync(name, 'found\n');
    // Arguments of spawn are strings; a shell passes the bytes on.
    const quoted = `$'${[...name].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}'`;
    const token = 'a-token-of-twenty-ch';
    const child = spawn('bash', [
      '-c',
      `exec "$0" "$1" --no-open --token ${token} ${quoted}`,
      process.execPath,
      BIGVIEW,
    ]);
    try {
      const link = await new Promise<string>((resolve, reject) => {
        child.stdout.once('data', (part: Buffer) => resolve(String(part).replace(/^bigview: |\n$/g, '')));
        child.stderr.once('data', (part: Buffer) => reject(new Error(String(part))));
      });
      const { origin } = new URL(link);
      const headers = { authorization: `Bearer ${token}` };
      const { files } = (await (await fetch(`${origin}/api/files`, { headers })).json()) as FilesReply;
      expect(files[0]).toMatchObject({ name: 'a\\xff\\n"b', size: 6 });
      const content = await fetch(`${origin}/api/files/${files[0]?.id}/content`, { headers });
      expect(await content.text()).toBe('found\n');
      expect(content.headers.get('content-disposition')).toMatch(
        /^attachment; filename="[\w._-]+"; filename\*=UTF-8''[\w.%-]+$/,
      );
    } finally {
      child.kill('SIGKILL');
    }
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with status 0 on %s, also with streams open',
    async (signal) => {
      const server = await startServer({ files: [logFile()] });
      const { id } = await server.file();
      const events = await server.fetch(`/api/files/${id}/events`);
      const text = events.text();
      const begun = performance.now();
      server.child.kill(signal);
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(performance.now() - begun).toBeLessThan(3_000);
      // The stream came to its end, it was not torn.
      expect((await text).endsWith('\n')).toBe(true);
    },
  );

  it('ends at once on a second signal, though a reply is stuck', async () => {
    const big = sparseFile(join(tempFolder(), 'big.bin'), 2 ** 40, []);
    const server = await startServer({ files: [big] });
    const { id } = await server.file();
    const stuck = await server.fetch(`/api/files/${id}/content`);
    server.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.child.kill('SIGTERM');
    expect((await server.exited).code).toBe(130);
    await stuck.body?.cancel().catch(() => undefined);
  });

  it('tears a reply that is stuck rather than wait for it', async () => {
    const big = sparseFile(join(tempFolder(), 'big.bin'), 2 ** 40, []);
    const server = await startServer({ files: [big] });
    const { id } = await server.file();
    const stuck = await server.fetch(`/api/files/${id}/content`);
    server.child.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await expect(stuck.arrayBuffer()).rejects.toThrow();
  });

  it('warns when others can reach it, and serves the machine under its own addresses only', async () => {
    const server = await startServer({ files: [logFile()], args: ['--host', '0.0.0.0'] });
    expect(server.stderr).toContain('warning');
    expect((await fetch(`http://127.0.0.1:${server.port}/api/files`)).status).toBe(401);
    expect((await server.file()).name).toBe('a.log');
    expect(
      await server.raw(`GET / HTTP/1.1\r\nHost: evil.example:${server.port}\r\nConnection: close\r\n\r\n`),
    ).toMatch(/^HTTP\/1.1 403/);
  });

  it('listens on this machine alone unless told otherwise', async () => {
    const server = await startServer({ files: [logFile()] });
    const listening = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, local, , state]) =>
          state === '0A' && local?.endsWith(`:${server.port.toString(16).toUpperCase().padStart(4, '0')}`),
      );
    expect(listening.map(([, local]) => local?.slice(0, 8))).toEqual(['0100007F']);
  });
});

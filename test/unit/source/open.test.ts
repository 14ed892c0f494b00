/** What cannot be opened is refused with one line; what can, whatever its name. */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { blockDeviceSize } from '../../../server/source/blockDevice.ts';
import { openSource } from '../../../server/source/open.ts';
import { OpenError } from '../../../server/source/openError.ts';
import type { EngineName } from '../../../shared/protocol.ts';
import { patternFile, tempFolder } from '../../helpers/files.ts';

async function refusal(path: string | Buffer): Promise<OpenError> {
  const thrown: unknown = await openSource(path, 'map').then(
    (source) => source.close(),
    (error: unknown) => error,
  );
  if (!(thrown instanceof OpenError)) throw new Error(`not refused: ${String(thrown)}`);
  expect(thrown.message).not.toMatch(/[\n\r]/);
  return thrown;
}

const posix = process.platform !== 'win32';
const linux = process.platform === 'linux';

describe('openSource refuses', () => {
  it('what is not there', async () => {
    const path = join(tempFolder(), 'nothing');
    expect(await refusal(path)).toMatchObject({ code: 'ENOENT', message: `${path}: no such file` });
    const file = patternFile(join(tempFolder(), 'f'), 1);
    expect((await refusal(join(file, 'below'))).message).toContain('no such file');
    expect((await refusal(join(file, 'x'.repeat(300)))).message).toMatch(/too long|no such file/);
    expect((await refusal('a\0b')).message).toBe('a\\x00b: the name holds a null byte');
  });

  it('a directory', async () => {
    const path = tempFolder();
    expect(await refusal(path)).toMatchObject({ code: 'EISDIR', message: `${path}: is a directory` });
  });

  it.runIf(posix)('a loop of symbolic links', async () => {
    const path = join(tempFolder(), 'loop');
    symlinkSync(path, path);
    expect(await refusal(path)).toMatchObject({ code: 'ELOOP' });
  });

  it.runIf(posix)('FIFOs, at once and more of them than there are threads', async () => {
    const folder = tempFolder();
    const paths = Array.from({ length: 8 }, (_, i) => join(folder, `fifo${i}`));
    execFileSync('/bin/sh', ['-c', 'mkfifo "$@"', 'sh', ...paths]);
    const errors = await Promise.all(paths.map(refusal));
    expect(errors.map((error) => error.message)).toEqual(
      paths.map((path) => `${path}: is a FIFO (named pipe), which has no size; save it to a file and open that`),
    );
  });

  it.runIf(posix)('a socket', async () => {
    const path = join(tempFolder(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect((await refusal(path)).message).toBe(`${path}: is a socket, not a file`);
    server.close();
  });

  it.runIf(posix)('a character device', async () => {
    for (const path of ['/dev/zero', '/dev/null', '/dev/tty']) {
      expect((await refusal(path)).message).toContain('is a character device');
    }
  });

  it.runIf(linux)('files of /proc and /sys, whose size is unknown', async () => {
    expect((await refusal('/proc/self/maps')).message).toBe(
      '/proc/self/maps: is not a stored file in proc, its size is unknown; save a copy and open that',
    );
    for (const path of ['/sys/kernel/mm/transparent_hugepage/enabled', '/sys/kernel/notes']) {
      if (existsSync(path)) expect((await refusal(path)).message).toContain('its size is unknown');
    }
  });

  it('a name that would break the line', async () => {
    const path = join(tempFolder(), 'two\nlines\u001b[31m\u202egnp');
    expect((await refusal(path)).message).toMatch(/two\\nlines\\x1b\[31m\\u\{202e\}gnp: no such file$/);
    const bytes = Buffer.concat([Buffer.from('/\u00e9\\'), Buffer.from([0xff, 0xc3, 0x0a])]);
    expect((await refusal(bytes)).message).toBe('/\u00e9\\\\\\xff\\xc3\\n: no such file');
  });
});

describe.runIf(linux)('openSource opens', () => {
  it('names that are not UTF-8', async () => {
    const path = Buffer.concat([Buffer.from(join(tempFolder(), 'a')), Buffer.from([0xff, 0x0a, 0x22, 0xc3])]);
    writeFileSync(path, 'content');
    for (const engine of ['map', 'cached', 'read'] as const) {
      const source = await openSource(path, engine);
      const target = Buffer.alloc(10);
      expect(await source.read(0, target)).toBe(7);
      expect(target.toString('latin1', 0, 7)).toBe('content');
      source.close();
    }
  });
});

/**
 * Opens a file in a process of its own: as the user `nobody` when this one is root (who may read everything), and with koffi
 * within reach or not. Prints the engine in effect, or the error.
 */
function openElsewhere(path: string, engine: EngineName, withKoffi: boolean): string {
  const folder = tempFolder();
  chmodSync(folder, 0o755);
  const script = join(folder, 'open.mjs');
  buildSync({
    stdin: {
      contents: `
        import { openSource } from './server/source/open.ts';
        if (process.getuid() === 0) { process.setgroups([]); process.setgid(65534); process.setuid(65534); }
        await openSource(process.argv[2], process.argv[3]).then(
          async (source) => {
            const target = Buffer.alloc(4);
            await source.read(0, target);
            console.log(source.engine, target.toString('hex'));
          },
          (error) => console.log(error.name, error.code, error.message));`,
      resolveDir: join(import.meta.dirname, '../../..'),
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['koffi'],
    outfile: script,
    logLevel: 'error',
  });
  const modules = join(import.meta.dirname, '../../../node_modules');
  const env = { ...process.env, NODE_PATH: withKoffi ? modules : join(folder, 'none') };
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, path, engine], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

describe.runIf(linux)('openSource without rights or calls', () => {
  function readableFile(mode: number): string {
    const folder = tempFolder();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'in'), { mode: 0o755 });
    const path = patternFile(join(folder, 'in', 'f'), 1_000);
    chmodSync(path, mode);
    return path;
  }

  it('says that permission is denied', () => {
    const path = readableFile(0o000);
    expect(openElsewhere(path, 'map', true)).toBe(`OpenError EACCES ${path}: permission denied`);
  });

  it.each(['map', 'cached', 'read'] as const)(
    'falls back to positional reads for %s when koffi is missing',
    (engine) => {
      expect(openElsewhere(readableFile(0o644), engine, false)).toBe('read 01020304');
    },
  );

  it.runIf(process.getuid?.() === 0)('does not map where mincore says that everything is in memory', () => {
    // Neither owner nor allowed to write: the child runs as nobody.
    expect(openElsewhere(readableFile(0o644), 'map', true)).toBe('read 01020304');
    expect(openElsewhere(readableFile(0o666), 'map', true)).toBe('map 01020304');
    expect(openElsewhere(readableFile(0o644), 'cached', true)).toBe('cached 01020304');
  });
});

describe.runIf(linux)('blockDeviceSize', () => {
  // Opening a device takes rights that tests seldom have; its number is enough for /sys, and any file for lseek.
  it('comes from lseek, else from /sys by the number of the device', () => {
    const folder = tempFolder();
    const fd = openSync(patternFile(join(folder, 'f'), 12_345), 'r');
    const empty = openSync(patternFile(join(folder, 'empty'), 0), 'r');
    expect(blockDeviceSize(fd, 0, 'f')).toBe(12_345);
    for (const name of readdirSync('/sys/class/block')) {
      const [major = 0, minor = 0] = readFileSync(`/sys/class/block/${name}/dev`, 'utf8').split(':').map(Number);
      const size = Number(readFileSync(`/sys/class/block/${name}/size`, 'utf8')) * 512;
      const rdev = (major % 4096) * 256 + (minor % 256) + Math.floor(minor / 256) * 2 ** 20;
      if (size > 0) expect(blockDeviceSize(empty, rdev, name)).toBe(size);
    }
    expect(() => blockDeviceSize(empty, 0, '/dev/none')).toThrow('/dev/none: is a block device of unknown size');
    closeSync(fd);
    closeSync(empty);
  });
});

/**
 * Opening a file by name. Whatever is not a file that can be read at random is refused with one line that says why, before
 * anything is read from it: opening a FIFO would wait for a writer, and four such waits stop libuv's thread pool.
 */
import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import type { EngineName } from '../../shared/protocol.ts';
import { blockDeviceSize } from './blockDevice.ts';
import { displayPath } from './displayPath.ts';
import { chooseCopier } from './engines.ts';
import { FileSource } from './fileSource.ts';
import { fileStat } from './fileStat.ts';
import { FileState } from './fileState.ts';
import { OpenError } from './openError.ts';
import { readPositional } from './positional.ts';
import { assertHonestSize } from './pseudoFile.ts';
import { errorCode } from './sourceError.ts';
import { quickStat } from './statx.ts';

/**
 * Opens `path` for reading at random. `engine` is a wish: the result's `engine` says what is in effect. Rejects with an
 * OpenError whose message is one line for a person.
 */
export async function openSource(path: string | Buffer, engine: EngineName): Promise<FileSource> {
  const name = displayPath(path);
  // Asked before the open as well: merely opening some devices does something (a tape rewinds, a watchdog starts).
  assertFile(
    attempt(name, () => statSync(path)),
    name,
  );
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
  const fd = attempt(name, () => openSync(path, flags));
  try {
    const stats = fstatSync(fd);
    assertFile(stats, name);
    if (stats.isBlockDevice()) {
      const size = attempt(name, () => blockDeviceSize(fd, stats.rdev, name));
      return new FileSource(fd, new FileState(fd, fileStat(fd, BigInt(size))), null);
    }
    assertHonestSize(path, fd, stats.size, name);
    await warmEnds(fd, stats.size);
    const copier = await chooseCopier(engine, fd, stats);
    try {
      const stat = engine === 'read' ? fileStat(fd, null) : quickStat(fd);
      return new FileSource(
        fd,
        attempt(name, () => new FileState(fd, stat)),
        copier,
      );
    } catch (error) {
      copier?.close();
      throw error;
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** FileState reads both ends synchronously; brought into memory here, a slow disk does not hold up the event loop. */
async function warmEnds(fd: number, size: number): Promise<void> {
  const bytes = new Uint8Array(4096);
  for (const offset of [0, Math.max(0, size - bytes.length)]) {
    await readPositional(fd, offset, bytes, bytes.length).catch(() => 0);
  }
}

function assertFile(stats: Stats, name: string): void {
  const kind = refusedKind(stats);
  if (kind) throw new OpenError(kind.code, `${name}: ${kind.says}`);
  if (!Number.isSafeInteger(stats.size)) {
    throw new OpenError('EFBIG', `${name}: is too large (${stats.size} bytes; at most ${Number.MAX_SAFE_INTEGER})`);
  }
}

function refusedKind(stats: Stats): { code: string; says: string } | null {
  const remedy = 'save it to a file and open that';
  if (stats.isDirectory()) return { code: 'EISDIR', says: 'is a directory' };
  if (stats.isFIFO()) return { code: 'ESPIPE', says: `is a FIFO (named pipe), which has no size; ${remedy}` };
  if (stats.isSocket()) return { code: 'ESPIPE', says: 'is a socket, not a file' };
  if (stats.isCharacterDevice()) return { code: 'ESPIPE', says: `is a character device, which has no size; ${remedy}` };
  return stats.isFile() || stats.isBlockDevice() ? null : { code: 'EINVAL', says: 'is not a regular file' };
}

function attempt<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof OpenError) throw error;
    const code = errorCode(error) || 'EIO';
    const says = sayings[code] ?? `cannot be opened (${error instanceof Error ? error.message : String(error)})`;
    throw new OpenError(code, `${name}: ${says}`, error);
  }
}

/** What the errno means to whoever wants to open a file, in a few words. */
export function openSaying(code: string): string {
  return sayings[code] ?? code;
}

const sayings: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file (a part of the path is not a directory)',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files in the system',
  ENXIO: 'is a socket or a device that is not there',
  EBUSY: 'is locked by another program',
  EIO: 'the disk reports an input/output error (EIO)',
  ESTALE: 'the network file is gone (ESTALE)',
  ERR_INVALID_ARG_VALUE: 'the name holds a null byte',
};

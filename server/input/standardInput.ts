/**
 * `bigview -`: what comes on standard input is kept in a private file and shown as one that grows. The file lies in the cache
 * folder, as /tmp is memory on many systems; it has no name from the start on, where the system allows that.
 */
import { fstatSync, lstatSync, statfsSync, writev } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '../../shared/protocol.ts';
import { FileContent } from '../files/fileContent.ts';
import { newFileId } from '../files/fileIds.ts';
import { OpenFile } from '../files/openFile.ts';
import { cacheFolder, makeFolder } from '../index/cacheFolder.ts';
import type { LineIndexOptions } from '../index/lineIndex.ts';
import { displayPath } from '../source/displayPath.ts';
import type { OpenedSource } from '../source/fileSource.ts';
import { openLibrary } from '../source/foreign.ts';
import { openSource } from '../source/open.ts';
import { OpenError } from '../source/openError.ts';
import { PrivateFile, removeLeftovers } from '../source/privateFile.ts';
import { Spool, type SpoolTarget } from './spool.ts';

const SUFFIX = 'input';
const F_SETPIPE_SZ = 1031;
const PIPE_BYTES = 1_048_576;
/** Left free on the disk, unless that is more than a twentieth of it. */
const RESERVE_BYTES = 536_870_912;
const RESERVE_SHARE = 1 / 20;

/** Whether something was piped or redirected into this process, as opposed to a terminal or nothing at all. */
export function isPiped(): boolean {
  try {
    const stats = fstatSync(0);
    return stats.isFIFO() || stats.isSocket() || stats.isFile();
  } catch {
    return false;
  }
}

/** The file of standard input, which is being read from now on, and how to stop that. Rejects with an OpenError. */
export async function openStandardInput(
  engine: EngineName,
  indexOptions: (source: OpenedSource) => LineIndexOptions,
): Promise<{ readonly file: OpenFile; readonly stop: () => void }> {
  assertReadable();
  const folder = inputFolder();
  const kept = attempt(() => new PrivateFile(folder, SUFFIX));
  const source = await openSource(kept.path, engine);
  kept.hide();
  const content = new FileContent(source, () => indexOptions(source));
  const entry = { id: newFileId(), role: 'stdin', name: 'stdin', path: 'standard input', location: null } as const;
  const file = new OpenFile(entry, content);
  const target: SpoolTarget = {
    write: (parts, offset) =>
      new Promise((resolve, reject) => {
        writev(kept.fd, [...parts], offset, (error, count) => (error ? reject(error) : resolve(count)));
      }),
    room: () => roomFor(kept.fd, folder),
  };
  widenPipe();
  // Which disk it is that wants room can be told from nothing else.
  const place = `It is kept in ${displayPath(folder)}.`;
  const spool = new Spool(process.stdin, target, (status) =>
    file.setInput(status.state === 'full' ? { ...status, message: place } : status),
  );
  file.setInput(spool.status);
  return { file, stop: () => spool.stop() };
}

/** Removes what crashed runs have left; what cannot be removed does no harm. */
export function removeInputLeftovers(): void {
  for (const folder of candidates()) {
    try {
      removeLeftovers(folder, SUFFIX);
    } catch {
      // Not ours, or not there.
    }
  }
}

/** Lets more than the usual 64 KiB lie in the pipe: fewer switches between us and the producer, a third less time for both. */
function widenPipe(): void {
  if (process.platform !== 'linux' || !fstatSync(0).isFIFO()) return;
  openLibrary(null)?.find('fcntl', 'int', ['int', 'int', 'int'])?.(0, F_SETPIPE_SZ, PIPE_BYTES);
}

function assertReadable(): void {
  let what: string | null = null;
  try {
    if (process.stdin.isTTY) what = 'is the terminal here; pipe something into bigview';
    else if (fstatSync(0).isDirectory()) what = 'is a directory';
  } catch {
    what = 'is closed';
  }
  if (what !== null) throw new OpenError('EINVAL', `standard input ${what}`);
}

function candidates(): readonly string[] {
  const cache = cacheFolder();
  const own = `bigview-input-${process.getuid?.() ?? 0}`;
  return [...(cache === null ? [] : [join(cache, 'input')]), join(tmpdir(), own)];
}

/** The first place that is there or can be made, and is nobody else's. */
function inputFolder(): string {
  let reason: unknown = null;
  for (const folder of candidates()) {
    try {
      makeFolder(folder);
      const stats = lstatSync(folder);
      if (stats.isDirectory() && (process.getuid === undefined || stats.uid === process.getuid())) return folder;
    } catch (error) {
      reason = error;
    }
  }
  throw new OpenError('EACCES', `standard input: there is no private place to keep it${because(reason)}`);
}

function attempt<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new OpenError('EIO', `standard input: there is no place to keep it${because(error)}`, error);
  }
}

function because(error: unknown): string {
  return error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
}

/**
 * Bytes that may come to the file. Asked by its descriptor where that can be, as whoever needs room may clear the folder meanwhile;
 * where nothing is told, the writes themselves say when there is none.
 */
function roomFor(fd: number, folder: string): number {
  try {
    const { bavail, blocks, bsize } = statfsSync(process.platform === 'linux' ? `/proc/self/fd/${fd}` : folder);
    return bavail * bsize - Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

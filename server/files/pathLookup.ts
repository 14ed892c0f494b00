/** What has become of a path whose file is open. */
import { stat } from 'node:fs/promises';
import type { FileInfo } from '../../shared/protocol.ts';
import type { OpenedSource } from '../source/fileSource.ts';

interface Found {
  readonly state: FileInfo['pathState'];
  /** Device, inode and birth of another file: a number that is free is given to the next file at once. */
  readonly other: string | null;
}

/** What the path leads to; null: cannot be told. Without the right to look nothing is known, and the descriptor stays good. */
export async function lookUp(location: string | Buffer, source: OpenedSource): Promise<Found | null> {
  try {
    const { dev, ino, birthtimeNs } = await stat(location, { bigint: true });
    const { device, inode } = source.identity;
    if (dev === device && ino === inode) return { state: 'current', other: null };
    return { state: 'replaced', other: `${dev}:${ino}:${birthtimeNs}` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    return code === 'ENOENT' || code === 'ENOTDIR' ? { state: 'missing', other: null } : null;
  }
}

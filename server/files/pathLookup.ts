/** What has become of a path whose file is open. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { FileInfo } from '../../shared/protocol.ts';
import type { OpenedSource } from '../source/fileSource.ts';
import { openSaying } from '../source/open.ts';
import { errorCode } from '../source/sourceError.ts';

interface Found {
  /** Null: cannot be told. */
  readonly state: FileInfo['pathState'] | null;
  /** Device, inode and birth of another file: a number that is free is given to the next file at once. */
  readonly other: string | null;
  /** Why the path cannot be opened any more, or not even be looked at, in a few words; the descriptor stays good. */
  readonly shut: string | null;
}

/** What the path leads to. */
export async function lookUp(location: string | Buffer, source: OpenedSource): Promise<Found> {
  try {
    const { dev, ino, birthtimeNs } = await stat(location, { bigint: true });
    const { device, inode } = source.identity;
    if (dev === device && ino === inode) return { state: 'current', other: null, shut: await whyShut(location) };
    // Whether that one can be opened is found by whoever wants to.
    return { state: 'replaced', other: `${dev}:${ino}:${birthtimeNs}`, shut: null };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return { state: 'missing', other: null, shut: null };
    return { state: null, other: null, shut: openSaying(code) };
  }
}

async function whyShut(location: string | Buffer): Promise<string | null> {
  try {
    await access(location, constants.R_OK);
    return null;
  } catch (error) {
    const code = errorCode(error);
    // Anything else is a matter of this moment, and is told by the next look.
    return code === 'EACCES' || code === 'EPERM' ? openSaying(code) : null;
  }
}

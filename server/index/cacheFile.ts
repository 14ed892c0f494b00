/**
 * One stored line index. Layout, all little-endian:
 *
 *     8 bytes   magic
 *     u32       length of the header
 *     header    JSON (CacheHeader)
 *     counts    PAGES_PER_SUPERBLOCK u32 for each of the header's superblocks
 *     32 bytes  SHA-256 of all before
 *
 * Written under a temporary name, synced, then renamed: a file of the right name was once complete. It is believed only when its
 * length and its hash are right too; a disk may still have lost or turned any byte.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { endianness } from 'node:os';
import { dirname } from 'node:path';
import { PAGES_PER_SUPERBLOCK, type Superblock } from './lineTable.ts';

export interface CacheHeader {
  readonly version: number;
  /** See lineFormatKey. */
  readonly format: string;
  readonly device: string;
  readonly inode: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly size: number;
  readonly fingerprint: string;
  readonly pages: number;
  readonly terminators: number;
  readonly tailTerminators: number;
  readonly endsLine: boolean;
  /** Number and base of each. */
  readonly superblocks: readonly (readonly [number, number])[];
}

export interface CacheContent {
  readonly header: CacheHeader;
  readonly superblocks: readonly Superblock[];
}

export const CACHE_VERSION = 1;
const MAGIC = Buffer.from('BVLINES\n', 'latin1');
const HASH_BYTES = 32;
const COUNTS_BYTES = PAGES_PER_SUPERBLOCK * Uint32Array.BYTES_PER_ELEMENT;
/** No link is followed, and what is no file but a pipe is not waited for. Windows has neither flag. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Far more than a PiB needs; what is larger is not ours. */
const MAX_HEADER_BYTES = 1 << 26;

/** Writes `content` to `path`, whole or not at all. Rejects when the system refuses. */
export async function writeCacheFile(path: string, content: CacheContent): Promise<void> {
  if (endianness() !== 'LE') throw new Error('stored indexes are little-endian');
  const temporary = `${path}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    try {
      const header = Buffer.from(JSON.stringify(content.header));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(header.length);
      const hash = createHash('sha256');
      for (const part of [MAGIC, length, header]) await append(file, hash.update(part) && part);
      for (const { before } of content.superblocks) {
        // A copy: the last superblock of a file that grows is still written to.
        const counts = Buffer.from(before.slice().buffer);
        hash.update(counts);
        await append(file, counts);
      }
      await append(file, hash.digest());
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** The content of a stored index, or null when anything about it is not as it was written. Rejects when it cannot be read. */
export async function readCacheFile(path: string): Promise<CacheContent | null> {
  if (endianness() !== 'LE') return null;
  const file = await open(path, READ_FLAGS);
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256');
    let offset = 0;
    const take = async (length: number): Promise<Buffer | null> => {
      if (offset + length > size - HASH_BYTES) return null;
      const bytes = await readFully(file, offset, length);
      offset += length;
      if (bytes) hash.update(bytes);
      return bytes;
    };
    const magic = await take(MAGIC.length + 4);
    if (!magic?.subarray(0, MAGIC.length).equals(MAGIC)) return null;
    const headerLength = magic.readUInt32LE(MAGIC.length);
    const text = headerLength <= MAX_HEADER_BYTES ? await take(headerLength) : null;
    const header = text && parseHeader(text.toString());
    if (!header || offset + header.superblocks.length * COUNTS_BYTES + HASH_BYTES !== size) return null;
    const superblocks: Superblock[] = [];
    for (const [number, base] of header.superblocks) {
      const counts = await take(COUNTS_BYTES);
      if (!counts) return null;
      // `counts` has memory of its own, so that this is a view that keeps nothing else alive.
      superblocks.push({
        number,
        base,
        before: new Uint32Array(counts.buffer, counts.byteOffset, PAGES_PER_SUPERBLOCK),
      });
    }
    const stored = await readFully(file, offset, HASH_BYTES);
    return stored?.equals(hash.digest()) ? { header, superblocks } : null;
  } finally {
    await file.close();
  }
}

function parseHeader(text: string): CacheHeader | null {
  try {
    const header = JSON.parse(text) as Partial<CacheHeader> | null;
    // The hash proves later that the rest is as we wrote it; until then only what is used is looked at.
    return header?.version === CACHE_VERSION && Array.isArray(header.superblocks) ? (header as CacheHeader) : null;
  } catch {
    return null;
  }
}

async function append(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, null);
    done += bytesWritten;
  }
}

async function readFully(file: FileHandle, offset: number, length: number): Promise<Buffer | null> {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) return null;
    done += bytesRead;
  }
  return bytes;
}

/** Makes the rename last; not every system can sync a folder. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  } catch {
    // The index is then merely not sure to survive a power cut.
  }
}

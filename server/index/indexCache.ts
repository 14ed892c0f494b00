/**
 * Finished line indexes on disk, so that opening a large file again is instant.
 *
 * Stored by device, inode and line format, and believed only for the very same state of the file (size, mtime and ctime in
 * nanoseconds) whose sampled bytes still hash to the same. Of a file that has grown since, the part that was there is believed
 * when its samples are unchanged, and the rest is scanned. In any doubt, and after any failure (disk full, read-only or missing
 * home), there is simply no cache: nothing here rejects, and the viewer never waits for it to be written.
 */
import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { PAGE_BYTES } from '../../shared/limits.ts';
import { type LineFormat, lineFormatKey } from '../../shared/lineFormat.ts';
import type { FileIdentity, Source } from '../source/source.ts';
import { CACHE_VERSION, type CacheHeader, readCacheFile, writeCacheFile } from './cacheFile.ts';
import { cacheFolder, makeFolder } from './cacheFolder.ts';
import { fingerprint } from './fingerprint.ts';
import type { LineMemory } from './lineIndex.ts';
import { LineTable } from './lineTable.ts';
import type { KnownLines } from './scannedPrefix.ts';

export interface CacheLimits {
  /** Smaller files are scanned sooner than looked up. */
  readonly minFileBytes: number;
  /** All stored indexes together; the least recently used go first. */
  readonly maxTotalBytes: number;
}

const LIMITS: CacheLimits = { minFileBytes: 8_388_608, maxTotalBytes: 268_435_456 };
const SUFFIX = '.lines';
/** A temporary file this old belongs to a process that died. */
const STALE_MS = 3_600_000;
/**
 * File systems stamp in ticks, so that another write soon after may leave the same mtime; and a source takes a while to tell a
 * write in place from growth. A state of the file that is younger is not stored.
 */
const RACY_NS = 1_000_000_000n;

/** Of a source that has not seen its file change but for growth. */
const FIRST_GENERATION = 1;

let shared: IndexCache | null | undefined;

/** The cache of this user, or null when there is no place for one. */
export function diskLineMemory(): LineMemory | null {
  if (shared === undefined) {
    const folder = cacheFolder();
    shared = folder === null ? null : new IndexCache(folder, LIMITS);
  }
  return shared;
}

export class IndexCache implements LineMemory {
  readonly #folder: string;
  readonly #limits: CacheLimits;

  constructor(folder: string, limits: CacheLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  async load(source: Source, format: LineFormat): Promise<KnownLines | null> {
    const { generation, identity, size } = source;
    if (size < this.#limits.minFileBytes) return null;
    try {
      const path = this.#path(identity, format);
      const content = await readCacheFile(path);
      if (!content || !describes(content.header, source, format)) return null;
      const { header, superblocks } = content;
      if ((await fingerprint(source, header.size)) !== header.fingerprint) return null;
      if (source.generation !== generation) return null;
      const known = {
        table: LineTable.restore(superblocks, header.pages, header.terminators),
        size: header.size,
        tailTerminators: header.tailTerminators,
        endsLine: header.endsLine,
      };
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return known;
    } catch {
      return null;
    }
  }

  async store(source: Source, format: LineFormat, known: KnownLines): Promise<void> {
    const { identity, generation } = source;
    if (known.size < this.#limits.minFileBytes || identity.size !== BigInt(known.size)) return;
    // Taken before anything is awaited: the table of a file that grows goes on to change.
    const { table } = known;
    const superblocks = [...table.superblocks];
    const { pages, terminators } = table;
    try {
      const hash = await fingerprint(source, known.size);
      source.refresh();
      const racy = BigInt(Date.now()) * 1_000_000n - identity.mtimeNs < RACY_NS;
      if (hash === null || racy || source.generation !== generation || !sameState(source.identity, identity)) return;
      const header: CacheHeader = {
        version: CACHE_VERSION,
        format: lineFormatKey(format),
        device: String(identity.device),
        inode: String(identity.inode),
        mtimeNs: String(identity.mtimeNs),
        ctimeNs: String(identity.ctimeNs),
        size: known.size,
        fingerprint: hash,
        pages,
        terminators,
        tailTerminators: known.tailTerminators,
        endsLine: known.endsLine,
        superblocks: superblocks.map(({ number, base }) => [number, base] as const),
      };
      makeFolder(this.#folder);
      await writeCacheFile(this.#path(identity, format), { header, superblocks });
      await this.#evict();
    } catch {
      // Without the cache the file is scanned again next time, that is all.
    }
  }

  #path(identity: FileIdentity, format: LineFormat): string {
    const key = `${identity.device}:${identity.inode}:${lineFormatKey(format)}`;
    return join(this.#folder, createHash('sha256').update(key).digest('hex').slice(0, 32) + SUFFIX);
  }

  async #evict(): Promise<void> {
    const entries: { path: string; size: number; usedMs: number }[] = [];
    for (const name of await readdir(this.#folder)) {
      const temporary = name.includes(`${SUFFIX}.`) && name.endsWith('.tmp');
      if (!temporary && !name.endsWith(SUFFIX)) continue;
      const path = join(this.#folder, name);
      const { size, mtimeMs } = await stat(path);
      if (!temporary) entries.push({ path, size, usedMs: mtimeMs });
      else if (Date.now() - mtimeMs > STALE_MS) await rm(path, { force: true });
    }
    entries.sort((a, b) => b.usedMs - a.usedMs);
    let total = 0;
    for (const { path, size } of entries) {
      total += size;
      if (total > this.#limits.maxTotalBytes) await rm(path, { force: true });
    }
  }
}

/** Whether a stored index may be of this file: of exactly this state of it, or of one before it grew. */
function describes(header: CacheHeader, source: Source, format: LineFormat): boolean {
  const { generation, identity, size } = source;
  const sameFile =
    header.format === lineFormatKey(format) &&
    header.device === String(identity.device) &&
    header.inode === String(identity.inode) &&
    header.pages === Math.floor(header.size / PAGE_BYTES);
  if (!sameFile) return false;
  const sameTimes = header.mtimeNs === String(identity.mtimeNs) && header.ctimeNs === String(identity.ctimeNs);
  // A later generation was seen to be rewritten, maybe where no sample is taken.
  const mayHaveGrown = header.size < size && generation === FIRST_GENERATION;
  return mayHaveGrown || (header.size === size && sameTimes);
}

function sameState(a: FileIdentity, b: FileIdentity): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode;
}

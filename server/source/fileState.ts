/**
 * What has become of an open file since it was last looked at: nothing, growth, or something that makes all that was read
 * before worthless (a new *generation*).
 *
 * `fstat` alone cannot tell an append from a rewrite, both change mtime and size. So the first and the last 4 KiB are kept,
 * byte for byte, and compared where they were, but only when `fstat` says that something happened:
 *
 *   device or inode differ, or a smaller size    -> new generation
 *   mtime, ctime or size changed, samples differ -> new generation
 *   larger, samples equal                        -> growth, same generation
 *   same size, mtime changed, samples equal      -> suspect: an append whose size is not visible yet (the system stamps
 *                                                   mtime first), a byte patched in the middle, or `touch`. Growth within
 *                                                   SUSPECT_MS clears it, else it is a new generation.
 *
 * What this cannot see: a rewrite that keeps head and tail and also grows the file; one single write that takes more than
 * REWRITE_MS, or that leaves the tail as it was; stores to a shared mapping, which are stamped once in a while only.
 */
import { readSync } from 'node:fs';
import { type FileIdentity, SourceError } from './source.ts';
import { errorCode } from './sourceError.ts';

const SAMPLE_BYTES = 4096;

/** Longer than any write spends between stamping mtime and moving the size, unless the disk hangs. */
const SUSPECT_MS = 250;

/** Systems stamp times in ticks of up to 10 ms: a state younger than this may hide another change with the same stamp. */
const STAMP_MS = 20;

/**
 * One call that rewrites a file in place stamps it once, at its start: bytes may go on to change for as long as the call takes,
 * and nothing but they themselves tells. So long after a new generation the samples are compared at every look, ms; the tail
 * is what such a call writes last.
 */
const REWRITE_MS = 30_000;

/** Looks while samples are taken before an ever growing file is taken as it is. */
const SETTLE_LOOKS = 3;

/** Tells the present identity of the open file; throws a SourceError when the system refuses. */
export type Stat = () => FileIdentity;

export class FileState {
  /** Bytes in the file as last seen. */
  size: number;
  /** Grows when what was read before may no longer be there. */
  generation = 1;
  /** Grows with every change of any kind: bytes copied between two looks of one revision are of one state of the file. */
  revision = 0;
  identity: FileIdentity;

  readonly #fd: number;
  readonly #stat: Stat;
  /** Head and tail of the known state. */
  #samples: readonly Sample[];
  #suspectSince: number | null = null;
  /** The state is so young that the next change may carry the same time stamps. */
  #young: boolean;
  /** When the last rewrite may have begun, by performance.now(). */
  #renewedAt: number;

  constructor(fd: number, stat: Stat) {
    this.#fd = fd;
    this.#stat = stat;
    this.identity = stat();
    this.size = sizeOf(this.identity);
    this.#samples = [];
    this.#young = false;
    this.#renewedAt = performance.now() - ageMs(this.identity);
    this.#settle(this.identity);
  }

  /** True while it is not known whether the last change was an append or a rewrite. */
  get suspect(): boolean {
    return this.#suspectSince !== null;
  }

  /** Asks the system; costs one `fstat`, and some 4 KiB reads when something happened. Throws a SourceError. */
  look(): void {
    const found = this.#stat();
    if (!sameContent(found, this.identity)) {
      this.#changed(found);
      return;
    }
    // Mostly a chmod or a rename; but also a rewrite whose mtime was set back.
    const touched = found.ctimeNs !== this.identity.ctimeNs;
    this.identity = found;
    const overdue = this.#suspectSince !== null && Date.now() - this.#suspectSince > SUSPECT_MS;
    const doubtful = this.#young || touched || performance.now() - this.#renewedAt < REWRITE_MS;
    if (overdue || (doubtful && !this.#samplesHold())) this.#renew(found);
    else this.#young &&= isYoung(found);
  }

  /** The known samples stay the reference until the file stands still: no rewrite slips in between two of the calls here. */
  #changed(found: FileIdentity): void {
    for (let look = 1; ; look++) {
      const size = sizeOf(found);
      const sameFile = found.device === this.identity.device && found.inode === this.identity.inode;
      if (!sameFile || size < this.size || !this.#samplesHold()) {
        this.#renew(found);
        return;
      }
      const samples = this.#takeSamples(size);
      const again = this.#stat();
      if (look === SETTLE_LOOKS || sameContent(again, found)) {
        this.#suspectSince = size > this.size ? null : (this.#suspectSince ?? Date.now());
        this.#take(found, samples);
        return;
      }
      found = again;
    }
  }

  #renew(found: FileIdentity): void {
    this.generation++;
    this.#renewedAt = performance.now();
    this.#suspectSince = null;
    this.#settle(found);
  }

  #settle(found: FileIdentity): void {
    for (let look = 1; ; look++) {
      const samples = this.#takeSamples(sizeOf(found));
      const again = this.#stat();
      if (look === SETTLE_LOOKS || sameContent(again, found)) {
        this.#take(found, samples);
        return;
      }
      found = again;
    }
  }

  #take(found: FileIdentity, samples: readonly Sample[]): void {
    this.revision++;
    this.identity = found;
    this.size = sizeOf(found);
    this.#samples = samples;
    this.#young = isYoung(found);
  }

  #takeSamples(size: number): Sample[] {
    const length = Math.min(SAMPLE_BYTES, size);
    return [takeSample(this.#fd, 0, length), takeSample(this.#fd, size - length, length)];
  }

  #samplesHold(): boolean {
    return this.#samples.every((sample) => holds(this.#fd, sample));
  }
}

/** Bytes as they were at `offset`; null when they could not be read, and then nothing is concluded from them. */
interface Sample {
  readonly offset: number;
  readonly bytes: Buffer | null;
}

const scratch = Buffer.allocUnsafe(SAMPLE_BYTES);

function takeSample(fd: number, offset: number, length: number): Sample {
  const count = readSample(fd, offset, length);
  return { offset, bytes: count === null ? null : Buffer.from(scratch.subarray(0, count)) };
}

function holds(fd: number, sample: Sample): boolean {
  if (sample.bytes === null) return true;
  const count = readSample(fd, sample.offset, sample.bytes.length);
  return count === null || sample.bytes.equals(scratch.subarray(0, count));
}

/** Reads into `scratch`. A sector that cannot be read must not make the whole file unreadable: null. */
function readSample(fd: number, offset: number, length: number): number | null {
  let count = 0;
  while (count < length) {
    try {
      const got = readSync(fd, scratch, count, length - count, offset + count);
      if (got === 0) break;
      count += got;
    } catch (error) {
      if (errorCode(error) !== 'EINTR') return null;
    }
  }
  return count;
}

/** Whether two looks saw the same bytes as far as mtime tells; ctime changes with a rename or chmod too. */
function sameContent(a: FileIdentity, b: FileIdentity): boolean {
  return a.mtimeNs === b.mtimeNs && a.size === b.size && a.inode === b.inode && a.device === b.device;
}

function isYoung(identity: FileIdentity): boolean {
  return ageMs(identity) < STAMP_MS;
}

/** Time since the last change, or until it when the clock was set back. */
function ageMs(identity: FileIdentity): number {
  return Math.abs(Date.now() - Number(identity.mtimeNs / 1_000_000n));
}

function sizeOf(identity: FileIdentity): number {
  if (identity.size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new SourceError('EFBIG', `the file has grown to ${identity.size} bytes, past ${Number.MAX_SAFE_INTEGER}`);
  }
  return Number(identity.size);
}

/**
 * The one implementation of Source. All engines share what is hard: whether the bytes are still those of the file. An engine
 * is only a quicker way to copy bytes that are in memory (a Copier); everything else is read by position.
 *
 * A copy counts only when the file looked the same before and after it. After growth it is made again, by position: between
 * two looks a file may be cut and refilled, and a mapping shows zeros meanwhile where `pread` never does.
 */
import { closeSync } from 'node:fs';
import type { EngineName } from '../../shared/protocol.ts';
import type { FileState } from './fileState.ts';
import { readPositional } from './positional.ts';
import { type FileIdentity, type Source, SourceError, StaleReadError } from './source.ts';

/** Copies that are repeated because the file moved under them before it is called unreadable for now. */
const MAX_ATTEMPTS = 5;
/** From this attempt on plain growth during the copy is accepted: a busy log must not starve its readers. */
const GROWTH_ATTEMPT = 2;

/** An engine's quick way to bytes that need no disk. */
export interface Copier {
  readonly engine: EngineName;
  /**
   * Copies `[offset, offset + length)`, which lies inside the file as last seen, to the start of `target`. Returns (or
   * resolves to) false when it has to be read by position instead; `target` may then be half written.
   */
  copy(offset: number, target: Uint8Array, length: number): boolean | Promise<boolean>;
  close(): void;
}

/** A Source that also says which engine is in effect. */
export interface OpenedSource extends Source {
  readonly engine: EngineName;
}

export class FileSource implements OpenedSource {
  readonly fd: number;
  readonly #state: FileState;
  readonly #copier: Copier | null;
  #closed = false;
  #reading = 0;

  /** Takes over the descriptor and the copier, and closes both. */
  constructor(fd: number, state: FileState, copier: Copier | null) {
    this.fd = fd;
    this.#state = state;
    this.#copier = copier;
  }

  get engine(): EngineName {
    return this.#copier?.engine ?? 'read';
  }
  get size(): number {
    return this.#state.size;
  }
  get generation(): number {
    return this.#state.generation;
  }
  get identity(): FileIdentity {
    return this.#state.identity;
  }

  async read(offset: number, target: Uint8Array): Promise<number> {
    if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`not an offset: ${offset}`);
    this.#assertOpen();
    this.#reading++;
    try {
      return await this.#readOneState(offset, target);
    } finally {
      this.#reading--;
      this.#closeWhenIdle();
    }
  }

  refresh(): void {
    this.#assertOpen();
    this.#state.look();
  }

  /** The descriptor and the mappings go once the reads under way have ended: its number must not become another file's. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#closeWhenIdle();
  }

  async #readOneState(offset: number, target: Uint8Array): Promise<number> {
    const state = this.#state;
    state.look();
    const generation = state.generation;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const revision = state.revision;
      const length = Math.min(target.length, state.size - offset);
      if (length <= 0) return 0;
      const quick = attempt === 0 && this.#copier ? this.#copier.copy(offset, target, length) : false;
      const whole = quick === true || (quick !== false && (await quick));
      const count = whole ? length : await readPositional(this.fd, offset, target, length);
      state.look();
      if (state.generation !== generation) throw stale(offset);
      if (count < length) continue;
      if (state.revision === revision) return count;
      if (attempt >= GROWTH_ATTEMPT && !state.suspect) return count;
    }
    throw state.suspect ? stale(offset) : new SourceError('EIO', `the file ends before its size at ${offset}`);
  }

  #assertOpen(): void {
    if (this.#closed) throw new SourceError('EBADF', 'the file is closed');
  }

  #closeWhenIdle(): void {
    if (!this.#closed || this.#reading > 0) return;
    this.#reading = Number.POSITIVE_INFINITY;
    this.#copier?.close();
    closeSync(this.fd);
  }
}

function stale(offset: number): StaleReadError {
  return new StaleReadError(`the file changed while bytes at ${offset} were read`);
}

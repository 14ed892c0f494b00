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

/** Positional reads that are repeated because the file moved under them, before it is called unreadable for now. */
const MAX_ATTEMPTS = 5;
/** From this attempt on plain growth during the read is accepted: a busy log must not starve its readers. */
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

  /** Numbers the present state: a file that takes the place of another one goes on counting where that stood. */
  startGeneration(generation: number): void {
    this.#state.generation = generation;
  }

  /** One turn of the event loop, without a wait, where the copier has the bytes in memory. */
  async read(offset: number, target: Uint8Array): Promise<number> {
    if (!Number.isSafeInteger(offset) || offset < 0) throw new RangeError(`not an offset: ${offset}`);
    this.#assertOpen();
    const state = this.#state;
    state.look();
    const { generation, revision } = state;
    const length = Math.min(target.length, state.size - offset);
    if (length <= 0) return 0;
    const copied = this.#copier?.copy(offset, target, length) ?? false;
    if (copied === true && this.#unchanged(offset, generation, revision)) return length;
    const pending = copied instanceof Promise ? copied : null;
    return this.#whileOpen(this.#readSlowly(offset, target, generation, pending));
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

  /** By position, again and again until the file stood still meanwhile or only grew; first what the copier promised. */
  async #readSlowly(
    offset: number,
    target: Uint8Array,
    generation: number,
    pending: Promise<boolean> | null,
  ): Promise<number> {
    const state = this.#state;
    if (pending) {
      const { revision, size } = state;
      if ((await pending) && this.#unchanged(offset, generation, revision))
        return Math.min(target.length, size - offset);
    }
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const { revision } = state;
      const length = Math.min(target.length, state.size - offset);
      const count = await readPositional(this.fd, offset, target, length);
      const unchanged = this.#unchanged(offset, generation, revision);
      if (count < length) continue;
      if (unchanged || (attempt >= GROWTH_ATTEMPT && !state.suspect)) return count;
    }
    throw state.suspect ? stale(offset) : new SourceError('EIO', `the file ends before its size at ${offset}`);
  }

  /** Whether nothing happened to the file since that look. Throws when what happened made a new generation. */
  #unchanged(offset: number, generation: number, revision: number): boolean {
    this.#state.look();
    if (this.#state.generation !== generation) throw stale(offset);
    return this.#state.revision === revision;
  }

  /** Keeps descriptor and copier until `work` has ended. */
  async #whileOpen<T>(work: Promise<T>): Promise<T> {
    this.#reading++;
    try {
      return await work;
    } finally {
      this.#reading--;
      this.#closeWhenIdle();
    }
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

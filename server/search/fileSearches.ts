/** The searches of one open file: made, kept for a while, dropped. */
import { randomBytes } from 'node:crypto';
import type { SearchRequest } from '../../shared/protocol.ts';
import type { FileContent } from '../files/fileContent.ts';
import type { OpenFile } from '../files/openFile.ts';
import { hasHoles, nextData } from '../source/holes.ts';
import { SourceError, StaleReadError } from '../source/source.ts';
import { readWindow } from '../window/bytes.ts';
import { compileSearch } from './compile.ts';
import { Frequencies } from './frequencies.ts';
import { HitBudget } from './hitParts.ts';
import type { SearchPlan } from './plan.ts';
import { Search } from './search.ts';
import type { SearchOptions } from './searchOptions.ts';
import { type SearchPool, searchPool } from './searchPool.ts';
import { spillFolder } from './spill.ts';

/**
 * Kept at once for a file: ten tabs with some layers each. Of those that have nothing left to do, the one not asked about for
 * longest makes room.
 */
const MAX_SEARCHES = 64;
/** Packed hits in memory, of all searches together: some 40 million hits. What is more goes to disk. */
const BUDGET_BYTES = 67_108_864;
/** Read to learn which bytes are rare. */
const SAMPLE_BYTES = 16_384;

const budget = new HitBudget(BUDGET_BYTES);

/** All searches of the file are still going on, or used. */
export class TooManySearches extends Error {
  override readonly name = 'TooManySearches';
}

/** How often a file that is rewritten is looked at before a search of it is refused. */
const PLAN_ATTEMPTS = 20;

export class FileSearches {
  readonly #file: OpenFile;
  readonly #pool: SearchPool;
  /** What was asked about last comes last. */
  readonly #searches = new Map<string, Search>();
  readonly #releases = new Map<number, () => Promise<void>>();
  /** By how many filters a search is used, if by any: it lives on for them when it is deleted, and never makes room. */
  readonly #users = new Map<Search, number>();
  #unlisten: (() => void) | null = null;
  #closed = false;

  constructor(file: OpenFile, pool: SearchPool = searchPool()) {
    this.#file = file;
    this.#pool = pool;
  }

  async create(request: SearchRequest): Promise<Search> {
    const { content } = this.#file;
    const { source } = content;
    this.#pool.warm();
    const plan = await this.#planOf(request, content);
    content.holdUntil(this.#release(source.fd));
    this.#makeRoom();
    const search = new Search({
      id: randomBytes(6).toString('base64url'),
      source,
      plan,
      from: request.from ?? 0,
      pool: this.#pool,
      budget,
      spillFolder: spillFolder(),
      nextData: sparseData(source.fd),
    });
    this.#searches.set(search.id, search);
    // While there is a search, growth is noticed by itself.
    this.#unlisten ??= this.#file.listen((change) => {
      if (change !== 'file') return;
      for (const each of this.#searches.values()) {
        if (each.source === this.#file.source) each.noticeSource();
        else this.delete(each.id);
      }
    });
    search.start();
    return search;
  }

  get(id: string): Search | null {
    const search = this.#searches.get(id);
    if (!search) return null;
    this.#searches.delete(id);
    this.#searches.set(id, search);
    return search;
  }

  /** Cancels and forgets, unless a filter uses it; false when there is no such search. */
  delete(id: string): boolean {
    const search = this.#searches.get(id);
    if (!search) return false;
    this.#searches.delete(id);
    if (!this.#users.has(search)) search.close();
    if (this.#searches.size === 0) {
      this.#unlisten?.();
      this.#unlisten = null;
    }
    return true;
  }

  /** Keeps `search` for one who uses it, until the returned function is called. */
  use(search: Search): () => void {
    this.#users.set(search, (this.#users.get(search) ?? 0) + 1);
    return () => {
      const left = (this.#users.get(search) ?? 1) - 1;
      if (left > 0) {
        this.#users.set(search, left);
        return;
      }
      this.#users.delete(search);
      if (this.#searches.get(search.id) !== search) search.close();
    };
  }

  /** For good: of a file that is closed. */
  close(): void {
    this.#closed = true;
    for (const id of [...this.#searches.keys()]) this.delete(id);
  }

  /** One function a descriptor, as a file may be searched often. */
  #release(fd: number): () => Promise<void> {
    const known = this.#releases.get(fd) ?? (() => this.#pool.quiet(fd));
    this.#releases.set(fd, known);
    return known;
  }

  async #sample(from: number): Promise<Uint8Array> {
    const { source } = this.#file;
    const last = Math.max(0, source.size - SAMPLE_BYTES);
    const places = new Set([Math.min(from, last), Math.floor(last / 2)]);
    const samples: Uint8Array[] = [];
    for (const place of places) {
      try {
        samples.push((await readWindow(source, place, SAMPLE_BYTES, null, null)).bytes);
      } catch (error) {
        // A sample that cannot be read only makes the search slower.
        if (!(error instanceof SourceError || error instanceof StaleReadError)) throw error;
      }
    }
    return Buffer.concat(samples);
  }

  /** Throws a StaleReadError when the file is not shown any more, or rewritten faster than it can be looked at. */
  async #planOf(request: SearchRequest, content: FileContent): Promise<SearchPlan> {
    for (let attempt = 1; attempt <= PLAN_ATTEMPTS; attempt++) {
      const { generation } = content.source;
      const shape = await content.shapeIn(request.encoding ?? null);
      const plan = compileSearch(request, shape, new Frequencies(await this.#sample(request.from ?? 0)));
      if (this.#closed || content !== this.#file.content) throw new StaleReadError('the file is not shown any more');
      // Else the plan is for bytes that looked like those before.
      if (generation === content.source.generation) return plan;
    }
    throw new StaleReadError('the file is rewritten faster than it can be looked at');
  }

  #makeRoom(): void {
    if (this.#searches.size < MAX_SEARCHES) return;
    for (const search of this.#searches.values()) {
      if (!search.idle || this.#users.has(search)) continue;
      this.delete(search.id);
      return;
    }
    throw new TooManySearches(`there are ${MAX_SEARCHES} searches of this file already, all in use`);
  }
}

/** Tells where a sparse file has data; null for a file without holes. */
export function sparseData(fd: number): SearchOptions['nextData'] {
  try {
    return hasHoles(fd) ? (offset, size) => nextData(fd, offset, size) : null;
  } catch {
    // A file that cannot be asked says so when it is read.
    return null;
  }
}

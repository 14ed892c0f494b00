/** The filters of one open file: made, kept for a while, dropped. */
import { randomBytes } from 'node:crypto';
import { lineFormatKey } from '../../shared/lineFormat.ts';
import type { FilterRole } from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import { type FileSearches, sparseData } from '../search/fileSearches.ts';
import { HitBudget } from '../search/hitParts.ts';
import type { Search } from '../search/search.ts';
import { spillFolder } from '../search/spill.ts';
import { Filter } from './filter.ts';
import { type FilterPool, filterPool } from './filterPool.ts';
import type { FilterRule } from './rule.ts';

/** Kept at once for a file; of those that have nothing left to do, not exported either, the one not asked about for longest makes room. */
const MAX_FILTERS = 16;
/** Packed rows in memory, of all filters together: some 12 million rows. What is more goes to disk. */
const BUDGET_BYTES = 33_554_432;

const budget = new HitBudget(BUDGET_BYTES);

/** All filters of the file are still at work. */
export class TooManyFilters extends Error {
  override readonly name = 'TooManyFilters';
}

/** What is wrong with the layers of a filter: `index` names the layer, `limit` what is allowed. */
export class LayerError extends Error {
  override readonly name = 'LayerError';
  readonly reason: 'missing' | 'wrong' | 'stale';
  readonly index: number;
  readonly limit: string;
  constructor(reason: LayerError['reason'], index: number, limit: string) {
    super(`layer ${index}: ${limit}`);
    this.reason = reason;
    this.index = index;
    this.limit = limit;
  }
}

export interface FilterWish {
  readonly layers: readonly { readonly search: string; readonly role: FilterRole }[];
  readonly combine: FilterRule['combine'];
  readonly before: number;
  readonly after: number;
  /** Lines that end at or before this byte are left out. */
  readonly from: number;
}

interface Kept {
  readonly filter: Filter;
  readonly release: readonly (() => void)[];
}

export class FileFilters {
  readonly #file: OpenFile;
  readonly #searches: FileSearches;
  readonly #pool: FilterPool;
  /** What was asked about last comes last. */
  readonly #filters = new Map<string, Kept>();
  readonly #releases = new Map<number, () => Promise<void>>();
  #unlisten: (() => void) | null = null;

  constructor(file: OpenFile, searches: FileSearches, pool: FilterPool = filterPool()) {
    this.#file = file;
    this.#searches = searches;
    this.#pool = pool;
  }

  /** Throws a LayerError or TooManyFilters. */
  create(wish: FilterWish): Filter {
    const searches = this.#layersOf(wish);
    const [first] = searches;
    if (!first) throw new LayerError('wrong', 0, 'there must be one');
    this.#makeRoom();
    this.#file.content.holdUntil(this.#release(first.source.fd));
    const filter = new Filter({
      ...wish,
      id: randomBytes(6).toString('base64url'),
      layers: searches.map((search, i) => ({ search, role: wish.layers[i]?.role ?? 'include' })),
      pool: this.#pool,
      budget,
      spillFolder: spillFolder(),
      nextData: sparseData(first.source.fd),
    });
    this.#filters.set(filter.id, { filter, release: searches.map((search) => this.#searches.use(search)) });
    // While there is a filter, growth is noticed by itself.
    this.#unlisten ??= this.#file.listen((change) => {
      if (change !== 'file') return;
      for (const { filter: each } of this.#filters.values()) {
        if (each.source === this.#file.source) each.noticeSource();
        else this.delete(each.id);
      }
    });
    filter.start();
    return filter;
  }

  get(id: string): Filter | null {
    const kept = this.#filters.get(id);
    if (!kept) return null;
    this.#filters.delete(id);
    this.#filters.set(id, kept);
    return kept.filter;
  }

  /** Ends and forgets; false when there is no such filter. */
  delete(id: string): boolean {
    const kept = this.#filters.get(id);
    if (!kept) return false;
    this.#filters.delete(id);
    kept.filter.close();
    kept.filter.whenUnread(() => {
      for (const release of kept.release) release();
    });
    if (this.#filters.size === 0) {
      this.#unlisten?.();
      this.#unlisten = null;
    }
    return true;
  }

  close(): void {
    for (const id of [...this.#filters.keys()]) this.delete(id);
  }

  #layersOf({ layers }: FilterWish): readonly Search[] {
    const searches = layers.map(({ search: id }, i) => {
      const search = this.#searches.get(id);
      if (!search) throw new LayerError('missing', i, 'there is no such search');
      return search;
    });
    const format = searches[0] && lineFormatKey(searches[0].plan.format);
    for (const [i, search] of searches.entries()) {
      if (search.plan.report !== 'lines') throw new LayerError('wrong', i, 'a search with report lines');
      if (lineFormatKey(search.plan.format) !== format) {
        throw new LayerError('wrong', i, 'a search whose lines end as those of the first layer');
      }
      search.noticeSource();
      if (search.stale || search.source !== this.#file.source)
        throw new LayerError('stale', i, 'a search of the file as it is now');
    }
    return searches;
  }

  /** One function a descriptor, as a file may be filtered often. */
  #release(fd: number): () => Promise<void> {
    const known = this.#releases.get(fd) ?? (() => this.#pool.quiet(fd));
    this.#releases.set(fd, known);
    return known;
  }

  #makeRoom(): void {
    if (this.#filters.size < MAX_FILTERS) return;
    for (const { filter } of this.#filters.values()) {
      if (!filter.idle || filter.read) continue;
      this.delete(filter.id);
      return;
    }
    throw new TooManyFilters(`there are ${MAX_FILTERS} filters of this file already, all in use`);
  }
}

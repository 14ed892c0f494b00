/** A search engine with tiny segments, so that every boundary is met by files of some kilobytes; for tests. */
import { closeSync, fstatSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSearch } from '../../../server/search/compile.ts';
import { Frequencies } from '../../../server/search/frequencies.ts';
import { HitBudget } from '../../../server/search/hitParts.ts';
import type { Hit } from '../../../server/search/hitStore.ts';
import { Search } from '../../../server/search/search.ts';
import type { SearchSizes } from '../../../server/search/searchJob.ts';
import type { SearchOptions } from '../../../server/search/searchOptions.ts';
import { SearchPool } from '../../../server/search/searchPool.ts';
import type { Source } from '../../../server/source/source.ts';
import { detectShape, type TextShape } from '../../../server/window/encoding.ts';
import type { SearchRequest } from '../../../shared/protocol.ts';
import { tempFolder } from '../../helpers/files.ts';

/** Segments and stripes of one page, the smallest there can be; every bit is sent at once. */
export const SMALL_SIZES: SearchSizes = {
  segmentBytes: 65_536,
  stripeBytes: 65_536,
  pieceBytes: 16_384,
  windowBytes: 8_192,
  contextBytes: 4_096,
  sendEveryMs: 0,
};

export function smallPool(sizes: SearchSizes = SMALL_SIZES, deadlineMs = 10_000): SearchPool {
  return new SearchPool({ threads: 2, sizes, deadlineMs });
}

/** The bytes of a file, without any of the care of a real Source. */
export function plainSource(path: string): Source & { grow(): void; renew(): void } {
  const fd = openSync(path, 'r');
  let size = fstatSync(fd).size;
  let generation = 1;
  return {
    fd,
    get size() {
      return size;
    },
    get generation() {
      return generation;
    },
    identity: { device: 0n, inode: 0n, size: 0n, mtimeNs: 0n, ctimeNs: 0n },
    read: async (offset, target) => readSync(fd, target, 0, target.length, offset),
    refresh: () => undefined,
    grow: () => {
      size = fstatSync(fd).size;
    },
    renew: () => {
      generation++;
    },
    close: () => closeSync(fd),
  };
}

export interface EngineOptions {
  readonly encoding?: string;
  readonly kind?: TextShape['kind'];
  readonly terminator?: 'lf' | 'cr';
  readonly budgetBytes?: number;
}

const folder = tempFolder();
let files = 0;

export function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, bytes);
  return path;
}

export function shapeOf(bytes: Uint8Array, options: EngineOptions): TextShape {
  const shape = detectShape([{ offset: 0, bytes: bytes.subarray(0, 65_536) }], options.encoding ?? 'utf-8');
  return { ...shape, kind: options.kind ?? 'text', terminator: options.terminator ?? 'lf' };
}

export function startSearch(
  pool: SearchPool,
  source: Source,
  request: SearchRequest,
  shape: TextShape,
  budgetBytes = 1 << 20,
  nextData: SearchOptions['nextData'] = null,
): Search {
  const search = new Search({
    id: 'test',
    source,
    plan: compileSearch(request, shape, new Frequencies(new Uint8Array(0))),
    from: request.from ?? 0,
    pool,
    budget: new HitBudget(budgetBytes),
    spillFolder: join(folder, 'hits'),
    nextData,
  });
  search.start();
  return search;
}

export function finished(search: Search): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!search.idle) return;
      stop();
      resolve();
    };
    const stop = search.onProgress(look);
    look();
  });
}

/** All hits of `request` in `bytes`. Throws what the search says went wrong. */
export async function searchBytes(
  pool: SearchPool,
  bytes: Uint8Array,
  request: SearchRequest,
  options: EngineOptions = {},
): Promise<readonly Hit[]> {
  const source = plainSource(fileOf(bytes));
  const search = startSearch(pool, source, request, shapeOf(bytes, options), options.budgetBytes);
  try {
    await finished(search);
    const { error, complete, hits: total } = search.status();
    if (error) throw new Error(error.message);
    if (!complete) throw new Error('the search did not end');
    const { hits, exact } = search.hits.range(0, 10_000_000);
    if (hits.length !== total || !exact) throw new Error(`${hits.length} hits of ${total}, exact ${exact}`);
    return hits;
  } finally {
    search.close();
    source.close();
  }
}

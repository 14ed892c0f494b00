/** Which segments need a thread to be combined, told from where layers have hits and from where the file is a hole. */
import type { Extent } from '../../shared/extent.ts';
import type { Search } from '../search/search.ts';
import { type FilterRule, showsOthers } from './rule.ts';

/**
 * `none`: no line is shown. `hole`: nothing but zeros and no hit, each segment is one piece of a line and all of it is shown.
 * `work`: what is shown has to be found out.
 */
export interface SegmentRun {
  readonly kind: 'none' | 'hole' | 'work';
  /** Segments from the first up to this are of the kind. */
  readonly end: number;
}

export interface KindsOptions {
  readonly layers: readonly Search[];
  readonly rule: FilterRule;
  /** The first segments, of whose lines none is shown, whatever layers say. */
  readonly hidden: number;
  readonly segmentBytes: number;
  readonly nextData: ((offset: number, size: number) => Extent | null) | null;
}

export class SegmentKinds {
  readonly #options: KindsOptions;
  readonly #others: boolean;
  /** Layers without a hit of which there is no match. */
  readonly #includes: readonly Search[];

  constructor(options: KindsOptions) {
    this.#options = options;
    this.#others = showsOthers(options.rule);
    this.#includes = options.layers.filter((_, i) => (options.rule.includes & (2 ** i)) !== 0);
  }

  /** The kind of segments from `from` on, which all layers have searched up to `end`; the file has `size` bytes. */
  runFrom(from: number, end: number, size: number): SegmentRun {
    const { hidden } = this.#options;
    if (from < hidden) return { kind: 'none', end: Math.min(end, hidden) };
    if (this.#others) return this.#othersFrom(from, end, size);
    const next = this.#includes.map((layer) => layer.hits.nextSegment(from) ?? end);
    const hit = this.#options.rule.combine === 'all' ? Math.max(...next) : Math.min(...next);
    return hit > from ? { kind: 'none', end: Math.min(hit, end) } : { kind: 'work', end: from + 1 };
  }

  #othersFrom(from: number, end: number, size: number): SegmentRun {
    const { nextData, layers, segmentBytes } = this.#options;
    if (!nextData) return { kind: 'work', end };
    const data = nextData(from * segmentBytes, size);
    const dataFrom = Math.floor((data?.offset ?? size) / segmentBytes);
    if (dataFrom > from) {
      const hit = Math.min(end, dataFrom, ...layers.map((layer) => layer.hits.nextSegment(from) ?? end));
      return hit > from ? { kind: 'hole', end: hit } : { kind: 'work', end: from + 1 };
    }
    return { kind: 'work', end: Math.min(end, Math.max(from + 1, Math.ceil((data?.end ?? size) / segmentBytes))) };
  }
}

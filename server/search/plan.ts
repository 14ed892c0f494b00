/** What a search comes down to: everything a worker has to know, and nothing of the request. Sent to workers as it is. */
import type { LineFormat } from '../../shared/lineFormat.ts';
import type { FixedLength } from './packing.ts';

/** The kernel's image of a set of forms, made for address PROGRAM of its memory; see server/kernels/search.ts. */
export interface FormsProgram {
  readonly kind: 'forms';
  readonly image: Uint8Array;
  readonly filters: number;
  /** The first so many filters and forms are enough where all bytes are below 0x80. */
  readonly asciiFilters: number;
  readonly filterCount: number;
  readonly forms: number;
  readonly asciiForms: number;
  readonly formCount: number;
  /** Some filter byte is compared under a mask; of the ASCII ones alone as well. */
  readonly masked: boolean;
  readonly asciiMasked: boolean;
  /** Bytes of the longest hit. */
  readonly longest: number;
  /** Two hits may overlap, so that which ones count depends on where the search began. */
  readonly selfOverlapping: boolean;
}

export interface NumberProgram {
  readonly kind: 'number';
  readonly bytes: 1 | 2 | 4 | 8;
  readonly bigEndian: boolean;
  readonly range:
    | { readonly form: 'integer'; readonly low: bigint; readonly span: bigint }
    | { readonly form: 'float'; readonly nan: boolean; readonly low: number; readonly high: number };
}

export type Finder = FormsProgram | NumberProgram;

/** Whether letters stand beside a hit; see `setWords` in the kernel. */
export interface WordRule {
  /** 0: no, 1: part of a word, 2: depends on more bytes. */
  readonly table: Uint8Array;
}

export interface RegexRule {
  /** As typed; run on one line at a time. */
  readonly source: string;
  readonly flags: string;
  /** The same, for many lines at once: cannot match U+000A, and `^` and `$` with flag m mean the ends of lines. */
  readonly cleanSource: string;
  readonly cleanFlags: string;
}

interface PlanBase {
  readonly format: LineFormat;
  /** WHATWG name. */
  readonly encoding: string;
  /** Hits start at or after this: the byte order mark is not text. */
  readonly firstOffset: number;
  /** Every hit has this length; null when they differ. */
  readonly fixed: FixedLength;
  /** A run of zeros cannot hold a hit: holes are skipped. */
  readonly skipsZeros: boolean;
  readonly report: 'matches' | 'lines';
}

/** `bytes`: wherever the finder says so. */
export interface FinderPlan extends PlanBase {
  readonly mode: 'finder';
  readonly finder: Finder;
  readonly words: WordRule | null;
  /** Offsets of hits are multiples of this. */
  readonly align: 1 | 2 | 4 | 8;
  readonly overlapping: boolean;
}

/** A regular expression, line by line or over raw bytes. `finder` finds what every match must contain, when there is such a thing. */
export interface RegexPlan extends PlanBase {
  readonly mode: 'lines' | 'bytes';
  readonly finder: FormsProgram | null;
  /** Matches begin where the finder finds something, and nowhere else. */
  readonly anchored: boolean;
  readonly regex: RegexRule;
}

export type SearchPlan = FinderPlan | RegexPlan;

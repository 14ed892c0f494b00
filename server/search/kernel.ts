/**
 * The search kernel's memory and functions, for a worker. The kernel allocates nothing: this module decides what lies where.
 *
 *   PROGRAM  forms, filters, word table
 *   OUT      packed hits of one page
 *   LINES    three i32 a gathered line
 *   TEXT     gathered lines
 *   DATA     bytes of the file: some before, a piece, some after
 */
import type { LineFormat } from '../../shared/lineFormat.ts';
import type { WasmGlobal, WasmModule } from '../index/wasmTypes.ts';
import type { Finder, SearchPlan } from './plan.ts';

export interface SearchExports {
  setForms(filters: number, filterCount: number, masked: boolean, forms: number, formCount: number): void;
  setWords(unit: number, high: number, table: number): void;
  setAlign(mask: number): void;
  setInteger(bytes: number, bigEndian: boolean, low: bigint, span: bigint): void;
  setFloat(bytes: number, bigEndian: boolean, nan: boolean, low: number, high: number): void;
  setLines(unit: number, terminator: number, carriage: number, newline: number): void;
  setData(start: number, end: number, origin: number): void;
  find(from: number, to: number): number;
  lastHitEnd(): number;
  collect(from: number, to: number, base: number, out: number, lengths: boolean, overlapping: boolean): number;
  collectEnd(): number;
  nextTerminator(at: number, end: number): number;
  previousTerminator(at: number, from: number): number;
  gather(
    from: number,
    to: number,
    all: boolean,
    copy: boolean,
    text: number,
    textLimit: number,
    lines: number,
    maxLines: number,
  ): number;
  gatherEnd(): number;
  textEnd(): number;
  classify(from: number, end: number): number;
  advanceUtf8(at: number, end: number, units: number): number;
}

/** Bits of `classify`. */
export const HAS_HIGH = 1;
export const HAS_CR = 2;
export const HAS_LF = 4;

export const PROGRAM = 0;
const PROGRAM_BYTES = 262_144;
const WORDS = PROGRAM + PROGRAM_BYTES - 256;
export const OUT = PROGRAM + PROGRAM_BYTES;
/** A page of hits of one byte each with a length each takes 128 KiB; longer hits are fewer. */
const OUT_BYTES = 262_144;
export const LINES = OUT + OUT_BYTES;
export const MAX_GATHERED_LINES = 65_536;
export const TEXT = LINES + 12 * MAX_GATHERED_LINES;
/** Longest line that is searched as a whole, and the most that is read for lines at once. */
export const PIECE_BYTES = 1_048_576;
export const TEXT_LIMIT = TEXT + PIECE_BYTES + 16;
/** Seen before and after a window of a longer line. */
export const CONTEXT_BYTES = 65_536;
export const DATA = TEXT_LIMIT + 48;
export const DATA_LIMIT = DATA + PIECE_BYTES + 4 * CONTEXT_BYTES;
const WASM_PAGE = 65_536;
const MEMORY_PAGES = Math.ceil((DATA_LIMIT + 32_768) / WASM_PAGE);

/** Largest program image. */
export const MAX_PROGRAM_BYTES = PROGRAM_BYTES - 256;

const { WebAssembly } = globalThis as unknown as WasmGlobal;

/** Asked about a place where the word table says 2: is the character that ends (starts) at `pointer` part of a word? */
export interface WordJudge {
  before(pointer: number): boolean;
  after(pointer: number): boolean;
}

export class SearchKernel {
  readonly exports: SearchExports;
  readonly memory: Buffer;
  readonly lines: Int32Array;
  judge: WordJudge | null = null;
  #finder: Finder | null = null;
  #narrow = false;

  constructor(module: WasmModule) {
    const memory = new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MEMORY_PAGES });
    const env = {
      memory,
      wordBefore: (pointer: number): number => (this.judge?.before(pointer) ? 1 : 0),
      wordAfter: (pointer: number): number => (this.judge?.after(pointer) ? 1 : 0),
    };
    this.exports = new WebAssembly.Instance(module, { env }).exports as unknown as SearchExports;
    this.memory = Buffer.from(memory.buffer);
    this.lines = new Int32Array(memory.buffer, LINES, 3 * MAX_GATHERED_LINES);
  }

  /** Makes the kernel work on `plan` from now on. */
  load(plan: SearchPlan, judge: WordJudge | null): void {
    const { format } = plan;
    this.setLines(format);
    const words = plan.mode === 'finder' ? plan.words : null;
    if (words) this.memory.set(words.table, WORDS);
    this.exports.setWords(words ? format.unitBytes : 0, format.bigEndian ? 0 : 1, WORDS);
    this.exports.setAlign(plan.mode === 'finder' ? plan.align - 1 : 0);
    this.judge = judge;
    this.#finder = plan.finder;
    if (plan.finder?.kind === 'forms') {
      this.memory.set(plan.finder.image, PROGRAM);
      this.#setForms(false);
    } else if (plan.finder) {
      const { bytes, bigEndian, range } = plan.finder;
      if (range.form === 'integer') this.exports.setInteger(bytes, bigEndian, range.low, range.span);
      else this.exports.setFloat(bytes, bigEndian, range.nan, range.low, range.high);
    }
  }

  /** Makes the kernel tell lines of this format apart. */
  setLines({ unitBytes, bigEndian, terminator }: LineFormat): void {
    const unit = (code: number): number => (unitBytes === 2 && bigEndian ? code * 256 : code);
    const carriage = terminator === 'lf' ? unit(13) : -1;
    this.exports.setLines(unitBytes, unit(terminator === 'lf' ? 10 : 13), carriage, unit(10));
  }

  /** What is looked for next lies in `[from, end)`: where that is pure ASCII, spellings that are not are left out. */
  narrow(from: number, end: number): void {
    const finder = this.#finder;
    if (finder?.kind !== 'forms' || finder.asciiFilters === finder.filterCount) return;
    const ascii = (this.exports.classify(from, end) & HAS_HIGH) === 0;
    if (ascii !== this.#narrow) this.#setForms(ascii);
  }

  #setForms(ascii: boolean): void {
    const finder = this.#finder;
    if (finder?.kind !== 'forms') return;
    this.#narrow = ascii;
    if (ascii) {
      const { filters, asciiFilters, asciiMasked, forms, asciiForms } = finder;
      this.exports.setForms(filters, asciiFilters, asciiMasked, forms, asciiForms);
    } else {
      const { filters, filterCount, masked, forms, formCount } = finder;
      this.exports.setForms(filters, filterCount, masked, forms, formCount);
    }
  }
}

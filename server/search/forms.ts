/**
 * Turns spellings into the kernel's program: which bytes to look for first, and how to be sure.
 *
 * A spelling is a sequence of elements (characters or bytes), each with one or more encoded alternatives. Where every element has
 * exactly one, the spelling is a run of bytes under a mask. Alternatives that differ in a single bit (`e` and `E`) count as one
 * with that bit masked out, which is all that most case-insensitive searches need.
 */
import { assert } from '../../shared/assert.ts';
import type { Frequencies } from './frequencies.ts';
import { MAX_PROGRAM_BYTES, PROGRAM } from './kernel.ts';
import type { FormsProgram } from './plan.ts';

/** Bytes under a mask, one to four of them. */
export interface Alternative {
  readonly values: readonly number[];
  readonly masks: readonly number[];
}
export type Element = readonly Alternative[];
export type Spelling = readonly Element[];

/** More filters than this make the kernel slower than the expression itself. */
const MAX_FILTERS = 16;
/** Starts of a spelling are written out until there would be more of them than this. */
const MAX_VARIANTS = 8;
/** A byte of the file costs this for each filter, ns; a candidate costs CANDIDATE_NS. */
const FILTER_NS = 0.02;
const CANDIDATE_NS = 6;

/** Filters look no further into a long spelling than this. */
const FILTER_REACH = 1_024;
/** Of the rarest bytes, all pairs of so many are counted in the sample. */
const TRIED_POSITIONS = 4;

const FILTER_BYTES = 80;
const FORM_BYTES = 16;
const VECTOR = 16;

/** Bytes that all begin a spelling, or the whole of it. */
interface Run {
  readonly values: number[];
  readonly masks: number[];
}

interface Filter {
  readonly a: Position;
  readonly b: Position;
  readonly ascii: boolean;
  /** Expected share of positions that pass. */
  readonly share: number;
}

interface Position {
  readonly at: number;
  readonly value: number;
  readonly mask: number;
}

/** Alternatives of one character from its encodings: those that differ in one bit are merged. */
export function element(encodings: readonly (readonly number[])[]): Element {
  const rest = encodings.map((bytes): Alternative => ({ values: bytes, masks: bytes.map(() => 255) }));
  const merged: Alternative[] = [];
  while (rest.length > 0) {
    const first = rest.shift();
    if (!first) break;
    const partner = rest.findIndex((other) => oneBitApart(first, other));
    const [other] = partner >= 0 ? rest.splice(partner, 1) : [];
    merged.push(other ? mergeBit(first, other) : first);
  }
  return merged;
}

function oneBitApart(a: Alternative, b: Alternative): boolean {
  if (a.values.length !== b.values.length) return false;
  const differing = a.values.map((value, i) => value ^ (b.values[i] ?? 0)).filter((bits) => bits !== 0);
  const [bits] = differing;
  return differing.length === 1 && bits !== undefined && (bits & (bits - 1)) === 0;
}

function mergeBit(a: Alternative, b: Alternative): Alternative {
  const masks = a.values.map((value, i) => 255 - (value ^ (b.values[i] ?? 0)));
  return { values: a.values.map((value, i) => value & (masks[i] ?? 0)), masks };
}

/**
 * The program that finds any of `spellings`, the earlier ones preferred where several match at one place. Null when that would
 * take too many filters, or a program too large.
 */
export function buildProgram(spellings: readonly Spelling[], frequencies: Frequencies): FormsProgram | null {
  const forms = spellings.filter((spelling) => spelling.length > 0);
  if (forms.length === 0 || forms.length !== spellings.length) return null;
  const filters = distinct(forms.flatMap((form) => chooseFilters(form, frequencies)));
  if (filters.length === 0 || filters.length > MAX_FILTERS) return null;
  const ascii = filters.filter((filter) => filter.ascii);
  // Forms are left out from the end only: their order says which one is preferred.
  const asciiForms = forms.filter(canBeAscii);
  const narrowable = ascii.length > 0 && forms.slice(0, asciiForms.length).every(canBeAscii);
  const ordered = [...ascii, ...filters.filter((filter) => !filter.ascii)];
  const image = new Image(ordered, forms);
  if (image.bytes.length > MAX_PROGRAM_BYTES) return null;
  return {
    kind: 'forms',
    image: image.bytes,
    filters: PROGRAM,
    asciiFilters: narrowable ? ascii.length : ordered.length,
    filterCount: ordered.length,
    forms: PROGRAM + FILTER_BYTES * ordered.length,
    asciiForms: narrowable ? asciiForms.length : forms.length,
    formCount: forms.length,
    masked: ordered.some(isMasked),
    asciiMasked: (narrowable ? ascii : ordered).some(isMasked),
    longest: Math.max(...forms.map(longestBytes)),
    selfOverlapping: overlaps(forms),
  };
}

/**
 * Expected cost of finding these spellings and doing what takes `hitNs` at each, ns a byte of the file; Infinity when it cannot be
 * done, or is `limit` or more: where nearly every byte begins a long text (zeros), to count on would take seconds.
 */
export function estimateCost(spellings: readonly Spelling[], known: Frequencies, hitNs: number, limit: number): number {
  if (spellings.some((spelling) => spelling.length === 0)) return Infinity;
  let cost = 0;
  let count = 0;
  for (const spelling of spellings) {
    const filters = distinct(chooseFilters(spelling, known));
    if (filters.length === 0) return Infinity;
    count += filters.length;
    for (const filter of filters) {
      const most = (limit - cost) / hitNs;
      cost += FILTER_NS + filter.share * CANDIDATE_NS + hitShare(spelling, filter, known, most) * hitNs;
      if (cost >= limit) return Infinity;
    }
  }
  return count > MAX_FILTERS ? Infinity : cost;
}

/** Share of places in the sample that pass the filter and are spelled so, up to `most`; one that passes by chance costs little. */
function hitShare(spelling: Spelling, { a, b, share }: Filter, known: Frequencies, most: number): number {
  const { sample } = known;
  if (sample.length === 0) return share;
  const enough = most * sample.length;
  let hits = 0;
  forPairs(known, a, b, (start) => {
    if (hits < enough && isSpelledAt(sample, start, spelling)) hits++;
  });
  return Math.min(share, (hits + 0.01) / sample.length);
}

function isSpelledAt(bytes: Uint8Array, start: number, spelling: Spelling): boolean {
  let at = start;
  for (const alternatives of spelling) {
    const fitting = alternatives.find(({ values, masks }) =>
      values.every((value, i) => ((bytes[at + i] ?? 0) & (masks[i] ?? 0)) === value),
    );
    if (!fitting) return false;
    at += fitting.values.length;
  }
  return true;
}

function isMasked(filter: Filter): boolean {
  return filter.a.mask !== 255 || filter.b.mask !== 255;
}

function canBeAscii(spelling: Spelling): boolean {
  return spelling.every((alternatives) =>
    alternatives.some(({ values, masks }) => values.every((value, i) => (value & (masks[i] ?? 0) & 0x80) === 0)),
  );
}

function longestBytes(spelling: Spelling): number {
  return spelling.reduce((sum, alternatives) => sum + Math.max(...alternatives.map(({ values }) => values.length)), 0);
}

function distinct(filters: readonly Filter[]): Filter[] {
  const key = ({ a, b }: Filter): string => [a.at, a.value, a.mask, b.at, b.value, b.mask].join();
  return [...new Map(filters.map((filter) => [key(filter), filter])).values()];
}

/**
 * The filters of one spelling: each way to write its first elements gets a pair of bytes. How many elements are written out is
 * what makes the expected cost least.
 */
function chooseFilters(spelling: Spelling, frequencies: Frequencies): Filter[] {
  let variants: Run[] = [{ values: [], masks: [] }];
  let best: Filter[] = [];
  let bestCost = Infinity;
  for (let i = 0; i < spelling.length; i++) {
    const alternatives = spelling[i] ?? [];
    if (variants.length * alternatives.length > MAX_VARIANTS) break;
    variants = variants.flatMap((run) =>
      alternatives.map(({ values, masks }) => ({
        values: [...run.values, ...values],
        masks: [...run.masks, ...masks],
      })),
    );
    const isLast = i === spelling.length - 1;
    const forks = spelling[i + 1]?.length !== 1;
    // Within a run of single alternatives only its end matters: more bytes never make a pair worse.
    if (!isLast && !forks) continue;
    const filters = variants.flatMap((run) => chooseFilter(run, frequencies) ?? []);
    if (filters.length !== variants.length) continue;
    const cost = filters.reduce((sum, { share }) => sum + FILTER_NS + share * CANDIDATE_NS, 0);
    if (cost < bestCost) [best, bestCost] = [filters, cost];
  }
  return best;
}

/** The pair of bytes of `run` that the file's sample holds least often; null when nothing of it is fixed. */
function chooseFilter(run: Run, known: Frequencies): Filter | null {
  const positions = run.values
    .slice(0, FILTER_REACH)
    .map((value, at) => ({ at, value, mask: run.masks[at] ?? 0 }))
    .filter(({ mask }) => mask !== 0)
    .map((position) => ({ ...position, share: known.share(position.value, position.mask) }))
    .sort((x, y) => x.share - y.share);
  const [rarest] = positions;
  if (!rarest) return null;
  const ascii = run.values.every((value, i) => (value & (run.masks[i] ?? 0) & 0x80) === 0);
  let choice = { a: rarest, b: positions[1] ?? rarest, share: Infinity };
  // Bytes are not independent of each other ("ER" stands in every ERROR), so pairs of the rarest are tried on the sample.
  const few = positions.slice(0, TRIED_POSITIONS);
  for (const a of few) {
    for (const b of few) {
      if (a.at >= b.at && positions.length > 1) continue;
      const guess = Math.max(a.share * b.share, 1e-12);
      const size = known.sample.length;
      const share = size > 0 ? (countPairs(known, a, b) + guess) / size : guess;
      if (share < choice.share) choice = { a, b, share };
    }
  }
  const [a, b] = choice.a.at <= choice.b.at ? [choice.a, choice.b] : [choice.b, choice.a];
  return { a, b, ascii, share: choice.share };
}

/** Calls `visit` with where a spelling would start at each pair of the two bytes in the sample. */
function forPairs(known: Frequencies, a: Position, b: Position, visit: (start: number) => void): void {
  const [rare, other] = known.share(a.value, a.mask) <= known.share(b.value, b.mask) ? [a, b] : [b, a];
  known.places(rare.value, rare.mask, (at) => {
    const byte = known.sample[at - rare.at + other.at];
    if (byte !== undefined && (byte & other.mask) === other.value) visit(at - rare.at);
  });
}

function countPairs(known: Frequencies, a: Position, b: Position): number {
  let count = 0;
  forPairs(known, a, b, () => count++);
  return count;
}

/** Whether a hit of one spelling may begin inside a hit of another or of itself. Errs on the side of yes. */
function overlaps(forms: readonly Spelling[]): boolean {
  const runs = forms.map(asRun);
  if (runs.some((run) => run === null)) return forms.length > 1 || longestBytes(forms[0] ?? []) > 1;
  return runs.some((a) => runs.some((b) => a !== null && b !== null && canOverlap(a, b)));
}

function canOverlap(a: Run, b: Run): boolean {
  for (let shift = 1; shift < a.values.length; shift++) {
    const length = Math.min(a.values.length - shift, b.values.length);
    let fits = true;
    for (let i = 0; i < length && fits; i++) {
      const common = (a.masks[shift + i] ?? 0) & (b.masks[i] ?? 0);
      fits = (((a.values[shift + i] ?? 0) ^ (b.values[i] ?? 0)) & common) === 0;
    }
    if (fits) return true;
  }
  return false;
}

/** A spelling without choices as plain bytes; null when an element has several alternatives. */
function asRun(spelling: Spelling): Run | null {
  const run: Run = { values: [], masks: [] };
  for (const alternatives of spelling) {
    const [only] = alternatives;
    if (!only || alternatives.length !== 1) return null;
    run.values.push(...only.values);
    run.masks.push(...only.masks);
  }
  return run;
}

/** Filters, then forms, then what forms point to; see the kernel for the layout. */
class Image {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(filters: readonly Filter[], forms: readonly Spelling[]) {
    const head = FILTER_BYTES * filters.length + FORM_BYTES * forms.length;
    const sizes = forms.map((form) => formBytes(form));
    this.bytes = new Uint8Array(head + sizes.reduce((sum, size) => sum + size, 0));
    this.#view = new DataView(this.bytes.buffer);
    for (const [i, filter] of filters.entries()) this.#filter(FILTER_BYTES * i, filter);
    let data = head;
    for (const [i, form] of forms.entries()) {
      this.#form(FILTER_BYTES * filters.length + FORM_BYTES * i, form, data);
      data += sizes[i] ?? 0;
    }
  }

  #filter(at: number, { a, b }: Filter): void {
    this.bytes.fill(a.value, at, at + VECTOR);
    this.bytes.fill(a.mask, at + VECTOR, at + 2 * VECTOR);
    this.bytes.fill(b.value, at + 2 * VECTOR, at + 3 * VECTOR);
    this.bytes.fill(b.mask, at + 3 * VECTOR, at + 4 * VECTOR);
    this.#word(at + 4 * VECTOR, a.at);
    this.#word(at + 4 * VECTOR + 4, b.at);
  }

  #form(at: number, form: Spelling, data: number): void {
    const run = asRun(form);
    this.#word(at + 8, PROGRAM + data);
    if (run) {
      const vectors = Math.ceil(run.values.length / VECTOR);
      this.#word(at, run.values.length);
      this.#word(at + 4, vectors);
      for (let i = 0; i < run.values.length; i++) {
        const place = data + 2 * VECTOR * Math.floor(i / VECTOR) + (i % VECTOR);
        this.bytes[place] = run.values[i] ?? 0;
        this.bytes[place + VECTOR] = run.masks[i] ?? 0;
      }
      return;
    }
    this.#word(at, 0);
    this.#word(at + 4, form.length);
    let to = data;
    for (const alternatives of form) {
      this.#word(to, alternatives.length);
      to += 4;
      for (const { values, masks } of alternatives) {
        assert(values.length <= 4, 'an alternative is one character');
        this.#word(to, values.length);
        this.bytes.set(values, to + 4);
        this.bytes.set(masks, to + 8);
        to += 12;
      }
    }
  }

  #word(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
}

function formBytes(form: Spelling): number {
  const run = asRun(form);
  if (run) return 2 * VECTOR * Math.ceil(run.values.length / VECTOR);
  return form.reduce((sum, alternatives) => sum + 4 + 12 * alternatives.length, 0);
}

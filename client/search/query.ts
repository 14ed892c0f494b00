/**
 * What a person asks to be found, apart from any file: how what is typed is read, how it goes into a request, into the address
 * and into the history. Pure. Nothing here parses patterns (check.ts does, and is loaded when the field opens).
 */
import { guessPattern } from '../../shared/patternGuess.ts';
import type { Endian, NumberType, SearchKind, SearchRequest } from '../../shared/protocol.ts';

export const NUMBER_TYPES: readonly NumberType[] = ['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64'];

/** Switches that stay as they are from one search to the next; each kind uses its own. */
export interface SearchSwitches {
  readonly caseSensitive: boolean;
  readonly wholeWord: boolean;
  readonly numberType: NumberType;
  readonly endian: Endian;
  /** Numbers at multiples of their size only. */
  readonly aligned: boolean;
}

export interface SearchQuery extends SearchSwitches {
  readonly kind: SearchKind;
  readonly pattern: string;
  /** `regex`: some of `su`; `i` is what `caseSensitive` says. */
  readonly flags: string;
}

export const DEFAULT_SWITCHES: SearchSwitches = {
  caseSensitive: false,
  wholeWord: false,
  numberType: 'u32',
  endian: 'le',
  aligned: false,
};

/** What is in the field. */
export interface SearchDraft extends SearchSwitches {
  readonly typed: string;
  /** Chosen by hand; null: by what is typed. */
  readonly kind: SearchKind | null;
}

export interface Reading {
  readonly query: SearchQuery;
  /** The kind was told from what is typed. */
  readonly guessed: boolean;
  /** Another kind that it could well be. */
  readonly other: SearchKind | null;
}

const EXPRESSION = /^\/(.+)\/([isu]*)$/s;
/** What would hardly be there in a path between slashes; who writes a space next to one uses them to show that it counts. */
const CLEARLY_EXPRESSION = /[\\^$*+?()[\]{}|]|^\s|\s$/;

/**
 * Reads what is typed. Text is text unless it can hardly be meant so: `/…/` with signs or flags of an expression, and, over bytes,
 * whatever looks like bytes or a typed number. `0x…` and hex pairs in a text are only offered as the other kind.
 */
export function readDraft(draft: SearchDraft, overBytes: boolean): Reading {
  const { typed, kind, caseSensitive, wholeWord, numberType, endian, aligned } = draft;
  const switches: SearchSwitches = { caseSensitive, wholeWord, numberType, endian, aligned };
  const guess = guessPattern(typed);
  const slashes = EXPRESSION.exec(typed);
  const certain = slashes ? slashes[2] !== '' || CLEARLY_EXPRESSION.test(slashes[1] ?? '') : overBytes;
  const chosen = kind ?? (certain ? guess.kind : 'text');
  const guessed = kind === null && chosen !== 'text';
  const other = kind !== null && kind !== 'text' ? null : guess.kind === chosen ? null : guess.kind;
  if (chosen !== 'regex' || !slashes || guess.kind !== 'regex') {
    return { query: { ...switches, kind: chosen, pattern: typed, flags: '' }, guessed, other };
  }
  const flags = guess.flags ?? '';
  const query: SearchQuery = {
    ...switches,
    kind: 'regex',
    pattern: guess.pattern,
    flags: withoutCase(flags),
    // Written with slashes, flags mean what they mean in a program.
    caseSensitive: !flags.includes('i'),
  };
  return { query, guessed, other };
}

function withoutCase(flags: string): string {
  return [...new Set(flags)]
    .filter((flag) => flag === 's' || flag === 'u')
    .sort()
    .join('');
}

/** Where the pattern of a reading begins in what is typed. */
export function patternStart(typed: string, query: SearchQuery): number {
  return typed === query.pattern ? 0 : Math.max(0, typed.indexOf(query.pattern));
}

const SIZE: Readonly<Record<NumberType, 1 | 2 | 4 | 8>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
  i64: 8,
  f64: 8,
};

/** The type that a number pattern begins with, else the chosen one. */
export function numberTypeOf(query: Pick<SearchQuery, 'pattern' | 'numberType'>): NumberType {
  const named = /^\s*([ui](?:8|16|32|64)|f(?:32|64))(?:le|be)?\s/i.exec(query.pattern)?.[1]?.toLowerCase();
  return NUMBER_TYPES.find((type) => type === named) ?? query.numberType;
}

/** The request for a file in which `encoding` was chosen (null: as detected), from the offset in view. */
export function toRequest(query: SearchQuery, encoding: string | null, from: number): SearchRequest {
  const { kind, pattern, caseSensitive, wholeWord, flags, numberType, endian, aligned } = query;
  const base = { kind, pattern, from };
  const inEncoding = encoding === null ? {} : { encoding };
  switch (kind) {
    case 'text':
      return { ...base, ...inEncoding, caseSensitive, wholeWord };
    case 'regex':
      return { ...base, ...inEncoding, caseSensitive, ...(flags !== '' && { flags }) };
    case 'number':
      return { ...base, numberType, endian, ...(aligned && { align: SIZE[numberTypeOf(query)] }) };
    case 'bytes':
      return base;
  }
}

/** Whether two queries find the same: switches that a kind does not use do not count. */
export function sameQuery(a: SearchQuery, b: SearchQuery): boolean {
  return JSON.stringify(toRequest(a, null, 0)) === JSON.stringify(toRequest(b, null, 0));
}

/** What would be typed to get the query in its kind. */
export function typedFor(query: SearchQuery): string {
  if (query.kind !== 'regex' || query.flags === '') return query.pattern;
  return `/${query.pattern}/${query.caseSensitive ? '' : 'i'}${query.flags}`;
}

/** The draft that reads as the query; its kind is left to be guessed where that gives the same. */
export function draftFor(query: SearchQuery, overBytes: boolean): SearchDraft {
  const { kind, caseSensitive, wholeWord, numberType, endian, aligned } = query;
  const typed = typedFor(query);
  const draft = { typed, kind: null, caseSensitive, wholeWord, numberType, endian, aligned };
  return readDraft(draft, overBytes).query.kind === kind ? draft : { ...draft, kind };
}

/** The query in the address: `q`, `qk` for the kind, `qf` for its switches. Empty without a query. */
export function formatQuery(query: SearchQuery | null): string {
  if (query === null) return '';
  const { kind, caseSensitive, wholeWord, flags, numberType, endian, aligned } = query;
  const marks: string[] = [];
  if (kind === 'text' || kind === 'regex') marks.push(caseSensitive ? 'c' : 'i');
  if (kind === 'text' && wholeWord) marks.push('w');
  if (kind === 'regex') marks.push(...flags);
  if (kind === 'number') marks.push(numberType, endian, ...(aligned ? ['aligned'] : []));
  const search = new URLSearchParams({ q: query.pattern });
  if (kind !== 'text') search.set('qk', kind);
  if (marks.length > 0) search.set('qf', marks.join('.'));
  return search.toString();
}

const KINDS: readonly SearchKind[] = ['text', 'bytes', 'number', 'regex'];

/** Reads what formatQuery wrote; what is not valid counts as not written. Null without a pattern. */
export function parseQuery(address: string): SearchQuery | null {
  const search = new URLSearchParams(address);
  const pattern = search.get('q');
  if (pattern === null || pattern === '') return null;
  const kind = KINDS.find((name) => name === search.get('qk')) ?? 'text';
  const marks = (search.get('qf') ?? '').split('.');
  return {
    kind,
    pattern,
    caseSensitive: marks.includes('c'),
    wholeWord: kind === 'text' && marks.includes('w'),
    flags: kind === 'regex' ? withoutCase(marks.filter((mark) => mark.length === 1).join('')) : '',
    numberType: NUMBER_TYPES.find((type) => marks.includes(type)) ?? DEFAULT_SWITCHES.numberType,
    endian: marks.includes('be') ? 'be' : 'le',
    aligned: kind === 'number' && marks.includes('aligned'),
  };
}

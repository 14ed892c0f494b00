/** A hit with what stands around it, for a line of the list. */
import { createTextCodec } from '../../shared/text/codec.ts';

/** Bytes before a hit, of a hit, and behind it that are looked at. */
const BEFORE_BYTES = 64;
const MATCH_BYTES = 160;
const AFTER_BYTES = 192;
/** Characters before the hit that are shown, so that the hit is seen in a narrow list. */
const BEFORE_CHARACTERS = 8;
const HEX_BEFORE = 2;
const HEX_MATCH = 8;
const HEX_ALL = 12;

export interface HitContext {
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

/** What has to be read for a hit: `[offset, end)`. */
export function contextExtent(offset: number, length: number, size: number): { offset: number; end: number } {
  const start = Math.max(0, offset - BEFORE_BYTES);
  // Code units of two bytes lie at even offsets.
  return { offset: start - (start % 2), end: Math.min(size, offset + Math.min(length, MATCH_BYTES) + AFTER_BYTES) };
}

/** Control and invisible characters would move or hide what is around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

const shown = (text: string): string => text.replace(/\t/g, ' ').replace(UNSEEN, '·');

/**
 * The line around the hit. `bytes` are those of contextExtent, as far as they are there, and begin with a whole character at the
 * start of the file only; the hit begins at `at`.
 */
export function textContext(
  bytes: Uint8Array,
  at: number,
  length: number,
  encoding: string,
  fileStart: boolean,
): HitContext {
  const codec = createTextCodec(encoding, (label, options) => new TextDecoder(label, options));
  const decode = (from: number, to: number): string =>
    new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes.subarray(from, to), { stream: true });
  const end = Math.min(bytes.length, at + Math.min(length, MATCH_BYTES));
  const first = fileStart || at === 0 ? 0 : codec.boundary(bytes, Math.min(codec.longest, at));
  const whole = decode(first, at);
  const line = whole.slice(Math.max(whole.lastIndexOf('\n'), whole.lastIndexOf('\r')) + 1).trimStart();
  const cut = [...line].length > BEFORE_CHARACTERS;
  const before = cut ? `…${[...line].slice(-BEFORE_CHARACTERS).join('')}` : line;
  const rest = decode(end, bytes.length);
  const ends = rest.search(/[\r\n]/);
  const match = decode(at, end).replace(/\r?\n|\r/g, '⏎');
  return { before: shown(before), match: shown(match), after: shown(ends < 0 ? rest : rest.slice(0, ends)) };
}

/** The bytes around the hit. */
export function hexContext(bytes: Uint8Array, at: number, length: number): HitContext {
  const hex = (from: number, to: number): string =>
    [...bytes.subarray(from, to)].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  const start = Math.max(0, at - HEX_BEFORE);
  const end = at + Math.min(length, HEX_MATCH);
  const more = length > HEX_MATCH ? ' …' : '';
  const before = hex(start, at);
  const after = hex(end, Math.max(end, start + HEX_ALL));
  return {
    before: before === '' ? '' : `${before} `,
    match: `${hex(at, end)}${more}`,
    after: after === '' ? '' : ` ${after}`,
  };
}

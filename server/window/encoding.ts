/**
 * What a file looks like, from a few samples of it: text or bytes, in which encoding, and what ends its lines. A guess decides
 * only the first view; the person can choose another encoding. Everything here is pure.
 */

import { isAscii } from 'node:buffer';

/** Bytes of the file from `offset` on. Offsets are even, so that 2-byte units keep their pairs. */
export interface Sample {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface TextShape {
  readonly kind: 'text' | 'binary';
  /** WHATWG name, lower case. */
  readonly encoding: string;
  /** Length of the byte order mark, bytes. */
  readonly bomBytes: number;
  readonly terminator: 'lf' | 'cr';
}

/** Sampled at the head, in the middle and at the tail, bytes; even. */
export const SAMPLE_BYTES = 16_384;

/** Where to sample a file of `size` bytes: all of a small one, else three places. */
export function sampleOffsets(size: number): readonly number[] {
  if (size <= SAMPLE_BYTES) return [0];
  const even = (offset: number): number => offset - (offset % 2);
  if (size <= 3 * SAMPLE_BYTES) {
    return size <= 2 * SAMPLE_BYTES ? [0, SAMPLE_BYTES] : [0, SAMPLE_BYTES, 2 * SAMPLE_BYTES];
  }
  return [0, even(Math.floor((size - SAMPLE_BYTES) / 2)), even(size - SAMPLE_BYTES + 1)];
}

const BOMS: readonly { encoding: string; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/** Length of the byte order mark of `encoding` at the start of the file (`head`), 0 when there is none. */
export function bomLength(encoding: string, head: Uint8Array): number {
  const bom = BOMS.find((candidate) => candidate.encoding === encoding)?.bytes;
  return bom?.every((byte, index) => head[index] === byte) ? bom.length : 0;
}

const isUtf16 = (encoding: string): boolean => encoding === 'utf-16le' || encoding === 'utf-16be';

/** Tab, line feed, vertical tab, form feed, carriage return, backspace and escape stand in ordinary text. */
function isOddControl(unit: number): boolean {
  return (unit < 32 && !(unit >= 8 && unit <= 13) && unit !== 27) || unit === 127;
}

interface Tally {
  units: number;
  nulls: number;
  controls: number;
  /** Units that cannot be text at all: lone surrogates. */
  broken: number;
  lineFeeds: number;
  carriageReturns: number;
}

/**
 * How often each byte occurs at even offsets (0–255) and at odd ones (256–511): one plain pass, since this runs before the
 * compiler has warmed up and first rows wait for it.
 */
type Histogram = Float64Array;

function histogram(samples: readonly Sample[]): Histogram {
  const counts = new Float64Array(512);
  for (const { bytes } of samples) {
    const { length } = bytes;
    for (let index = 0; index < length; index++) {
      const slot = (bytes[index] ?? 0) + (index % 2) * 256;
      counts[slot] = (counts[slot] ?? 0) + 1;
    }
  }
  return counts;
}

function tallyBytes(counts: Histogram): Tally {
  const of = (byte: number): number => (counts[byte] ?? 0) + (counts[byte + 256] ?? 0);
  const result = { units: 0, nulls: of(0), controls: 0, broken: 0, lineFeeds: of(10), carriageReturns: of(13) };
  for (let byte = 0; byte < 256; byte++) {
    result.units += of(byte);
    if (byte > 0 && isOddControl(byte)) result.controls += of(byte);
  }
  return result;
}

function tallyWide(samples: readonly Sample[], bigEndian: boolean): Tally {
  const result: Tally = { units: 0, nulls: 0, controls: 0, broken: 0, lineFeeds: 0, carriageReturns: 0 };
  const high = bigEndian ? 0 : 1;
  for (const { bytes } of samples) {
    let leading = false;
    for (let index = 0; index + 1 < bytes.length; index += 2) {
      const unit = (bytes[index + high] ?? 0) * 256 + (bytes[index + 1 - high] ?? 0);
      result.units++;
      if (unit === 0) result.nulls++;
      else if (unit === 10) result.lineFeeds++;
      else if (unit === 13) result.carriageReturns++;
      else if (isOddControl(unit)) result.controls++;
      const trailing = unit >= 0xdc00 && unit <= 0xdfff;
      if (index > 0 && leading !== trailing) result.broken++;
      leading = unit >= 0xd800 && unit <= 0xdbff;
    }
  }
  return result;
}

function kindOf(counts: Tally): TextShape['kind'] {
  // A log with a stray NUL is still a log; programs, images and compressed data hold far more of both.
  const tooMany = counts.nulls * 1000 > counts.units || (counts.controls + counts.broken) * 20 > counts.units;
  return tooMany ? 'binary' : 'text';
}

/** UTF-16 without a mark: zeros in one half of the units and hardly any in the other, and the units read as text. */
function utf16WithoutMark(samples: readonly Sample[], counts: Histogram): 'utf-16le' | 'utf-16be' | null {
  const [even = 0, odd = 0] = [counts[0], counts[256]];
  const most = Math.max(even, odd);
  let units = 0;
  for (const { bytes } of samples) units += Math.floor(bytes.length / 2);
  // A tenth is what spaces and line ends alone make in a text without Latin letters; in a short one that is chance.
  const needed = units < 200 ? units / 2 : units / 10;
  if (units < 2 || most < needed || Math.min(even, odd) * 50 > most) return null;
  const bigEndian = even > odd;
  const wide = tallyWide(samples, bigEndian);
  const text = kindOf(wide) === 'text' && wide.broken === 0 && wide.controls * 100 <= wide.units;
  if (!text) return null;
  return bigEndian ? 'utf-16be' : 'utf-16le';
}

/** Bytes that a UTF-8 sequence with this lead byte has, 0 for a byte that cannot lead one. */
function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf5 ? 4 : 0;
}

/** Least second byte (and one past the greatest) after a lead byte, which keeps out overlong forms and surrogates. */
function secondByteRange(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xc0];
  if (lead === 0xed) return [0x80, 0xa0];
  if (lead === 0xf0) return [0x90, 0xc0];
  if (lead === 0xf4) return [0x80, 0x90];
  return [0x80, 0xc0];
}

/**
 * Multi-byte UTF-8 sequences that are whole, and bytes that belong to none. A sequence cut by an edge of the sample counts as
 * neither: at the end of the file it may be a line that is still being written.
 */
export function countUtf8({ offset, bytes }: Sample): { sequences: number; invalid: number } {
  let index = 0;
  // Most text is ASCII, and the system's routine tells in microseconds.
  if (isAscii(bytes)) return { sequences: 0, invalid: 0 };
  if (offset > 0) while (index < 3 && ((bytes[index] ?? 0) & 0xc0) === 0x80) index++;
  let sequences = 0;
  let invalid = 0;
  while (index < bytes.length) {
    const lead = bytes[index] ?? 0;
    const length = sequenceLength(lead);
    if (length === 1) {
      index++;
      continue;
    }
    const [low, high] = secondByteRange(lead);
    let valid = 1;
    while (valid < length && index + valid < bytes.length) {
      const byte = bytes[index + valid] ?? 0;
      if (byte < (valid === 1 ? low : 0x80) || byte >= (valid === 1 ? high : 0xc0)) break;
      valid++;
    }
    if (length > 0 && valid === length) sequences++;
    else if (length > 0 && index + valid === bytes.length) break;
    else {
      invalid++;
      valid = 1;
    }
    index += valid;
  }
  return { sequences, invalid };
}

function detectEncoding(samples: readonly Sample[], counts: Histogram): string {
  const head = samples.find((sample) => sample.offset === 0)?.bytes ?? new Uint8Array(0);
  const marked = BOMS.find(({ encoding }) => bomLength(encoding, head) > 0);
  if (marked) return marked.encoding;
  const wide = utf16WithoutMark(samples, counts);
  if (wide) return wide;
  let sequences = 0;
  let invalid = 0;
  for (const sample of samples) {
    const counts = countUtf8(sample);
    sequences += counts.sequences;
    invalid += counts.invalid;
  }
  // Text in a single-byte encoding forms next to no UTF-8 sequences by chance, so a few damaged bytes in UTF-8 do not decide.
  return invalid === 0 || sequences > 10 * invalid ? 'utf-8' : 'windows-1252';
}

/** The shape of a file when read in `encoding`, or in the encoding that its samples suggest (null). An empty file is text. */
export function detectShape(samples: readonly Sample[], encoding: string | null): TextShape {
  const bytes = histogram(samples);
  const name = encoding ?? detectEncoding(samples, bytes);
  const counts = isUtf16(name) ? tallyWide(samples, name === 'utf-16be') : tallyBytes(bytes);
  const head = samples.find((sample) => sample.offset === 0)?.bytes ?? new Uint8Array(0);
  return {
    kind: kindOf(counts),
    encoding: name,
    bomBytes: bomLength(name, head),
    terminator: counts.carriageReturns > 0 && counts.lineFeeds === 0 ? 'cr' : 'lf',
  };
}

/**
 * The WHATWG name of an encoding label, or null when this runtime cannot decode it. Node lacks iso-8859-16 and
 * x-user-defined, which browsers have.
 */
export function canonicalEncoding(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

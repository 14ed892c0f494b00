/** Classes of bytes, and the runs of a row that share a colour. Pure. */

/** Printable bytes have the plain colour. */
export type ByteClass = 'printable' | 'null' | 'space' | 'control' | 'high' | 'ff';

export function byteClass(byte: number): ByteClass {
  if (byte === 0) return 'null';
  if (byte === 0xff) return 'ff';
  if (byte >= 0x80) return 'high';
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return 'space';
  return byte < 0x20 || byte === 0x7f ? 'control' : 'printable';
}

const CLASSES: readonly ByteClass[] = Array.from({ length: 256 }, (_, byte) => byteClass(byte));

/** Bytes `[first, end)` of a row that are of one class other than printable. */
export interface ClassRun {
  readonly kind: Exclude<ByteClass, 'printable'>;
  readonly first: number;
  readonly end: number;
}

/** The longest runs of bytes of one class. */
export function classRuns(bytes: Uint8Array): ClassRun[] {
  const runs: ClassRun[] = [];
  let first = 0;
  while (first < bytes.length) {
    const kind = CLASSES[bytes[first] ?? 0] ?? 'printable';
    let end = first + 1;
    while (end < bytes.length && CLASSES[bytes[end] ?? 0] === kind) end++;
    if (kind !== 'printable') runs.push({ kind, first, end });
    first = end;
  }
  return runs;
}

/** Style classes; `hidden` is the dot that stands for what has no character. */
export const CLASS_NAMES: Readonly<Record<ClassRun['kind'] | 'hidden', string>> = {
  null: 'byte-null',
  space: 'byte-space',
  control: 'byte-control',
  high: 'byte-high',
  ff: 'byte-ff',
  hidden: 'byte-hidden',
};

/** A part of a row's text in one colour; null: the plain one. */
export interface ColouredText {
  readonly kind: ClassRun['kind'] | 'hidden' | null;
  readonly text: string;
}

/**
 * `text` cut at the ends of `runs`, where byte i is at character `start(i)` up to `end(i)`. What is between the bytes of a run
 * belongs to it, so that a run is one part whatever the grouping.
 */
export function colouredText(
  text: string,
  runs: readonly ClassRun[],
  start: (byte: number) => number,
  end: (byte: number) => number,
): ColouredText[] {
  const parts: ColouredText[] = [];
  let at = 0;
  for (const run of runs) {
    const first = start(run.first);
    const last = Math.min(end(run.end - 1), text.length);
    if (first > at) parts.push({ kind: null, text: text.slice(at, first) });
    if (last > first) parts.push({ kind: run.kind, text: text.slice(first, last) });
    at = Math.max(at, last);
  }
  if (at < text.length) parts.push({ kind: null, text: text.slice(at) });
  return parts;
}

/** Classes of bytes and their colours, by the Custom Highlight API: the text of a row stays one node, whatever its colours. */

/** Printable bytes have the plain colour and no highlight. */
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
  readonly kind: Exclude<ByteClass, 'printable'> | 'hidden';
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

/** The runs of bytes other than printable and space, whatever their class: what the text column shows as a dot. */
export function hiddenRuns(runs: readonly ClassRun[]): ClassRun[] {
  const merged: ClassRun[] = [];
  for (const run of runs) {
    const last = merged[merged.length - 1];
    if (last?.end === run.first) merged[merged.length - 1] = { ...last, end: run.end };
    else merged.push({ ...run, kind: 'hidden' });
  }
  return merged;
}

const NAMES: Readonly<Record<ClassRun['kind'], string>> = {
  null: 'byte-null',
  space: 'byte-space',
  control: 'byte-control',
  high: 'byte-high',
  ff: 'byte-ff',
  hidden: 'byte-hidden',
};

const highlights = new Map<string, Highlight>();

/** The page's highlight of that name; null where the browser has none, and everything is then shown in the plain colour. */
function highlightNamed(name: string): Highlight | null {
  if (typeof Highlight === 'undefined' || typeof CSS === 'undefined' || !CSS.highlights) return null;
  let highlight = highlights.get(name);
  if (!highlight) {
    highlight = new Highlight();
    highlights.set(name, highlight);
    CSS.highlights.set(name, highlight);
  }
  return highlight;
}

/**
 * Colours `runs` in a text node in which byte i is at character `start(i)` up to `end(i)`; returns the function that takes the
 * colours away. Static ranges, since a live one has to be looked at by the browser whenever any node of the page goes.
 */
export function colourRuns(
  node: Text,
  runs: readonly ClassRun[],
  start: (byte: number) => number,
  end: (byte: number) => number,
): () => void {
  const added: [Highlight, StaticRange][] = [];
  for (const run of runs) {
    const highlight = highlightNamed(NAMES[run.kind]);
    if (!highlight) break;
    const range = new StaticRange({
      startContainer: node,
      startOffset: start(run.first),
      endContainer: node,
      endOffset: Math.min(end(run.end - 1), node.length),
    });
    highlight.add(range);
    added.push([highlight, range]);
  }
  return () => {
    for (const [highlight, range] of added) highlight.delete(range);
  };
}

/** Where filtered rows end: rows know their content, the bytes of the file say how long the terminator is. */
import type { LineFormat } from '../../shared/lineFormat.ts';
import type { Hit } from '../search/hitStore.ts';
import { type Source, StaleReadError } from '../source/source.ts';
import { readWindow } from '../window/bytes.ts';

/** What rows are rows of. */
export interface RowSpace {
  readonly format: LineFormat;
  readonly generation: number;
  /** Nothing at or after this is looked at. */
  readonly size: number;
  readonly segmentBytes: number;
  readonly pieceBytes: number;
}

/** Bytes read at once for rows that lie close together. */
const WINDOW_BYTES = 65_536;

/** Length of the terminator at `at` of `bytes`; 0 when there is none. */
function terminatorAt(bytes: Uint8Array, at: number, { unitBytes, bigEndian, terminator }: LineFormat): number {
  const unit = (from: number): number => {
    const first = bytes[from] ?? -1;
    if (unitBytes === 1) return first;
    const second = bytes[from + 1] ?? -1;
    if (second < 0) return -1;
    return bigEndian ? 256 * first + second : first + 256 * second;
  };
  if (terminator === 'cr') return unit(at) === 13 ? unitBytes : 0;
  if (unit(at) === 10) return unitBytes;
  return unit(at) === 13 && unit(at + unitBytes) === 10 ? 2 * unitBytes : 0;
}

/** Length of the terminator of `row`; `bytes`, which begin at `offset`, hold what comes after its content as far as the file does. */
export function terminatorLength(row: Hit, bytes: Uint8Array, offset: number, space: RowSpace): number {
  const contentEnd = row.offset + row.length;
  const length = terminatorAt(bytes, contentEnd - offset, space.format);
  // A piece of a long line is cut at the border, even where only the terminator is left for the next.
  const cut = contentEnd % space.segmentBytes === 0 && row.length + length > space.pieceBytes;
  return cut ? 0 : length;
}

/** Lengths of the terminators of `rows`, which are in order. Rejects with a StaleReadError or a SourceError. */
export async function terminatorLengths(source: Source, rows: readonly Hit[], space: RowSpace): Promise<number[]> {
  const most = 2 * space.format.unitBytes;
  const lengths: number[] = [];
  while (lengths.length < rows.length) {
    const from = endOf(rows[lengths.length]);
    let count = 1;
    while (lengths.length + count < rows.length && endOf(rows[lengths.length + count]) + most - from <= WINDOW_BYTES) {
      count++;
    }
    const last = endOf(rows[lengths.length + count - 1]);
    const end = Math.min(space.size, last + most);
    const bytes = await readExactly(source, from, end - from, space.generation);
    for (const row of rows.slice(lengths.length, lengths.length + count)) {
      lengths.push(terminatorLength(row, bytes, from, space));
    }
  }
  return lengths;
}

/** `length` bytes of the file in its state `generation`. */
export async function readExactly(
  source: Source,
  offset: number,
  length: number,
  generation: number,
): Promise<Uint8Array> {
  const { bytes } = await readWindow(source, offset, length, generation, null);
  if (bytes.length < length) throw new StaleReadError(`the file ended at ${offset + bytes.length}`);
  return bytes;
}

function endOf(row: Hit | undefined): number {
  return row ? row.offset + row.length : 0;
}

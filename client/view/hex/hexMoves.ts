/** Where the cursor goes: arithmetic only. */
import type { CommandId } from '../../state/commands.ts';

export interface HexExtent {
  readonly size: number;
  readonly rowBytes: number;
  /** Whole rows that fit. */
  readonly pageRows: number;
}

/** Rows by which a command moves cursor and view together; 0 for the others. */
export function rowsOf(command: CommandId, pageRows: number): number {
  const page = Math.max(1, pageRows - 1);
  const half = Math.max(1, Math.floor(pageRows / 2));
  switch (command) {
    case 'move.pageUp':
      return -page;
    case 'move.pageDown':
      return page;
    case 'move.halfUp':
      return -half;
    case 'move.halfDown':
      return half;
    default:
      return 0;
  }
}

/** The cursor `rows` further, in the same column; on the last row at most on the last byte. Stays in its column at either end. */
export function moveRows(cursor: number, rows: number, extent: HexExtent): number {
  const { size, rowBytes } = extent;
  if (size === 0) return 0;
  const column = cursor % rowBytes;
  const lastRow = Math.floor((size - 1) / rowBytes);
  const row = Math.max(0, Math.min((cursor - column) / rowBytes + rows, lastRow));
  return Math.min(row * rowBytes + column, size - 1);
}

/** Where a moving command leads; null when it is not one. */
export function moveTarget(command: CommandId, cursor: number, extent: HexExtent): number | null {
  const { size, rowBytes, pageRows } = extent;
  const last = Math.max(0, size - 1);
  const rowStart = cursor - (cursor % rowBytes);
  switch (command) {
    case 'move.left':
      return Math.max(0, cursor - 1);
    case 'move.right':
      return Math.min(last, cursor + 1);
    case 'move.up':
      return moveRows(cursor, -1, extent);
    case 'move.down':
      return moveRows(cursor, 1, extent);
    case 'move.pageUp':
    case 'move.pageDown':
    case 'move.halfUp':
    case 'move.halfDown':
      return moveRows(cursor, rowsOf(command, pageRows), extent);
    case 'move.rowStart':
      return rowStart;
    case 'move.rowEnd':
      return Math.min(last, rowStart + rowBytes - 1);
    case 'move.fileStart':
      return 0;
    case 'move.fileEnd':
      return last;
    default:
      return null;
  }
}

const WORD = /[\p{L}\p{N}_]/u;

/**
 * The bytes around `index` that a double click means: letters, digits and underscores together, else bytes of the same value, else
 * that byte. `[first, last]` of `bytes`.
 */
export function wordAround(bytes: Uint8Array, index: number): { readonly first: number; readonly last: number } {
  const isWord = (at: number) => {
    const byte = bytes[at];
    return byte !== undefined && byte < 0x80 && WORD.test(String.fromCharCode(byte));
  };
  const value = bytes[index];
  const same = isWord(index) ? isWord : (at: number) => value !== undefined && bytes[at] === value;
  let first = index;
  let last = index;
  while (first > 0 && same(first - 1)) first--;
  while (last < bytes.length - 1 && same(last + 1)) last++;
  return { first, last };
}

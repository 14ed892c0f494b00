/** Where the cursor goes in text: by characters, words and lines. Pure; null means that what is needed is not here yet. */

import { byteOf, characterAtByte, indexOf } from '../../shared/text/lineLayout.ts';
import { offsetAfter, offsetBefore } from './pickedRows.ts';
import { type CharacterPlace, isLong, type TextContents } from './textContent.ts';
import { lineOf, rowAt, rowEnd, rowOfOffset, type TextRow, type TextRun } from './textRun.ts';

export interface TextPlaces {
  readonly run: TextRun;
  readonly contents: TextContents;
  /** What lies before it is hidden. */
  readonly start: number;
  readonly size: number;
}

/** Half-open bytes of a character, word or line. */
export interface TextSpan {
  readonly offset: number;
  readonly end: number;
}

export function rowHolding(places: TextPlaces, offset: number): TextRow | null {
  const row = rowOfOffset(places.run, offset, places.size);
  return row === null ? null : rowAt(places.run, row);
}

export function characterHolding(places: TextPlaces, offset: number): CharacterPlace | null {
  const row = rowHolding(places, offset);
  return row && places.contents.characterAt(row, offset);
}

/** The next visible character; the last one of the rows at their end. */
export function characterRight(places: TextPlaces, offset: number): CharacterPlace | null {
  return stepFrom(places, offset, (here) => offsetAfter(places.run, here.end, places.size));
}

/** The visible character before; the first one of the rows at their start. */
export function characterLeft(places: TextPlaces, offset: number): CharacterPlace | null {
  return stepFrom(places, offset, (here) => {
    const before = offsetBefore(places.run, here.offset);
    return before !== null && before < places.start ? null : before;
  });
}

function stepFrom(
  places: TextPlaces,
  offset: number,
  onward: (here: CharacterPlace) => number | null,
): CharacterPlace | null {
  const here = characterHolding(places, offset);
  for (let next = here; next; ) {
    const to = onward(next);
    if (to === null) return here;
    next = characterHolding(places, to);
    if (next && next.cells > 0) return next;
  }
  return null;
}

/** The character of the row at `coordinate` that is at the cell, or at the end of the row when it is shorter. */
export function characterInRow(places: TextPlaces, coordinate: number, cell: number): CharacterPlace | null {
  const row = rowAt(places.run, coordinate);
  const offset = row && places.contents.offsetAtCell(row, cell);
  if (row === null || offset === null) return null;
  return places.contents.characterAt(row, offset) ?? (isLong(row) ? { offset, end: offset + 1, cells: 1 } : null);
}

/** All pieces of the line that holds the byte, as far as they are in the run. */
export function lineSpan(places: TextPlaces, offset: number): TextSpan | null {
  const { run } = places;
  const at = rowOfOffset(run, offset, places.size);
  const row = at === null ? null : rowAt(run, at);
  if (at === null || row === null) return null;
  let end = rowEnd(row);
  for (let next = at + 1, last = row; last.terminatorLength === 0; next++) {
    const piece = rowAt(run, next);
    if (piece === null || run.picked || lineOf(run, piece) !== lineOf(run, row)) break;
    end = rowEnd(piece);
    last = piece;
  }
  return { offset: row.offset - (row.column ?? 0), end };
}

const WORD = /[\p{L}\p{M}\p{N}_]/u;
const SPACE = /\s/u;

/** The word that holds the byte: letters, digits and `_`; or white space; or one character of anything else. */
export function wordSpan(places: TextPlaces, offset: number): TextSpan | null {
  const row = rowHolding(places, offset);
  const here = row && places.contents.characterAt(row, offset);
  if (!row || !here) return null;
  const content = places.contents.content(row, Math.max(0, offset - row.offset - 128), 256);
  if (!content || here.offset - row.offset >= row.length) return here;
  const { layout, start } = content;
  const kind = (character: number): string => {
    const text = layout.text.slice(indexOf(layout, character), indexOf(layout, character + 1));
    if (WORD.test(text)) return 'word';
    return SPACE.test(text) ? 'space' : 'other';
  };
  const middle = characterAtByte(layout, here.offset - row.offset - start);
  const wanted = kind(middle);
  let first = middle;
  let end = middle + 1;
  if (wanted !== 'other') {
    while (first > 0 && kind(first - 1) === wanted) first--;
    while (end < layout.count && kind(end) === wanted) end++;
  }
  const base = row.offset + start;
  return { offset: base + byteOf(layout, first), end: base + byteOf(layout, end) };
}

/**
 * Cursor and anchor (both included) that select from one span to another. The cursor is at the end that moves.
 */
export function selectBetween(from: TextSpan, to: TextSpan): { readonly cursor: number; readonly anchor: number } {
  return to.offset >= from.offset
    ? { anchor: from.offset, cursor: Math.max(from.end, to.end) - 1 }
    : { anchor: from.end - 1, cursor: to.offset };
}

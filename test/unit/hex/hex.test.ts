import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64, cArray, formatBytes, hexDump } from '../../../client/rows/copyFormats.ts';
import { byteClass, classRuns, colouredText } from '../../../client/view/hex/byteClass.ts';
import { selectionBoxes } from '../../../client/view/hex/HexMarks.tsx';
import {
  addressDigits,
  addressGroups,
  byteAt,
  bytesBox,
  bytesText,
  fittingRowBytes,
  hexLayout,
  textBox,
} from '../../../client/view/hex/hexLayout.ts';
import { moveRows, moveTarget, wordAround } from '../../../client/view/hex/hexMoves.ts';
import { asciiText, dimmedDots, encodedText } from '../../../client/view/hex/hexText.ts';
import { sidewaysFor } from '../../../client/view/hex/useHexSideways.ts';
import { createTextCodec } from '../../../shared/text/codec.ts';

const groupings = fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const);
const rowLengths = fc.integer({ min: 8, max: 64 });
const layouts = fc
  .record({ rowBytes: rowLengths, grouping: groupings, cellWidth: fc.integer({ min: 5, max: 14 }) })
  .map((shape) => hexLayout({ ...shape, radix: 'hex', addressDigits: 12 }));

describe('layout', () => {
  test('text and cells agree: byte i is at its cell, gaps are spaces, eights are apart', () => {
    fc.assert(
      fc.property(layouts, fc.uint8Array({ minLength: 1, maxLength: 64 }), (layout, data) => {
        const bytes = data.subarray(0, layout.rowBytes);
        const text = bytesText(bytes, layout.grouping);
        const digits = Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
        digits.forEach((pair, index) => {
          const cell = layout.cells[index] ?? -1;
          expect(text.slice(cell, cell + 2)).toBe(pair);
        });
        expect(text.replaceAll(' ', '')).toBe(digits.join(''));
        expect(text.length).toBe((layout.cells[bytes.length - 1] ?? 0) + 2);
      }),
      { seed: 3 },
    );
  });

  test('a press in the middle of a byte hits it, in both columns, and every press hits one', () => {
    fc.assert(
      fc.property(layouts, (layout) => {
        for (let index = 0; index < layout.rowBytes; index++) {
          const hex = bytesBox(layout, index, index);
          expect(byteAt(layout, hex.left + hex.width / 2)).toEqual({ index, column: 'bytes' });
          const text = textBox(layout, index, index);
          expect(byteAt(layout, text.left + text.width / 2)).toEqual({ index, column: 'text' });
        }
        let before = -1;
        for (let x = layout.bytesLeft; x < layout.bytesLeft + layout.bytesWidth; x++) {
          const { index } = byteAt(layout, x);
          expect(index - before === 0 || index - before === 1).toBe(true);
          before = index;
        }
        expect(byteAt(layout, 0)).toEqual({ index: 0, column: 'address' });
        expect(byteAt(layout, 100_000)).toEqual({ index: layout.rowBytes - 1, column: 'text' });
      }),
      { numRuns: 40, seed: 4 },
    );
  });

  test('fit: as many eights as go in', () => {
    const shape = { grouping: 1 as const, radix: 'hex' as const, addressDigits: 8, cellWidth: 8 };
    for (const width of [0, 300, 620, 640, 1_000, 5_000]) {
      const rowBytes = fittingRowBytes(width, shape);
      expect(rowBytes % 8).toBe(0);
      if (rowBytes > 8) expect(hexLayout({ ...shape, rowBytes }).width).toBeLessThanOrEqual(width);
      if (rowBytes < 64) expect(hexLayout({ ...shape, rowBytes: rowBytes + 8 }).width).toBeGreaterThan(width);
    }
  });

  test('addresses: grouped for reading, plain when joined', () => {
    expect(addressDigits(2 ** 40, 'hex')).toBe(12);
    expect(addressDigits(2 ** 40 + 1, 'hex')).toBe(12);
    expect(addressDigits(2 ** 32, 'hex')).toBe(8);
    expect(addressDigits(0, 'hex')).toBe(8);
    expect(addressGroups(0x4a3f2b10, 12, 'hex')).toEqual(['0000', '4A3F', '2B10']);
    expect(addressGroups(2 ** 53 - 1, 16, 'hex').join('')).toBe('001FFFFFFFFFFFFF');
    expect(addressGroups(1234567, 13, 'decimal')).toEqual(['1', '234', '567']);
  });
});

describe('classes', () => {
  test('runs tile the row exactly, against the class of each byte', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const seen: string[] = new Array<string>(bytes.length).fill('printable');
        for (const run of classRuns(bytes)) {
          expect(run.end).toBeGreaterThan(run.first);
          for (let at = run.first; at < run.end; at++) {
            expect(seen[at]).toBe('printable');
            seen[at] = run.kind;
          }
        }
        expect(seen).toEqual(Array.from(bytes, byteClass));
      }),
      { seed: 5 },
    );
  });

  test('coloured parts are the whole text, and each byte has the colour of its class', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.constantFrom<(1 | 2 | 4 | 8)[]>(1, 2, 4, 8),
        (bytes, grouping) => {
          const { cells } = hexLayout({
            rowBytes: 64,
            grouping,
            radix: 'hex',
            addressDigits: 8,
            cellWidth: 8,
          });
          const cell = (byte: number) => cells[byte] ?? 0;
          const text = bytesText(bytes, grouping);
          const parts = colouredText(text, classRuns(bytes), cell, (byte) => cell(byte) + 2);
          expect(parts.map((part) => part.text).join('')).toBe(text);
          const kinds = parts.flatMap((part) => Array.from(part.text, () => part.kind ?? 'printable'));
          bytes.forEach((byte, at) => {
            expect(kinds.slice(cell(at), cell(at) + 2)).toEqual([byteClass(byte), byteClass(byte)]);
          });
        },
      ),
      { seed: 6 },
    );
  });

  test('the dots of the text column recede, and nothing else', () => {
    const bytes = Uint8Array.of(0x41, 0, 1, 0x20, 0x7e, 0x7f, 0xff);
    expect(dimmedDots(asciiText(bytes))).toEqual([
      { kind: null, text: 'A' },
      { kind: 'hidden', text: '··' },
      { kind: null, text: ' ~' },
      { kind: 'hidden', text: '··' },
    ]);
    expect(dimmedDots('')).toEqual([]);
  });
});

test('a place beyond the edges comes into view with a margin, by as little as needed', () => {
  const box = { left: 500, width: 16 };
  expect(sidewaysFor(box, 0, 540, 24, 0)).toBe(0);
  expect(sidewaysFor(box, 300, 540, 24, 0)).toBe(0);
  expect(sidewaysFor(box, 0, 400, 24, 0)).toBe(140);
  expect(sidewaysFor(box, 200, 400, 24, 0)).toBe(200);
  expect(sidewaysFor(box, 490, 400, 24, 0)).toBe(476);
  expect(sidewaysFor(box, 450, 400, 24, 100)).toBe(376);
  // Of what is too wide, the start.
  expect(sidewaysFor({ left: 500, width: 900 }, 0, 400, 24, 0)).toBe(476);
  expect(sidewaysFor({ left: 500, width: 900 }, 700, 400, 24, 100)).toBe(376);
});

describe('moves', () => {
  const extent = { size: 100, rowBytes: 16, pageRows: 3 };
  test('stay inside the file and in their column', () => {
    expect(moveTarget('move.down', 80, extent)).toBe(96);
    expect(moveTarget('move.down', 90, extent)).toBe(99);
    expect(moveTarget('move.down', 99, extent)).toBe(99);
    expect(moveTarget('move.up', 5, extent)).toBe(5);
    expect(moveTarget('move.rowEnd', 97, extent)).toBe(99);
    expect(moveTarget('move.fileEnd', 0, { ...extent, size: 2 ** 53 - 1 })).toBe(2 ** 53 - 2);
    expect(moveTarget('move.right', 0, { ...extent, size: 0 })).toBe(0);
    expect(moveTarget('copy.hex', 0, extent)).toBe(null);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: -1e9, max: 1e9 }),
        rowLengths,
        (size, share, rows, rowBytes) => {
          const cursor = Math.min(size - 1, Math.floor(share * size));
          const target = moveRows(cursor, rows, { size, rowBytes, pageRows: 1 });
          expect(target).toBeGreaterThanOrEqual(0);
          expect(target).toBeLessThan(size);
          expect(target === size - 1 || target % rowBytes === cursor % rowBytes).toBe(true);
        },
      ),
      { seed: 6 },
    );
  });

  test('a double click takes a word, equal bytes, or the byte', () => {
    const bytes = new TextEncoder().encode('ab_9 ==== \u0000\u0000!');
    expect(wordAround(bytes, 2)).toEqual({ first: 0, last: 3 });
    expect(wordAround(bytes, 6)).toEqual({ first: 5, last: 8 });
    expect(wordAround(bytes, 10)).toEqual({ first: 10, last: 11 });
    expect(wordAround(bytes, 12)).toEqual({ first: 12, last: 12 });
  });
});

test('selection boxes cover exactly the selected bytes of the mounted rows', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 1, max: 400 }),
      rowLengths,
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 0, max: 20 }),
      (offset, length, rowBytes, firstRow, rows) => {
        const lastRow = firstRow + rows;
        const boxes = selectionBoxes({ offset, end: offset + length }, rowBytes, firstRow, lastRow);
        expect(boxes.length).toBeLessThanOrEqual(3);
        const covered = new Set<number>();
        for (const box of boxes) {
          for (let row = box.row; row < box.row + box.rows; row++) {
            for (let at = box.first; at <= box.last; at++) covered.add(row * rowBytes + at);
          }
        }
        const expected = new Set<number>();
        for (let at = offset; at < offset + length; at++) {
          const row = Math.floor(at / rowBytes);
          if (row >= firstRow && row <= lastRow) expected.add(at);
        }
        expect(covered).toEqual(expected);
      },
    ),
    { seed: 8 },
  );
});

describe('text column', () => {
  const codec = (label: string) => createTextCodec(label, (name, options) => new TextDecoder(name, options));

  test('ASCII: a dot for what cannot be shown', () => {
    expect(asciiText(Uint8Array.of(0x41, 0, 0x20, 0xff, 0x7e, 0x7f))).toBe('A· ·~·');
  });

  test('a character stands at its first byte, also across rows, and cells always add up', () => {
    const text = 'aé€日😀z\u0000ß';
    const bytes = new TextEncoder().encode(text.repeat(20));
    for (const rowBytes of [8, 10, 16]) {
      for (let start = 0; start + rowBytes <= bytes.length; start += rowBytes) {
        const before = Math.min(start, 4);
        const context = bytes.subarray(start - before, start + rowBytes + 4);
        const pieces = encodedText(context, before, rowBytes, codec('utf-8'));
        expect(pieces.reduce((sum, piece) => sum + piece.cells, 0)).toBe(rowBytes);
        let at = 0;
        for (const piece of pieces) {
          expect(piece.first).toBe(at);
          at += piece.cells;
          if (!piece.boxed) expect(piece.text.length).toBe(piece.cells);
        }
        // The naive way: decode everything, and keep the characters that begin in this row.
        const expected: string[] = [];
        let offset = 0;
        for (const character of text.repeat(20)) {
          if (offset >= start && offset < start + rowBytes) expected.push(character === '\u0000' ? '·' : character);
          offset += new TextEncoder().encode(character).length;
        }
        expect(
          pieces
            .map((piece) => piece.text)
            .join('')
            .replaceAll(' ', ''),
        ).toBe(expected.join(''));
      }
    }
  });

  test('random bytes in any encoding give as many cells as bytes', () => {
    for (const label of ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'shift_jis', 'gb18030', 'koi8-r']) {
      const text = codec(label);
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
          const pieces = encodedText(bytes, 0, bytes.length, text);
          expect(pieces.reduce((sum, piece) => sum + piece.cells, 0)).toBe(bytes.length);
        }),
        { seed: 9, numRuns: 60 },
      );
    }
  });
});

describe('copying', () => {
  test('hex, C, Base64, text against the platform', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const buffer = Buffer.from(bytes);
        expect(hexDump(bytes).replaceAll(' ', '').toLowerCase()).toBe(buffer.toString('hex'));
        expect(base64(bytes)).toBe(buffer.toString('base64'));
        const numbers = [...cArray(bytes, 'x').matchAll(/0x([0-9A-F]{2})/g)].map((match) => Number(`0x${match[1]}`));
        expect(numbers).toEqual([...bytes]);
        expect(formatBytes(bytes, 'text', 'utf-8')).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
      { seed: 10 },
    );
    const large = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256);
    expect(base64(large)).toBe(Buffer.from(large).toString('base64'));
    expect(hexDump(large).length).toBe(200_000 * 3 - 1);
  });
});

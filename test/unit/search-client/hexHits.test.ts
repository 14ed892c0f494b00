import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hitsPath } from '../../../client/view/hex/HexHits.tsx';
import { hexLayout } from '../../../client/view/hex/hexLayout.ts';

/** Which cells of which column a path fills: the middle of each byte of each row, asked of its boxes. */
function filled(path: string, layout: ReturnType<typeof hexLayout>, rowHeight: number, rows: number): Set<string> {
  const boxes = [...path.matchAll(/M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)h-([\d.]+)z/g)].map((match) => {
    const [left = 0, top = 0, width = 0, height = 0] = match.slice(1).map(Number);
    return { left, top, width, height };
  });
  const found = new Set<string>();
  for (let row = 0; row < rows; row++) {
    for (let byte = 0; byte < layout.rowBytes; byte++) {
      const y = (row + 0.5) * rowHeight;
      const places = {
        bytes: layout.bytesLeft + ((layout.cells[byte] ?? 0) + 1) * layout.cellWidth,
        text: layout.textLeft + (byte + 0.5) * layout.cellWidth,
      };
      for (const [column, x] of Object.entries(places)) {
        const inside = boxes.some(
          ({ left, top, width, height }) => x > left && x < left + width && y > top && y < top + height,
        );
        if (inside) found.add(`${column} ${row * layout.rowBytes + byte}`);
      }
    }
  }
  return found;
}

it('hits fill their bytes in both columns, and nothing else', () => {
  const spans = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }).map((steps) => {
    const ends: number[] = [];
    let at = 0;
    for (const step of steps) {
      at += step;
      ends.push(at);
    }
    return ends.length % 2 === 0 ? ends : ends.slice(0, -1);
  });
  const shape = fc.record({ rowBytes: fc.constantFrom(8, 16, 24), grouping: fc.constantFrom(1 as const, 4 as const) });
  fc.assert(
    fc.property(spans, shape, fc.integer({ min: 0, max: 3 }), (all, { rowBytes, grouping }, firstRow) => {
      const layout = hexLayout({ grouping, radix: 'hex', addressDigits: 8, cellWidth: 8, rowBytes });
      const rows = 4;
      const path = hitsPath(all, layout, 20, firstRow, firstRow + rows - 1);
      const expected = new Set<string>();
      for (let at = 0; at + 1 < all.length; at += 2) {
        for (let byte = all[at] ?? 0; byte < (all[at + 1] ?? 0); byte++) {
          const relative = byte - firstRow * rowBytes;
          if (relative < 0 || relative >= rows * rowBytes) continue;
          expected.add(`bytes ${relative}`).add(`text ${relative}`);
        }
      }
      expect(filled(path, layout, 20, rows)).toEqual(expected);
    }),
  );
});

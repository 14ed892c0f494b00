import { describe, expect, it } from 'vitest';
import { MarkLines } from '../../../client/marks/markLines.ts';
import type { Mark } from '../../../client/marks/marks.ts';
import { marksIn, ribbonOf } from '../../../client/marks/rowMarks.ts';
import { markName } from '../../../client/view/marks/markNames.ts';
import { marksNear, type OverviewLayer } from '../../../client/view/overview/paintLayers.ts';
import type { LinesReply } from '../../../shared/protocol.ts';

const mark = (offset: number, length: number, name: string, tint: Mark['tint'] = 1): Mark => ({
  offset,
  length,
  name,
  tint,
});

describe('marks of rows', () => {
  const marks = [mark(10, 0, 'line'), mark(15, 30, 'range', 2), mark(40, 1, 'byte', 3)];

  it('touch the rows that hold one of their bytes, a line the one of its first', () => {
    const names = (offset: number, end: number): string[] => marksIn(marks, { offset, end }).map(({ name }) => name);
    expect(names(0, 10)).toEqual([]);
    expect(names(0, 11)).toEqual(['line']);
    expect(names(11, 15)).toEqual([]);
    expect(names(20, 30)).toEqual(['range']);
    expect(names(44, 50)).toEqual(['range']);
    expect(names(45, 50)).toEqual([]);
  });

  it('a ribbon says what begins in the row, and is a bar where a range only goes through', () => {
    const ribbon = (offset: number, end: number) => ribbonOf(marks, { offset, end }, markName);
    expect(ribbon(10, 20)).toEqual({ markTint: 1, markName: 'line\nrange' });
    expect(ribbon(20, 30)).toEqual({ markTint: 2, markName: '' });
    expect(ribbon(30, 50)).toEqual({ markTint: 3, markName: 'byte' });
    expect(ribbon(50, 60)).toEqual({ markTint: 0, markName: '' });
  });

  it('without a name they are called by their place', () => {
    expect(markName(mark(1_234_567, 0, ''))).toBe('Line at 1,234,567');
    expect(markName(mark(255, 2, ''))).toBe('Bytes at 0xFF');
  });
});

it('the overview names the marks near a place, the nearest first', () => {
  const layers: OverviewLayer[] = [
    { kind: 'density', buckets: [1, 2], size: 100 },
    { kind: 'mark', tint: 2, offsets: Float64Array.of(10, 50), names: ['a', 'b'] },
    { kind: 'mark', tint: 5, offsets: Float64Array.of(12, 2 ** 40), names: ['c', 'far'] },
  ];
  const near = (offset: number, reach: number): string[] => marksNear(layers, offset, reach, 2).map(({ name }) => name);
  expect(near(13, 5)).toEqual(['c', 'a']);
  expect(near(9, 1)).toEqual(['a']);
  expect(near(30, 5)).toEqual([]);
  expect(near(30, 100)).toEqual(['c', 'a']);
  expect(marksNear(layers, 2 ** 40 - 3, 3, 9)).toEqual([{ name: 'far', tint: 5, distance: 3 }]);
});

describe('line numbers of a list', () => {
  /** Lines of ten bytes; counted up to `counted`. */
  class FakeLines {
    counted = 0;
    asked: number[] = [];
    flying = 0;
    most = 0;

    async lines(_id: string, { offset = 0 }: { readonly offset?: number }): Promise<LinesReply> {
      this.asked.push(offset);
      this.flying += 1;
      this.most = Math.max(this.most, this.flying);
      await Promise.resolve();
      this.flying -= 1;
      if (offset === 666) throw new Error('unreadable');
      const line = offset < this.counted ? Math.floor(offset / 10) : null;
      const record = { line, offset, length: 9, terminatorLength: 1, column: 0 };
      return { generation: 1, size: 1_000, exact: true, lines: [record], totalLines: null };
    }
  }

  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

  it('are asked for once, two at a time, and again only while they are not counted and the count has come farther', async () => {
    const server = new FakeLines();
    let changes = 0;
    const lines = new MarkLines(server, 'f', null, () => changes++);
    server.counted = 100;
    lines.want([5, 95, 205, 305, 666], 'a');
    await settled();
    expect(server.asked).toEqual([5, 95, 205, 305, 666]);
    expect(server.most).toBe(2);
    expect([5, 95, 205, 305, 666].map((offset) => lines.get(offset))).toEqual([0, 9, null, null, null]);
    expect(changes).toBe(2);
    lines.want([5, 95, 205, 305], 'a');
    await settled();
    expect(server.asked).toHaveLength(5);
    server.counted = 300;
    lines.want([5, 95, 205, 305], 'b');
    await settled();
    expect(server.asked.slice(5)).toEqual([205, 305]);
    expect(lines.get(205)).toBe(20);
    lines.close();
    lines.want([405], 'c');
    await settled();
    expect(server.asked).toHaveLength(7);
  });
});

/** Rows before some line are hidden: coordinates stay true where they are known, and nothing before the line is ever asked for. */
import { describe, expect, it } from 'vitest';
import { createRun, estimateOffset, lowestRow, runStart, type TextFacts } from '../../../client/rows/textRun.ts';
import { planWishes } from '../../../client/rows/textWishes.ts';
import type { LineRecord } from '../../../shared/protocol.ts';

const LINE = 10;
const record = (line: number, known: boolean): LineRecord => ({
  line: known ? line : null,
  offset: line * LINE,
  length: LINE - 1,
  terminatorLength: 1,
  column: 0,
});
const records = (from: number, count: number, known: boolean): LineRecord[] =>
  Array.from({ length: count }, (_, i) => record(from + i, known));
const facts = (startLine: number): TextFacts => ({
  size: 100_000 * LINE,
  start: startLine * LINE,
  totalLines: null,
  meanLine: LINE,
});

describe.each([true, false])('with line numbers known: %s', (known) => {
  const runAt = (line: number, startLine: number) =>
    createRun(records(line, 100, known), false, { index: 0, row: line, line }, facts(startLine));

  it('a run that begins at the start has nothing before it', () => {
    const run = runAt(5_000, 5_000);
    expect(lowestRow(run, facts(5_000))).toBe(run.firstRow);
    expect(planWishes(run, { first: run.firstRow, last: run.firstRow + 30 }, facts(5_000))).toEqual([
      { kind: 'after', offset: 51_000, count: 384 },
    ]);
    if (known) expect(run.firstRow).toBe(5_000);
  });

  it('a run behind it leaves room for the rows between, and asks for them', () => {
    const run = runAt(20_000, 5_000);
    const low = lowestRow(run, facts(5_000));
    expect(run.firstRow - low).toBe(15_000);
    const [first] = planWishes(run, { first: run.firstRow, last: run.firstRow + 30 }, facts(5_000));
    expect(first).toEqual({ kind: 'before', offset: runStart(run), count: 384 });
  });

  it('estimates stay between the start and the run, and rise', () => {
    const run = runAt(20_000, 5_000);
    const low = lowestRow(run, facts(5_000));
    let last = -1;
    for (let row = low - 10; row < run.firstRow; row += 97) {
      const offset = estimateOffset(run, row, facts(5_000));
      expect(offset).toBeGreaterThanOrEqual(50_000);
      expect(offset).toBeLessThan(runStart(run));
      expect(offset).toBeGreaterThanOrEqual(last);
      last = offset;
    }
    expect(estimateOffset(run, low, facts(5_000))).toBe(50_000);
  });

  it('nothing hidden is as ever', () => {
    const run = runAt(20_000, 0);
    expect(lowestRow(run, facts(0))).toBe(0);
    expect(estimateOffset(run, 0, facts(0))).toBe(0);
    expect(estimateOffset(run, 10_000, facts(0))).toBe(100_000);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findMatches, paintRow } from '../../../client/highlight/paint.ts';
import type { PaintJob, PaintNews } from '../../../client/highlight/paintWorker.ts';
import { LIMIT_MS, type PaintWorker, RowPainter } from '../../../client/highlight/rowPainter.ts';
import type { CompiledRule } from '../../../client/highlight/rules.ts';

/** Does what the worker does, a moment later; never comes back from an expression that holds `stuck`. */
class FakeWorker implements PaintWorker {
  onmessage: ((event: MessageEvent<PaintNews>) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  readonly jobs: PaintJob[] = [];
  ended = false;

  postMessage(job: PaintJob): void {
    this.jobs.push(job);
    const news: PaintNews[] = [];
    for (const [rule, { source }] of job.rules.entries()) {
      news.push({ type: 'trying', job: job.job, rule });
      if (source.includes('stuck')) {
        this.#say(news);
        return;
      }
    }
    const paints = job.texts.map((text) =>
      paintRow(
        text,
        job.rules,
        job.rules.map(({ source, flags }) => findMatches(new RegExp(source, flags), text)),
      ),
    );
    news.push({ type: 'done', job: job.job, paints });
    this.#say(news);
  }

  terminate(): void {
    this.ended = true;
  }

  #say(news: readonly PaintNews[]): void {
    setTimeout(() => {
      if (!this.ended) for (const each of news) this.onmessage?.({ data: each } as MessageEvent<PaintNews>);
    }, 1);
  }
}

const rule = (source: string, tint: 1 | 2 | 3 = 1): CompiledRule => ({
  id: source,
  source,
  flags: 'gu',
  applies: 'match',
  tint,
});

let workers: FakeWorker[];
let stuck: string[];
let painter: RowPainter;

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  stuck = [];
  painter = new RowPainter(
    () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
    ({ source }) => stuck.push(source),
  );
});
afterEach(() => void vi.useRealTimers());

describe('painter of rows', () => {
  it('knows nothing at first, then what the worker found, and asks once for one text', () => {
    painter.setRules([rule('b')]);
    painter.want('text', ['abc', 'xyz', 'abc'], ['abc']);
    expect(painter.get('abc')).toBeNull();
    vi.advanceTimersByTime(5);
    expect(painter.get('abc')?.spans).toEqual([1, 2, 1]);
    expect(painter.get('xyz')?.spans).toEqual([]);
    expect(workers[0]?.jobs.map(({ texts }) => texts)).toEqual([['abc', 'xyz']]);
    painter.want('text', ['xyz', 'abc'], []);
    vi.advanceTimersByTime(5);
    expect(workers[0]?.jobs).toHaveLength(1);
  });

  it('starts no worker without rules, or without rows', () => {
    painter.want('text', ['abc'], []);
    painter.setRules([]);
    vi.advanceTimersByTime(50);
    painter.want('text', [], []);
    painter.setRules([rule('b')]);
    expect(workers).toHaveLength(0);
    expect(painter.idle).toBe(false);
  });

  it('keeps old colours until the new ones are there, and the same object where nothing changed', () => {
    painter.setRules([rule('a')]);
    painter.want('text', ['abc'], []);
    vi.advanceTimersByTime(5);
    const first = painter.get('abc');
    painter.setRules([rule('[a]')]);
    expect(painter.get('abc')).toBe(first);
    vi.advanceTimersByTime(5);
    expect(painter.get('abc')).toBe(first);
    painter.setRules([rule('c')]);
    vi.advanceTimersByTime(5);
    expect(painter.get('abc')?.spans).toEqual([2, 3, 1]);
    painter.setRules([]);
    expect(painter.get('abc')).toBeNull();
  });

  it('drops what was found for rules that have changed meanwhile', () => {
    painter.setRules([rule('a')]);
    painter.want('text', ['abc'], []);
    painter.setRules([rule('b')]);
    vi.advanceTimersByTime(5);
    expect(painter.get('abc')?.spans).toEqual([1, 2, 1]);
  });

  it('counts the rows on screen of each rule', () => {
    painter.setRules([rule('a'), rule('b', 2)]);
    painter.want('text', ['ab', 'a', 'b', 'x', 'a'], ['ab', 'a', 'x', 'a']);
    vi.advanceTimersByTime(5);
    expect([...painter.counts()]).toEqual([
      ['a', 3],
      ['b', 1],
    ]);
  });

  it('keeps the wishes of two views apart', () => {
    painter.setRules([rule('a')]);
    painter.want('text', ['abc'], ['abc']);
    painter.want('filtered', ['xa'], ['xa']);
    vi.advanceTimersByTime(10);
    expect(painter.get('abc')?.spans).toEqual([0, 1, 1]);
    expect(painter.get('xa')?.spans).toEqual([1, 2, 1]);
    expect(painter.counts().get('a')).toBe(2);
    painter.want('filtered', [], []);
    expect(painter.counts().get('a')).toBe(1);
  });

  it('gives a rule up that is stuck twice, ends its workers, and goes on with the others', () => {
    painter.setRules([rule('a'), rule('stuck', 2), rule('c', 3)]);
    painter.want('text', ['abc'], ['abc']);
    vi.advanceTimersByTime(LIMIT_MS + 20);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    expect(stuck).toEqual([]);
    vi.advanceTimersByTime(LIMIT_MS + 20);
    expect(stuck).toEqual(['stuck']);
    vi.advanceTimersByTime(20);
    expect(workers.map(({ ended }) => ended)).toEqual([true, true, false]);
    expect(painter.get('abc')?.spans).toEqual([0, 1, 1, 2, 3, 3]);
    expect([...painter.counts()].map(([id]) => id)).toEqual(['a', 'c']);
  });

  it('a worker that fails is another one the next time', () => {
    painter.setRules([rule('a')]);
    painter.want('text', ['abc'], []);
    workers[0]?.onerror?.({} as ErrorEvent);
    expect(workers[0]?.ended).toBe(true);
    vi.advanceTimersByTime(5);
    expect(painter.get('abc')).toBeNull();
    painter.want('text', ['abc'], []);
    vi.advanceTimersByTime(5);
    expect(painter.get('abc')?.spans).toEqual([0, 1, 1]);
    expect(stuck).toEqual([]);
  });

  it('forgets texts past its bounds, never those on screen', () => {
    painter.setRules([rule('a')]);
    painter.want('text', ['shown'], []);
    vi.advanceTimersByTime(5);
    for (let page = 0; page < 60; page++) {
      painter.want('text', ['shown', ...Array.from({ length: 50 }, (_, row) => `a${page} ${row}`)], []);
      vi.advanceTimersByTime(5);
    }
    expect(painter.get('a0 0')).toBeNull();
    expect(painter.get('a59 49')).not.toBeNull();
    expect(painter.get('shown')).not.toBeNull();
  });
});

/** The parts that need no thread: packed hits, sets of extents, the order of segments, what is known of an expression. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bucketIndex } from '../../../server/search/bucketCounts.ts';
import { ExtentSet } from '../../../server/search/extentSet.ts';
import { estimateCost, type Spelling } from '../../../server/search/forms.ts';
import { Frequencies } from '../../../server/search/frequencies.ts';
import { decodePage, HitPacker, PackedWriter, packedPages } from '../../../server/search/packing.ts';
import { needsNonZero, regexLiterals } from '../../../server/search/regexLiterals.ts';
import { SegmentOrder } from '../../../server/search/segmentOrder.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import { parseRegexPattern } from '../../../shared/patternRegex.ts';
import { runs } from './contents.ts';

test('packed hits come out as they went in, page by page', () => {
  const hit = fc.record({
    gap: fc.oneof(fc.nat(3), fc.nat(200), fc.nat(20_000), fc.nat(300_000)),
    length: fc.oneof(fc.nat(5), fc.nat(1_000_000_000_000)),
  });
  void fc.assert(
    fc.property(fc.array(hit, { maxLength: 300 }), fc.option(fc.nat(50)), (gaps, fixed) => {
      let at = -1;
      const hits = gaps.map(({ gap, length }) => {
        at += 1 + gap;
        return { offset: at, length: fixed ?? length };
      });
      const writer = new PackedWriter(16);
      const packer = new HitPacker(writer, fixed);
      for (const { offset, length } of hits) packer.add(offset, length);
      packer.finishBefore(Infinity);
      const part = writer.take();
      const pages = [...packedPages(part, 0)];
      expect(pages.flatMap((page) => decodePage(part, page, fixed, 0, 0, page.count))).toEqual(hits);
      expect(writer.count).toBe(hits.length);
      for (const page of pages) {
        const inPage = hits.filter(({ offset }) => Math.floor(offset / PAGE_BYTES) === page.page);
        expect(page.count).toBe(inPage.length);
        expect(decodePage(part, page, fixed, 0, 1, 2)).toEqual(inPage.slice(1, 3));
      }
    }),
    runs(300),
  );
});

test('a set of extents is what a plain set of integers is', () => {
  const step = fc.record({ add: fc.boolean(), from: fc.nat(40), length: fc.nat(12) });
  void fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const set = new ExtentSet();
      const plain = new Set<number>();
      for (const { add, from, length } of steps) {
        if (add) set.add(from, from + length);
        else set.remove(from, from + length);
        for (let i = from; i < from + length; i++) add ? plain.add(i) : plain.delete(i);
        expect(set.size).toBe(plain.size);
        for (let at = 0; at < 60; at++) {
          expect(set.has(at)).toBe(plain.has(at));
          let gap = at;
          while (plain.has(gap)) gap++;
          expect(set.nextGap(at)).toBe(gap);
          let before = at;
          while (plain.has(before)) before--;
          expect(set.previousGap(at)).toBe(before);
          const member = [...plain].filter((value) => value >= at).sort((a, b) => a - b)[0] ?? null;
          expect(set.nextMember(at)).toBe(member);
          expect(set.covers(at, at + 3)).toBe(plain.has(at) && plain.has(at + 1) && plain.has(at + 2));
        }
      }
    }),
    runs(100),
  );
});

test('buckets are where the reply says, for sizes up to 2^53', () => {
  void fc.assert(
    fc.property(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.integer({ min: 1, max: 4096 }),
      fc.nat(),
      (size, n, pick) => {
        const offset = Math.min(size - 1, Math.floor((pick / 0x7fffffff) * size));
        const start = (bucket: number): bigint => (BigInt(bucket) * BigInt(size)) / BigInt(n);
        const bucket = bucketIndex(offset, size, n);
        expect(start(bucket) <= BigInt(offset)).toBe(true);
        expect(bucket + 1 === n || start(bucket + 1) > BigInt(offset)).toBe(true);
      },
    ),
    runs(500),
  );
});

describe('the order of segments', () => {
  const order = (first: number, count: number, data: number[] | null = null): SegmentOrder =>
    new SegmentOrder({
      segmentBytes: 100,
      size: count * 100,
      first,
      marginBytes: 10,
      nextData: data
        ? (offset, size) => {
            const next = data.find((place) => place >= offset);
            return next === undefined ? null : { offset: next, end: Math.min(size, next + 1) };
          }
        : null,
    });
  const drain = (from: SegmentOrder): number[] => {
    const result: number[] = [];
    for (let next = from.next([], () => undefined); next !== null; next = from.next([], () => undefined))
      result.push(next);
    return result;
  };

  test('begins with what is in view and goes around', () => {
    expect(drain(order(3, 5))).toEqual([3, 4, 0, 1, 2]);
    expect(drain(order(0, 1))).toEqual([0]);
    expect(drain(order(0, 0))).toEqual([]);
  });

  test('somebody who waits comes first', () => {
    const segments = order(0, 10);
    const skip = (): void => undefined;
    expect(segments.next([], skip)).toBe(0);
    expect(segments.next([{ segment: 6, direction: 'previous' }], skip)).toBe(6);
    expect(segments.next([{ segment: 6, direction: 'previous' }], skip)).toBe(5);
    expect(segments.next([{ segment: 6, direction: 'next' }], skip)).toBe(7);
    expect(segments.next([{ segment: 0, direction: 'previous' }], skip)).toBe(1);
    expect(drain(segments)).toEqual([2, 3, 4, 8, 9]);
  });

  test('holes are passed over but for a margin before data', () => {
    const skipped: number[][] = [];
    const segments = order(0, 10, [5, 305, 750]);
    const taken: number[] = [];
    for (;;) {
      const next = segments.next([], (from, end) => skipped.push([from, end]));
      if (next === null) break;
      taken.push(next);
    }
    // 305 is within ten of the segment before it.
    expect(taken).toEqual([0, 2, 3, 7]);
    expect(skipped).toEqual([
      [1, 2],
      [4, 7],
      [8, 10],
    ]);
  });

  test('what is released or grown is given out again', () => {
    const segments = order(1, 3);
    expect(drain(segments)).toEqual([1, 2, 0]);
    segments.release(1);
    expect(drain(segments)).toEqual([1]);
    segments.grow(520);
    segments.release(2);
    expect(drain(segments)).toEqual([2, 3, 4, 5]);
  });
});

describe('what is known of an expression', () => {
  const literals = (source: string, flags = ''): ReturnType<typeof regexLiterals> =>
    regexLiterals(parseRegexPattern(source, flags));

  test('texts of which every match holds one', () => {
    expect(literals('foo\\d+bar').required).toEqual([['foo'], ['bar']]);
    expect(literals('(?:ERROR|WARN) .*x').required).toContainEqual(['ERROR ', 'WARN ']);
    expect(literals('ab+c').required).toContainEqual(['ab']);
    expect(literals('(foo|ba?r)baz').required).toContainEqual(['foobaz', 'barbaz', 'brbaz']);
    expect(literals('a|\\d').required).toEqual([]);
    expect(literals('(?:foo)*').required).toEqual([]);
    expect(literals('(?=foo)\\d').required).toEqual([]);
  });

  test('every match of a generated expression holds one of each', () => {
    const source = fc
      .array(
        fc.constantFrom('a', 'b', 'ab', '(?:a|bc)', 'c?', 'd+', '[ab]', '.', 'a{2}', '(b|cd)+', '^', '\\b', 'x*'),
        {
          minLength: 1,
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(''));
    void fc.assert(
      fc.property(source, fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'x'), { maxLength: 40 }), (pattern, letters) => {
        const { required, prefix, pure } = literals(pattern);
        for (const [match] of letters.join('').matchAll(new RegExp(pattern, 'g'))) {
          for (const texts of required) expect(texts.some((text) => match.includes(text))).toBe(true);
          if (prefix) expect(prefix.some((text) => match.startsWith(text))).toBe(true);
          if (pure) expect(pure).toContain(match);
        }
      }),
      runs(1000),
    );
  });

  test('is known at once, however often things are repeated in each other', () => {
    const nested = (end: string): string => `${'('.repeat(200)}ab${`)${end}`.repeat(200)}`;
    for (const end of ['+', '{2,}', '+?']) expect(literals(nested(end)).required).toContainEqual(['ab']);
    expect(literals('x(?:){99999999999}y').required).toEqual([['xy']]);
    expect(literals('x(?=y){99999999999}').required).toEqual([['x']]);
    // Each is tried on a sample of the file: the same one once, and not hundreds.
    expect(literals('a.'.repeat(500)).required).toEqual([['a']]);
    const many = Array.from({ length: 200 }, (_, n) => `x${n}`);
    expect(literals(many.join('.')).required).toEqual(many.slice(0, 16).map((text) => [text]));
  });

  test('what costs too much is not counted to its end', () => {
    const zeros: Spelling = Array.from({ length: 256 }, () => [{ values: [0], masks: [255] }]);
    let looks = 0;
    const sample = new Proxy(new Uint8Array(32_768), {
      get: (bytes, name) => {
        looks++;
        const value: unknown = Reflect.get(bytes, name, bytes);
        return typeof value === 'function' ? value.bind(bytes) : value;
      },
    });
    const known = new Frequencies(sample);
    looks = 0;
    expect(estimateCost([zeros], known, 100, 2)).toBe(Infinity);
    // Of 8 million.
    expect(looks).toBeLessThan(1_000_000);
  });

  test('texts of which every match begins with one', () => {
    expect(literals('foo\\d').prefix).toEqual(['foo']);
    expect(literals('^(?:GET|POST) .*x').prefix).toEqual(['GET ', 'POST ']);
    expect(literals('(?:ab+|c.)d').prefix).toEqual(['ab', 'c']);
    expect(literals('a?b').prefix).toEqual(['ab', 'b']);
    expect(literals('\\d+foo').prefix).toBeNull();
    expect(literals('(?:a|.)b').prefix).toBeNull();
  });

  test('pure texts, in the order in which they are preferred', () => {
    expect(literals('foo|bar').pure).toEqual(['foo', 'bar']);
    expect(literals('(a|ab)(c|bcd)').pure).toEqual(['ac', 'abcd', 'abc', 'abbcd']);
    expect(literals('ab??').pure).toEqual(['a', 'ab']);
    expect(literals('^foo').pure).toBeNull();
    expect(literals('a?').pure).toBeNull();
  });

  test('whether zeros can match', () => {
    const needs = (source: string): boolean => needsNonZero(parseRegexPattern(source, ''));
    expect(needs('a')).toBe(true);
    expect(needs('\\d+|x')).toBe(true);
    expect(needs('[^a]')).toBe(false);
    expect(needs('.a?')).toBe(false);
    expect(needs('^')).toBe(false);
    expect(needs('(?=a)\\0')).toBe(false);
  });
});

/** The slow oracles: each says what a search must find, in the plainest way there is. */
import type { Hit } from '../../../server/search/hitStore.ts';

/** As `expect(got).toEqual(want)`, for hundreds of thousands of hits. Throws at the first that differs. */
export function expectHits(got: readonly Hit[], want: readonly Hit[], what: string): void {
  const count = Math.max(got.length, want.length);
  for (let i = 0; i < count; i++) {
    if (got[i]?.offset === want[i]?.offset && got[i]?.length === want[i]?.length) continue;
    const show = (hits: readonly Hit[]): string => JSON.stringify(hits.slice(Math.max(0, i - 1), i + 3));
    throw new Error(
      `${what}: of ${got.length}, ${want.length} wanted, hit ${i} differs: ${show(got)}, ${show(want)} wanted`,
    );
  }
}

/** Leftmost, not overlapping, byte by byte. */
export function naiveBytes(bytes: Uint8Array, values: readonly number[], masks: readonly number[]): Hit[] {
  const hits: Hit[] = [];
  for (let at = 0; at + values.length <= bytes.length; ) {
    if (values.every((value, i) => ((bytes[at + i] ?? 0) & (masks[i] ?? 0)) === value)) {
      hits.push({ offset: at, length: values.length });
      at += values.length;
    } else at++;
  }
  return hits;
}

/** Matches of `regex` (flag g) in `text` as `grep -o` has them: none of nothing right after another. */
export function naiveMatches(regex: RegExp, text: string): { start: number; end: number }[] {
  const matches: { start: number; end: number }[] = [];
  let last = -1;
  for (const match of text.matchAll(regex)) {
    const end = match.index + match[0].length;
    if (match[0] === '' && match.index === last) continue;
    matches.push({ start: match.index, end });
    last = end;
  }
  return matches;
}

/** Line by line, for bytes that are one UTF-16 unit each (`latin1`). Lines end with LF; a CR before it belongs to it. */
export function naiveLines(bytes: Uint8Array, source: string, flags: string, decode = latin1): Hit[] {
  const hits: Hit[] = [];
  const regex = new RegExp(source, `g${flags}`);
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(10, start);
    const next = feed < 0 ? bytes.length : feed + 1;
    let end = feed < 0 ? bytes.length : feed;
    if (feed > start && bytes[feed - 1] === 13) end--;
    const line = bytes.subarray(start, end);
    const text = decode(line);
    let reach = -1;
    for (const match of naiveMatches(regex, text)) {
      const from = byteOf(text, match.start, 'down');
      const to = byteOf(text, match.end, 'up');
      if (from < reach) continue;
      reach = to;
      hits.push({ offset: start + from, length: to - from });
    }
    start = next;
  }
  return hits;

  function byteOf(text: string, index: number, way: 'down' | 'up'): number {
    if (decode === latin1) return index;
    const inside = /^[\udc00-\udfff]/.test(text.slice(index)) && /[\ud800-\udbff]$/.test(text.slice(0, index));
    return Buffer.byteLength(text.slice(0, inside ? index + (way === 'up' ? 1 : -1) : index));
  }
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** For valid UTF-8. */
export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

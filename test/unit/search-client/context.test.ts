import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chosenQuery, wordAt } from '../../../client/search/chosen.ts';
import { contextExtent, hexContext, textContext } from '../../../client/search/context.ts';
import { DEFAULT_SWITCHES } from '../../../client/search/query.ts';
import type { FileView } from '../../../client/state/store.ts';
import { densityOfRows } from '../../../client/view/overview/paintLayers.ts';
import type { FileInfo } from '../../../shared/protocol.ts';

const utf8 = new TextEncoder();
const memory = (bytes: Uint8Array) => ({
  peek: (offset: number, length: number) => bytes.subarray(offset, offset + length),
});

describe('the line around a hit', () => {
  const context = (text: string, hit: string, encoding = 'utf-8') => {
    const bytes = utf8.encode(text);
    const offset = utf8.encode(text.slice(0, text.indexOf(hit))).length;
    const { offset: from, end } = contextExtent(offset, utf8.encode(hit).length, bytes.length);
    return textContext(bytes.subarray(from, end), offset - from, utf8.encode(hit).length, encoding, from === 0);
  };

  it('is cut at its ends', () => {
    expect(context('one\ntwo x three\r\nfour', 'x')).toEqual({ before: 'two ', match: 'x', after: ' three' });
    expect(context('x', 'x')).toEqual({ before: '', match: 'x', after: '' });
    expect(context('\n   \tx y', 'x')).toEqual({ before: '', match: 'x', after: ' y' });
  });

  it('shows the end of what is before, and nothing that cannot be seen', () => {
    expect(context('0123456789 x\u0007\u202e!', 'x')).toEqual({ before: '…3456789 ', match: 'x', after: '··!' });
    expect(context('a\nb', 'a\nb').match).toBe('a⏎b');
  });

  it('never breaks a character, wherever the window begins', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 0, max: 80 }), (before, after) => {
        const text = `${'ä€😀'.repeat(before)}HIT${'😀€ä'.repeat(after)}`;
        const found = context(text, 'HIT');
        expect(found.match).toBe('HIT');
        expect(`${found.before}${found.after}`).not.toContain('\ufffd');
      }),
    );
  });

  it('is bytes where there are no lines', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    expect(hexContext(bytes, 16, 2)).toEqual({
      before: '0E 0F ',
      match: '10 11',
      after: ' 12 13 14 15 16 17 18 19',
    });
    expect(hexContext(bytes, 0, 1)).toMatchObject({ before: '', match: '00' });
    expect(hexContext(bytes, 4, 30).match).toBe('04 05 06 07 08 09 0A 0B …');
    expect(hexContext(bytes, 39, 1)).toMatchObject({ match: '27', after: '' });
  });
});

describe('what a person points at', () => {
  const text = 'size=12 naïve_wört, «x» ';
  const bytes = utf8.encode(text);
  const file = { size: bytes.length, encoding: 'utf-8' } as FileInfo;
  const view = (change: Partial<FileView>): FileView =>
    ({ cursor: 0, anchor: null, pane: 'text', encoding: null, ...change }) as FileView;

  it('is the word that holds the cursor, of any letters', () => {
    const words = ['size', '12', 'naïve_wört', 'x'];
    for (let offset = 0; offset < bytes.length; offset++) {
      const word = wordAt(memory(bytes), offset, bytes.length, 'utf-8');
      const expected = words.find((candidate) => {
        const start = utf8.encode(text.slice(0, text.indexOf(candidate))).length;
        return offset >= start && offset < start + utf8.encode(candidate).length;
      });
      expect(word, String(offset)).toBe(expected ?? '');
    }
  });

  it('is found in UTF-16, too', () => {
    const wide = new Uint8Array(Buffer.from('öne two', 'utf16le'));
    expect(wordAt(memory(wide), 2, wide.length, 'utf-16le')).toBe('öne');
    expect(wordAt(memory(wide), 9, wide.length, 'utf-16le')).toBe('two');
  });

  it('is the selection as text, or as bytes where it is no text or the bytes are looked at', () => {
    const query = (change: Partial<FileView>, content = bytes) =>
      chosenQuery(file, view(change), memory(content), DEFAULT_SWITCHES);
    expect(query({ anchor: 0, cursor: 3 })).toMatchObject({ kind: 'text', pattern: 'size', wholeWord: false });
    expect(query({ anchor: 0, cursor: 3, pane: 'hex' })).toMatchObject({ kind: 'bytes', pattern: '73 69 7a 65' });
    expect(query({ anchor: 0, cursor: 1 }, Uint8Array.of(0x41, 0xff))).toMatchObject({
      kind: 'bytes',
      pattern: '41 ff',
    });
    expect(query({ anchor: 0, cursor: 2_000 })).toBeNull();
    expect(query({ cursor: 1 })).toMatchObject({ kind: 'text', pattern: 'size', wholeWord: true, caseSensitive: true });
    expect(query({ cursor: 4 })).toBeNull();
    expect(query({ cursor: 4, pane: 'hex' })).toMatchObject({ kind: 'bytes', pattern: '3d' });
  });
});

describe('density on the overview', () => {
  it('shows a row for each bucket that holds a hit, the densest as 1', () => {
    const buckets = new Array<number>(100).fill(0);
    buckets[10] = 1_000;
    buckets[50] = 1;
    const rows = [...densityOfRows({ kind: 'density', buckets, size: 1_000 }, 1_000, 200)];
    expect(rows[20]).toBe(1);
    expect(rows[21]).toBe(1);
    expect(rows[100]).toBeCloseTo(Math.log(2) / Math.log(1_001), 5);
    expect(rows.filter((level) => level > 0)).toHaveLength(4);
  });

  it('loses no bucket when there are more than rows, and follows a file that grew', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 3 }),
        (buckets, height, grown) => {
          const size = 1_000_003;
          const rows = densityOfRows({ kind: 'density', buckets, size }, size * grown, height);
          buckets.forEach((count, index) => {
            if (count === 0) return;
            const row = Math.min(height - 1, Math.floor((index / buckets.length / grown) * height));
            const near = [row - 1, row, row + 1].map((at) => rows[at] ?? 0);
            expect(Math.max(...near)).toBeGreaterThan(0);
          });
          if (buckets.every((count) => count === 0)) expect(Math.max(...rows)).toBe(0);
        },
      ),
    );
  });
});

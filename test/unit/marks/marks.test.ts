import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ExportedMark, exportMarks, importMarks, markdownOf } from '../../../client/marks/exchange.ts';
import { type FileMarks, restoreMarks, storedMarks } from '../../../client/marks/format.ts';
import { type Mark, markAt, merged, stepMark, withMark, withoutMark } from '../../../client/marks/marks.ts';
import { MAX_FILES, MarkVault } from '../../../client/marks/markVault.ts';
import { TINTS } from '../../../client/state/tints.ts';

const mark = (offset: number, length = 0, name = ''): Mark => ({ offset, length, name, tint: 1 });
const FILE = { name: 'a.log', path: '/logs/a.log', size: 1_000, identity: 'me' };

const anyMark: fc.Arbitrary<Mark> = fc.record({
  offset: fc.oneof(fc.nat(50), fc.constantFrom(2 ** 32, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER - 10)),
  length: fc.nat(5),
  name: fc.string({ unit: 'grapheme', maxLength: 8 }),
  tint: fc.constantFrom(...TINTS),
});
const anyMarks = fc.array(anyMark, { maxLength: 12 }).map((all) => merged([], all));

describe('marks of a file', () => {
  it('are in order, one a place', () => {
    const marks = [mark(30), mark(5, 2), mark(5), mark(5, 1)].reduce<readonly Mark[]>(withMark, []);
    expect(marks.map(({ offset, length }) => [offset, length])).toEqual([
      [5, 0],
      [5, 1],
      [5, 2],
      [30, 0],
    ]);
    expect(withMark(marks, mark(5, 0, 'again'))).toHaveLength(4);
    expect(withMark(marks, mark(5, 0, 'again'))[0]?.name).toBe('again');
    expect(withoutMark(marks, { offset: 5, length: 0 })).toHaveLength(3);
    expect(merged(marks, [mark(5, 0, 'theirs'), mark(1)]).map(({ name }) => name)).toEqual(['', 'theirs', '', '', '']);
  });

  it('a toggle is about what is exactly there, at one byte also about the smallest range around it', () => {
    const marks = [mark(10), mark(10, 20), mark(15, 3), mark(16, 1)];
    expect(markAt(marks, mark(10))).toBe(marks[0]);
    expect(markAt(marks, mark(10, 20))).toBe(marks[1]);
    expect(markAt(marks, mark(15, 1))).toBe(marks[2]);
    expect(markAt(marks, mark(16, 1))).toBe(marks[3]);
    expect(markAt(marks, mark(29, 1))).toBe(marks[1]);
    expect(markAt(marks, mark(30, 1))).toBeNull();
    expect(markAt(marks, mark(15, 2))).toBeNull();
    expect(markAt(marks, mark(16))).toBeNull();
  });

  it('next and previous go through all of them and around, and leave out what is past the end', () => {
    const marks = [mark(10), mark(20), mark(900)];
    const go = (cursor: number, direction: 'next' | 'previous', size = 500): [number, boolean] | null => {
      const found = stepMark(marks, cursor, direction, size);
      return found && [found.mark.offset, found.around];
    };
    expect(go(0, 'next')).toEqual([10, false]);
    expect(go(10, 'next')).toEqual([20, false]);
    expect(go(20, 'next')).toEqual([10, true]);
    expect(go(20, 'next', 901)).toEqual([900, false]);
    expect(go(20, 'previous')).toEqual([10, false]);
    expect(go(15, 'previous')).toEqual([10, false]);
    expect(go(10, 'previous')).toEqual([20, true]);
    expect(go(5, 'previous')).toEqual([20, true]);
    expect(stepMark([], 0, 'next', 10)).toBeNull();
    expect(stepMark([mark(50)], 0, 'next', 10)).toBeNull();
  });

  it('agree with a naive walk', () => {
    fc.assert(
      fc.property(anyMarks, fc.nat(60), (marks, cursor) => {
        const offsets = marks.map(({ offset }) => offset).filter((offset) => offset < 55);
        const after = offsets.filter((offset) => offset > cursor);
        const expected = after.length > 0 ? Math.min(...after) : offsets.length > 0 ? Math.min(...offsets) : null;
        expect(stepMark(marks, cursor, 'next', 55)?.mark.offset ?? null).toBe(expected);
      }),
    );
  });
});

describe('marks that are kept and exchanged', () => {
  it('come back from the browser as they were', () => {
    fc.assert(
      fc.property(anyMarks, fc.nat(), fc.boolean(), (marks, usedAt, rewritten) => {
        const file: FileMarks = { path: '/a', usedAt, size: 7, rewritten, marks };
        expect(restoreMarks(JSON.stringify(storedMarks(file)))).toEqual(file);
      }),
    );
  });

  it('come back from a file as they were', () => {
    fc.assert(
      fc.property(anyMarks, (marks) => {
        const text = exportMarks(
          FILE,
          marks.map((each) => ({ ...each, line: null, preview: 'x' })),
        );
        expect(importMarks(text)).toEqual({ marks, identity: 'me' });
      }),
    );
  });

  it('say offset, 1-based line, name, colour and text', () => {
    const all: ExportedMark[] = [{ offset: 12, length: 0, name: 'here', tint: 3, line: 4, preview: 'GET /' }];
    expect(JSON.parse(exportMarks(FILE, all))).toEqual({
      bigview: 'marks',
      version: 1,
      file: FILE,
      marks: [{ offset: 12, length: 0, name: 'here', colour: 3, line: 5, text: 'GET /' }],
    });
  });

  it('Markdown is a table that no name and no text breaks', () => {
    const all: ExportedMark[] = [
      { offset: 4096, length: 0, name: 'a|b\n*c*', tint: 1, line: 1_233, preview: 'x | `y` ``z``' },
      { offset: 5000, length: 16, name: '', tint: 2, line: null, preview: '' },
    ];
    const lines = markdownOf(FILE, all).split('\n');
    expect(lines[0]).toBe('# Marks in a.log');
    expect(lines[2]).toBe('`/logs/a.log`, 1,000 bytes');
    expect(lines[6]).toBe('| 1,234 | 4,096 (0x1000) |  | a\\|b \\*c\\* | Red | ``` x \\| `y` ``z`` ``` |');
    expect(lines[7]).toBe('|  | 5,000 (0x1388) | 16 |  | Lime |  |');
    for (const line of lines.slice(4, 8)) expect(line.replaceAll('\\|', '').split('|')).toHaveLength(8);
  });

  it.each([null, '', '[]', '{', '"x"', '{"marks":[]}', '{"path":"/a","usedAt":-1,"size":1,"marks":[]}'])(
    'nothing comes of %s',
    (text) => expect(restoreMarks(text)).toBeNull(),
  );

  it('what is valid stays, what is not goes', () => {
    const marks = [{ offset: 5, colour: 2 }, { offset: -1 }, { offset: 1.5 }, { offset: 9, length: 2, name: 5 }, 7];
    const text = JSON.stringify({ path: '/a', usedAt: 1, size: 2, marks });
    expect(restoreMarks(text)?.marks).toEqual([{ offset: 5, length: 0, name: '', tint: 2 }]);
  });

  it('never throws on what the browser kept', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        restoreMarks(text);
      }),
    );
  });

  const file = (marks: unknown, more: object = {}): string =>
    JSON.stringify({ bigview: 'marks', version: 1, marks, ...more });
  it.each([
    ['{"bigview":"highlighters","version":1}', 'its “bigview” must be "marks", but is "highlighters"'],
    [file(7), '“marks” must be an array, but is 7.'],
    [
      file([{ offset: 1 }, { offset: -4 }]),
      'Mark 2: “offset” must be a whole number from 0 to 9007199254740991, but is -4.',
    ],
    [file([{ offset: '0x10' }]), 'Mark 1: “offset” must be a whole number from 0 to 9007199254740991, but is "0x10".'],
    [file([{ offset: 1, length: -1 }]), 'Mark 1: “length” must be'],
    [file([{ offset: 1, colour: 10 }]), 'Mark 1: “colour” must be a whole number from 1 to 9, but is 10.'],
    [file([{ offset: 1, name: 'x'.repeat(201) }]), 'Mark 1: “name” is 201 characters long; at most 200 are taken.'],
    [file(new Array(1_001).fill({ offset: 1 })), '“marks” has 1001 entries; at most 1000 are taken.'],
    [file([], { file: 'a' }), '“file” must be an object, but is "a".'],
  ])('says what is wrong with a file: %#', (text, sentence) => {
    expect(() => importMarks(text)).toThrow(sentence);
  });
});

/** A Storage of so many UTF-16 units. */
class SmallStorage implements Storage {
  readonly items = new Map<string, string>();
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  get length(): number {
    return this.items.size;
  }

  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    const others = [...this.items].reduce((sum, [name, value]) => sum + (name === key ? 0 : value.length), 0);
    if (others + text.length > this.room) throw new DOMException('full', 'QuotaExceededError');
    this.items.set(key, text);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  clear(): void {
    this.items.clear();
  }
}

describe('where marks are kept', () => {
  const record = (path: string, usedAt: number): FileMarks => ({
    path,
    usedAt,
    size: 1,
    rewritten: false,
    marks: [mark(usedAt)],
  });

  it('each file has a record, which goes with its last mark', () => {
    const storage = new SmallStorage(10_000);
    const vault = new MarkVault(() => storage);
    expect(vault.read('a')).toBeNull();
    expect(vault.write('a', record('/a', 1))).toEqual({ kept: true, forgotten: [] });
    expect(vault.read('a')).toEqual(record('/a', 1));
    expect(vault.identityOf(storage.key(0))).toBe('a');
    expect(vault.identityOf('bigview.layout')).toBeNull();
    vault.write('a', { ...record('/a', 2), marks: [] });
    expect(storage.length).toBe(0);
  });

  it('past the limit the files not used for longest go, and are named', () => {
    const storage = new SmallStorage(1_000_000);
    const vault = new MarkVault(() => storage);
    for (let index = 0; index < MAX_FILES; index++) vault.write(`f${index}`, record(`/f${index}`, 1_000 - index));
    storage.setItem('bigview.layout', '{}');
    expect(vault.write('f0', record('/f0', 2_000))).toEqual({ kept: true, forgotten: [] });
    expect(vault.write('new', record('/new', 2_001))).toEqual({ kept: true, forgotten: ['/f99'] });
    expect(vault.read('f99')).toBeNull();
    expect(vault.read('f98')).not.toBeNull();
    expect(storage.length).toBe(MAX_FILES + 1);
  });

  it('a full storage makes room, and is said when that does not help', () => {
    const storage = new SmallStorage(400);
    const vault = new MarkVault(() => storage);
    for (let index = 0; index < 3; index++) vault.write(`f${index}`, record(`/f${index}`, index));
    const { kept, forgotten } = vault.write('new', record('/new', 9));
    expect(kept).toBe(true);
    expect(forgotten[0]).toBe('/f0');
    storage.room = 10;
    expect(vault.write('more', record('/more', 10)).kept).toBe(false);
    const none = new MarkVault(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(none.read('a')).toBeNull();
    expect(none.write('a', record('/a', 1))).toEqual({ kept: false, forgotten: [] });
  });
});

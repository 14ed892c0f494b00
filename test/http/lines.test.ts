import { execFileSync } from 'node:child_process';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MAX_LINES } from '../../shared/limits.ts';
import type { FileInfo, LinesReply } from '../../shared/protocol.ts';
import { sparseFile, tempFolder } from '../helpers/files.ts';
import { type BigviewServer, startServer } from '../helpers/server.ts';

/** 20,000 lines of lengths 0 to 200, without a terminator at the end. */
const TEXT = Array.from({ length: 20_000 }, (_, n) =>
  `${n + 1} ${'x'.repeat((n * 37) % 200)}`.slice(0, (n * 37) % 200),
).join('\n');
const LINES = TEXT.split('\n');
const STARTS = [0];
for (const line of LINES) STARTS.push((STARTS.at(-1) ?? 0) + line.length + 1);

let server: BigviewServer;
let text: FileInfo;
let utf16: FileInfo;
let latin: FileInfo;
let sparse: FileInfo;
beforeAll(async () => {
  const folder = tempFolder();
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  server = await startServer({
    files: [
      write('text', TEXT),
      write('utf16', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('eins\r\nਊwei\ndrei', 'utf16le')])),
      write('latin', Buffer.from('caf\xe9\n\x80uro\n', 'latin1')),
      sparseFile(join(folder, 'sparse'), 2 ** 40, [{ offset: 2 ** 40 - 12, bytes: '\nlast but\n1\n' }]),
    ],
  });
  [text, utf16, latin, sparse] = (await server.files()) as [FileInfo, FileInfo, FileInfo, FileInfo];
  for (const file of [text, utf16, latin, sparse]) await server.indexed(file.id);
});

const ask = (file: FileInfo, query: string): Promise<LinesReply> => server.json(`/api/files/${file.id}/lines?${query}`);
const texts = (reply: LinesReply): string[] => reply.lines.map((line) => line.text ?? '');

describe('lines by number', () => {
  it.each([0, 1, 999, 10_000, 19_990])('from %i are those of sed', async (start) => {
    const reply = await ask(text, `start=${start}&count=20`);
    const sed = execFileSync('sed', ['-n', `${start + 1},${start + 20}p`, text.path], { encoding: 'utf8' });
    expect(texts(reply)).toEqual(sed.replace(/\n$/, '').split('\n'));
    expect(reply).toMatchObject({ exact: true, generation: 1, size: TEXT.length, totalLines: LINES.length });
    reply.lines.forEach((line, n) => {
      expect([line.line, line.offset, line.length]).toEqual([start + n, STARTS[start + n], LINES[start + n]?.length]);
    });
  });

  it('end with the file, and past it are 416', async () => {
    const last = await ask(text, `start=${LINES.length - 1}&count=5`);
    expect(last.lines).toHaveLength(1);
    expect(last.lines[0]).toMatchObject({ terminatorLength: 0, line: LINES.length - 1 });
    expect(await server.error(`/api/files/${text.id}/lines?start=${LINES.length + 1}&count=1`)).toMatchObject({
      status: 416,
      code: 'past-end',
      parameter: 'start',
    });
  });
});

describe('lines around an offset', () => {
  it('forwards begin with the line that holds it, backwards end before that', async () => {
    for (const line of [0, 1, 500, 19_999]) {
      const offset = (STARTS[line] ?? 0) + Math.floor((LINES[line]?.length ?? 0) / 2);
      const forward = await ask(text, `offset=${offset}&count=3`);
      expect(texts(forward)).toEqual(LINES.slice(line, line + 3));
      expect(forward.lines[0]?.line).toBe(line);
      const backward = await ask(text, `offset=${offset}&count=-3`);
      expect(texts(backward)).toEqual(LINES.slice(Math.max(0, line - 3), line));
    }
  });

  it('at the very end, past the end, and at the end of a TiB', async () => {
    expect(texts(await ask(text, `offset=${TEXT.length}&count=-2`))).toEqual(LINES.slice(-2));
    expect(await server.error(`/api/files/${text.id}/lines?offset=${TEXT.length + 1}&count=1`)).toMatchObject({
      status: 416,
      parameter: 'offset',
    });
    const end = await ask(sparse, `offset=${2 ** 40}&count=-2`);
    expect(texts(end)).toEqual(['last but', '1']);
    expect(end.lines.map((line) => line.line)).toEqual([1, 2]);
  });
});

describe('how lines are shown', () => {
  it('columns, column, text and split', async () => {
    const long = LINES.findIndex((line) => line.length === 199);
    const cut = (await ask(text, `start=${long}&count=1&columns=10`)).lines[0];
    expect([cut?.text, cut?.truncated, cut?.length]).toEqual([LINES[long]?.slice(0, 10), true, 199]);
    const later = (await ask(text, `start=${long}&count=1&columns=10&column=50`)).lines[0];
    expect(later?.text).toBe(LINES[long]?.slice(50, 60));
    expect((await ask(text, `start=${long}&count=1&text=0`)).lines[0]).not.toHaveProperty('text');
    expect((await ask(text, `start=${long}&count=1&text=1&split=256`)).lines[0]?.column).toBe(0);
  });

  it('encodings: the detected one, another, one by an alias', async () => {
    expect(utf16).toMatchObject({ encoding: 'utf-16le', bomBytes: 2 });
    expect(texts(await ask(utf16, 'start=0&count=9'))).toEqual(['eins', 'ਊwei', 'drei']);
    expect(latin.encoding).toBe('windows-1252');
    expect(texts(await ask(latin, 'start=0&count=9'))).toEqual(['café', '€uro']);
    expect(texts(await ask(latin, 'start=0&count=9&encoding=KOI8-R'))[0]).toBe('cafИ');
    expect(texts(await ask(latin, 'start=0&count=9&encoding=utf8'))[0]).toBe('caf\ufffd');
    // Another encoding may have other lines: U+0A0A alone holds two line feeds as bytes.
    const bytes = await ask(utf16, 'offset=0&count=9&encoding=windows-1252');
    expect(bytes.lines.length).toBe(5);
  });
});

it.each([
  ['count=1', 'start'],
  ['start=0&offset=0&count=1', 'offset'],
  ['start=0', 'count'],
  [`start=0&count=${MAX_LINES + 1}`, 'count'],
  [`start=0&count=-${MAX_LINES + 1}`, 'count'],
  [`offset=0&count=-${MAX_LINES + 1}`, 'count'],
  ['start=0&count=1&columns=65537', 'columns'],
  ['start=0&count=1&column=-1', 'column'],
  ['start=0&count=1&text=yes', 'text'],
  ['start=0&count=1&split=255', 'split'],
  ['start=0&count=1&encoding=klingon', 'encoding'],
  ['start=0&count=1&encoding=', 'encoding'],
  ['start=0&count=1&frob=1', 'frob'],
])('%s is 400 and names %s', async (query, parameter) => {
  const error = await server.error(`/api/files/${text.id}/lines?${query}`);
  expect(error).toMatchObject({ status: 400, code: 'bad-request', parameter });
});

it('lines follow a file that grows and one that is cut', async () => {
  const path = join(tempFolder(), 'changing');
  writeFileSync(path, 'a\nb');
  const changing = await startServer({ files: [path] });
  const { id } = await changing.file();
  await changing.indexed(id);
  const lines = async (query: string): Promise<string[]> =>
    texts(await changing.json<LinesReply>(`/api/files/${id}/lines?${query}`));
  expect(await lines('start=0&count=9')).toEqual(['a', 'b']);
  appendFileSync(path, 'c\nd\n');
  expect(await lines('offset=0&count=9')).toEqual(['a', 'bc', 'd']);
  await changing.indexed(id);
  expect(await lines('start=1&count=9&generation=1')).toEqual(['bc', 'd']);
  truncateSync(path, 1);
  expect(await changing.error(`/api/files/${id}/lines?start=0&count=9&generation=1`)).toMatchObject({
    status: 409,
    size: 1,
  });
  expect(await lines('offset=0&count=9')).toEqual(['a']);
});

it('lines in another encoding end with the same terminator however the file grows', async () => {
  const path = join(tempFolder(), 'returns');
  writeFileSync(path, 'line\r'.repeat(2_000));
  const growing = await startServer({ files: [path] });
  const { id } = await growing.file();
  const second = async (): Promise<unknown> => {
    const query = 'start=1&count=1&encoding=windows-1252&generation=1';
    return (await growing.json<LinesReply>(`/api/files/${id}/lines?${query}`)).lines[0];
  };
  await growing.indexed(id);
  const before = await second();
  expect(before).toMatchObject({ offset: 5, length: 4 });
  appendFileSync(path, 'feed\n');
  expect(await second()).toEqual(before);
});

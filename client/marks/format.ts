/** Marks as JSON and Markdown: what the browser keeps, and what is exported and imported. */
import { formatCount, formatHex } from '../../shared/units.ts';
import { asArray, asFileOf, asInteger, asObject, asSwitch, asText, FormatError, parseJson } from '../state/formats.ts';
import { type Tint, tintName } from '../state/tints.ts';
import { MAX_MARK_NAME, MAX_MARKS, type Mark, merged } from './marks.ts';

/** The marks of one file as the browser keeps them. */
export interface FileMarks {
  /** Where the file was when it was last open; for people. */
  readonly path: string;
  /** When the marks were last used, Unix ms. */
  readonly usedAt: number;
  /** Size of the file then, bytes. */
  readonly size: number;
  /** The file was cut or rewritten after marks were set: what is at their offsets may be something else. */
  readonly rewritten: boolean;
  readonly marks: readonly Mark[];
}

const MAX_PATH = 4_096;

function readMark(value: unknown, where: string): Mark {
  const { offset, length, name, colour } = asObject(value, where);
  const first = asInteger(offset, `${where}: “offset”`, 0, Number.MAX_SAFE_INTEGER);
  return {
    offset: first,
    length: length === undefined ? 0 : asInteger(length, `${where}: “length”`, 0, Number.MAX_SAFE_INTEGER - first),
    name: name === undefined ? '' : asText(name, `${where}: “name”`, MAX_MARK_NAME),
    tint: colour === undefined ? 1 : (asInteger(colour, `${where}: “colour”`, 1, 9) as Tint),
  };
}

const markOut = ({ offset, length, name, tint }: Mark): object => ({ offset, length, name, colour: tint });

export function storedMarks({ marks, ...file }: FileMarks): object {
  return { ...file, marks: marks.map(markOut) };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/** Takes over what is valid of what the browser kept; null when nothing is. Never throws. */
export function restoreMarks(text: string | null): FileMarks | null {
  return orNull(() => {
    const { path, usedAt, size, rewritten, marks } = asObject(parseJson(text ?? 'null'), 'What was kept');
    const list = Array.isArray(marks) ? (marks as readonly unknown[]).slice(0, MAX_MARKS) : [];
    return {
      path: asText(path, '“path”', MAX_PATH),
      usedAt: asInteger(usedAt, '“usedAt”', 0, Number.MAX_SAFE_INTEGER),
      size: asInteger(size, '“size”', 0, Number.MAX_SAFE_INTEGER),
      rewritten: asSwitch(rewritten, '“rewritten”', false),
      marks: merged(
        [],
        list.map((mark) => orNull(() => readMark(mark, 'Mark'))).filter((mark) => mark !== null),
      ),
    };
  });
}

/** What is looked up about a mark when it is exported. */
export interface MarkFacts {
  /** 0-based; null while it is not counted. */
  readonly line: number | null;
  /** What is there, as text or as hex; empty past the end. */
  readonly preview: string;
}

export interface MarkedFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly identity: string;
}

export type ExportedMark = Mark & MarkFacts;

export function exportMarks(file: MarkedFile, marks: readonly ExportedMark[]): string {
  const { name, path, size, identity } = file;
  const all = marks.map((mark) => ({
    ...markOut(mark),
    line: mark.line === null ? null : mark.line + 1,
    text: mark.preview,
  }));
  return `${JSON.stringify({ bigview: 'marks', version: 1, file: { name, path, size, identity }, marks: all }, null, 2)}\n`;
}

/** The marks of an exported file, and the identity of the file they were set in, if it says. Throws a FormatError. */
export function importMarks(text: string): { readonly marks: readonly Mark[]; readonly identity: string | null } {
  const { marks, file } = asFileOf('marks', text);
  const read = asArray(marks, '“marks”', MAX_MARKS).map((mark, index) => readMark(mark, `Mark ${index + 1}`));
  const identity = file === undefined ? undefined : asObject(file, '“file”').identity;
  return { marks: merged([], read), identity: typeof identity === 'string' ? identity : null };
}

/** Between bars of a table, on one line. */
function cell(text: string): string {
  return text
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~&]/g, '\\$&')
    .trim();
}

/** As code that shows just what is in it: between more backticks than it has in a row. */
function code(text: string): string {
  const plain = text.replace(/[\r\n\t]+/g, ' ').replace(/\|/g, '\\|');
  if (plain.trim() === '') return '';
  const fence = '`'.repeat(Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = plain.startsWith('`') || plain.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/** A table for people, as reports and tickets take it. */
export function markdownOf(file: MarkedFile, marks: readonly ExportedMark[]): string {
  const rows = marks.map(({ offset, length, name, tint, line, preview }) => {
    const place = `${formatCount(offset)} (0x${formatHex(offset)})`;
    const bytes = length === 0 ? '' : formatCount(length);
    const number = line === null ? '' : formatCount(line + 1);
    return `| ${[number, place, bytes, cell(name), tintName(tint), code(preview)].join(' | ')} |`;
  });
  return [
    `# Marks in ${cell(file.name)}`,
    '',
    `${code(file.path)}, ${formatCount(file.size)} bytes`,
    '',
    '| Line | Offset | Bytes | Name | Colour | What is there |',
    '| ---: | ---: | ---: | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

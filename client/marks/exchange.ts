/** Marks as files: JSON that comes back, Markdown for people. Loaded when it is asked for. */
import { formatCount, formatHex } from '../../shared/units.ts';
import { asArray, asFileOf, asObject } from '../state/formats.ts';
import { tintName } from '../state/tints.ts';
import { markOut, readMark } from './format.ts';
import { MAX_MARKS, type Mark, merged } from './marks.ts';

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

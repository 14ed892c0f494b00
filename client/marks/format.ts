/** Marks as the browser keeps them. */
import { asInteger, asObject, asSwitch, asText, FormatError, parseJson } from '../state/formats.ts';
import type { Tint } from '../state/tints.ts';
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

/** Throws a FormatError that names `where`. */
export function readMark(value: unknown, where: string): Mark {
  const { offset, length, name, colour } = asObject(value, where);
  const first = asInteger(offset, `${where}: “offset”`, 0, Number.MAX_SAFE_INTEGER);
  return {
    offset: first,
    length: length === undefined ? 0 : asInteger(length, `${where}: “length”`, 0, Number.MAX_SAFE_INTEGER - first),
    name: name === undefined ? '' : asText(name, `${where}: “name”`, MAX_MARK_NAME),
    tint: colour === undefined ? 1 : (asInteger(colour, `${where}: “colour”`, 1, 9) as Tint),
  };
}

export const markOut = ({ offset, length, name, tint }: Mark): object => ({ offset, length, name, colour: tint });

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

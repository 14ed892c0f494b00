/**
 * A place in a file as the query of the address: `?file=big.log&view=text&at=1048576&sel=1048000&top=1040384`. Pure. Offsets are
 * decimal (hex with 0x is read too). What is not valid is left out, with a sentence for the person.
 */
import type { FileInfo } from '../../shared/protocol.ts';
import type { ViewMode } from './store.ts';

export interface Place {
  /** File name; `~2` is appended for the second file of that name, and so on. */
  readonly file: string | null;
  readonly view: ViewMode | null;
  /** Cursor. */
  readonly at: number | null;
  /** Other end of the selection. */
  readonly sel: number | null;
  /** First byte of the first visible row. */
  readonly top: number | null;
  readonly encoding: string | null;
}

export interface ParsedPlace {
  readonly place: Place;
  /** One sentence for each part that could not be used. */
  readonly problems: readonly string[];
}

const NUMBER = /^(?:\d{1,16}|0x[0-9a-f]{1,14})$/i;

/** Reads a query (with or without `?`). Never throws. */
export function parsePlace(search: string): ParsedPlace {
  const query = new URLSearchParams(search);
  const problems: string[] = [];
  const offset = (name: string): number | null => {
    const text = query.get(name);
    if (text === null) return null;
    const value = NUMBER.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value)) return value;
    problems.push(`The link says ${name}=${quote(text)}, which is not an offset.`);
    return null;
  };
  const view = query.get('view');
  const known = view === 'hex' || view === 'text' || view === 'both' ? view : null;
  if (view !== null && known === null)
    problems.push(`The link asks for a view named ${quote(view)}, which does not exist.`);
  return {
    place: {
      file: query.get('file'),
      view: known,
      at: offset('at'),
      sel: offset('sel'),
      top: offset('top'),
      encoding: query.get('enc'),
    },
    problems,
  };
}

function quote(text: string): string {
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
}

/** The query of a place, without `?`; parsePlace gives the same place back. */
export function formatPlace(place: Place): string {
  const query = new URLSearchParams();
  if (place.file !== null) query.set('file', place.file);
  if (place.view !== null) query.set('view', place.view);
  if (place.at !== null) query.set('at', String(place.at));
  if (place.sel !== null) query.set('sel', String(place.sel));
  if (place.top !== null) query.set('top', String(place.top));
  if (place.encoding !== null) query.set('enc', place.encoding);
  return query.toString();
}

/** The name of each file that tells it from the others, in order. */
export function fileKeys(files: readonly FileInfo[]): readonly string[] {
  const seen = new Map<string, number>();
  return files.map(({ name }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}~${count}`;
  });
}

export function fileOfKey(files: readonly FileInfo[], key: string): FileInfo | null {
  return files[fileKeys(files).indexOf(key)] ?? null;
}

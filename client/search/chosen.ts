/** The query for what a person points at: the selection, or the word at the cursor. Only bytes that are here are looked at. */
import { selectionExtent } from '../../shared/extent.ts';
import type { FileInfo } from '../../shared/protocol.ts';
import { createTextCodec } from '../../shared/text/codec.ts';
import type { FileView } from '../state/store.ts';
import type { SearchQuery, SearchSwitches } from './query.ts';

/** Longest selection that is searched for, bytes: as hex it still is a pattern that the server takes. */
const MAX_SELECTED = 1_024;
/** Looked at on each side of the cursor for the ends of its word. */
const WORD_REACH = 256;

const WORD_BEFORE = /[\p{L}\p{M}\p{N}_]*$/u;
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_]*/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they cannot be typed into a field
const NOT_TYPED = /[\u0000-\u001f\u007f\ufffd]/;

export interface ReadHere {
  /** As many bytes as are here without a gap. */
  peek(offset: number, length: number): Uint8Array;
}

function decode(bytes: Uint8Array, encoding: string): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}

const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The word of letters, digits and `_` at `cursor`; empty where there is none. */
export function wordAt(source: ReadHere, cursor: number, size: number, encoding: string): string {
  const codec = createTextCodec(encoding, (label, options) => new TextDecoder(label, options));
  const from = Math.max(0, cursor - WORD_REACH - ((cursor - WORD_REACH) % codec.unitBytes));
  const bytes = source.peek(from, Math.min(size, cursor + WORD_REACH) - from);
  if (from + bytes.length <= cursor) return '';
  const middle = codec.boundary(bytes, cursor - from);
  const start = from === 0 ? 0 : codec.boundary(bytes, Math.min(codec.longest, middle));
  const before = decode(bytes.subarray(start, middle), encoding);
  const after = decode(bytes.subarray(middle), encoding);
  const tail = WORD_AFTER.exec(after)?.[0] ?? '';
  // At the end of a word, it is the one before; between others there is none.
  return tail === '' ? '' : (WORD_BEFORE.exec(before)?.[0] ?? '') + tail;
}

/**
 * What to search for; null when there is nothing to point at, or it is too long or not here. Selected bytes are bytes in the hex
 * view, and wherever they are no text that could be typed.
 */
export function chosenQuery(
  file: FileInfo,
  view: FileView,
  source: ReadHere,
  switches: SearchSwitches,
): SearchQuery | null {
  const encoding = view.encoding ?? file.encoding;
  const selected = selectionExtent(view.cursor, view.anchor);
  const bytesQuery = (bytes: Uint8Array): SearchQuery => ({
    ...switches,
    kind: 'bytes',
    pattern: hex(bytes),
    flags: '',
  });
  const textQuery = (text: string, wholeWord: boolean): SearchQuery => {
    return { ...switches, kind: 'text', pattern: text, flags: '', caseSensitive: true, wholeWord };
  };
  if (selected) {
    const length = selected.end - selected.offset;
    if (length > MAX_SELECTED) return null;
    const bytes = source.peek(selected.offset, length);
    if (bytes.length < length) return null;
    if (view.pane === 'hex') return bytesQuery(bytes);
    const text = decode(bytes, encoding);
    return NOT_TYPED.test(text) ? bytesQuery(bytes) : textQuery(text, false);
  }
  const word = wordAt(source, view.cursor, file.size, encoding);
  if (word !== '' && !NOT_TYPED.test(word)) return textQuery(word, true);
  const byte = source.peek(view.cursor, 1);
  return view.pane === 'hex' && byte.length === 1 ? bytesQuery(byte) : null;
}

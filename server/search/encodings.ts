/** From characters to bytes, for every encoding that the viewer shows. TextDecoder only goes the other way. */
import { TextDecoder } from 'node:util';
import { utf8Bytes } from '../../shared/text/utf8Bytes.ts';
import { createDecoder } from '../window/encodingDecoder.ts';

/** All byte sequences that `encoding` decodes to this one character; empty when it has no such character. */
export type EncodeCharacter = (character: string) => readonly (readonly number[])[];

const MULTI_BYTE = new Set(['big5', 'euc-jp', 'euc-kr', 'gb18030', 'gbk', 'shift_jis']);

/**
 * How the bytes of an encoding relate to its characters.
 * `exact`: a character's bytes are never found inside others, so that text can be searched as bytes.
 * `loose`: they may be (the trail byte of a Shift_JIS character may be a letter), so that what is found must be decoded to be sure.
 * `stateful`: bytes mean nothing without those before (ISO-2022-JP).
 */
export function encodingNature(encoding: string): 'exact' | 'loose' | 'stateful' {
  if (MULTI_BYTE.has(encoding)) return 'loose';
  return encoding === 'iso-2022-jp' ? 'stateful' : 'exact';
}

/** True when the encoding has one byte for each character. */
export function isSingleByte(encoding: string): boolean {
  return encodingNature(encoding) === 'exact' && !encoding.startsWith('utf-');
}

/** `encoding` is a WHATWG name. */
export function encoder(encoding: string): EncodeCharacter {
  if (encoding === 'utf-8') return (character) => [utf8Bytes(character.codePointAt(0) ?? 0)];
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const high = encoding === 'utf-16be';
    return (character) => [
      Array.from({ length: character.length }, (_, i) => character.charCodeAt(i)).flatMap((unit) => {
        const bytes = [unit % 256, Math.floor(unit / 256)];
        return high ? bytes.reverse() : bytes;
      }),
    ];
  }
  const table = tableOf(encoding);
  return (character) => table.get(character) ?? [];
}

const tables = new Map<string, ReadonlyMap<string, readonly (readonly number[])[]>>();

/** The decoder asked about every byte, and every pair of bytes where there are such: 10 ms for the largest. */
function tableOf(encoding: string): ReadonlyMap<string, readonly (readonly number[])[]> {
  const made = tables.get(encoding);
  if (made) return made;
  const table = new Map<string, (readonly number[])[]>();
  const add = (text: string, bytes: readonly number[]): void => {
    if (text.length !== ((text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1) || text === '\ufffd') return;
    const known = table.get(text);
    if (known) known.push(bytes);
    else table.set(text, [bytes]);
  };
  const decoder = createDecoder(encoding);
  const nature = encodingNature(encoding);
  for (let byte = 0; byte < (nature === 'exact' ? 256 : 128); byte++) add(decoder.decode(Uint8Array.of(byte)), [byte]);
  if (nature === 'loose') addPairs(encoding, add);
  tables.set(encoding, table);
  return table;
}

function addPairs(encoding: string, add: (text: string, bytes: readonly number[]) => void): void {
  const fatal = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const decode = (bytes: readonly number[]): string => {
    try {
      return fatal.decode(Uint8Array.from(bytes));
    } catch {
      return '';
    }
  };
  for (let lead = 0x80; lead < 256; lead++) {
    add(decode([lead]), [lead]);
    for (let trail = 0x30; trail < 256; trail++) add(decode([lead, trail]), [lead, trail]);
  }
}

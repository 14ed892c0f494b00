/**
 * What separates lines in a file. It follows from the encoding and from the terminator found in a sample, and is all that the
 * scan kernel has to know: encodings other than UTF-16 never hold 0x0A or 0x0D inside another character.
 */
export interface LineFormat {
  /** Bytes of one code unit: 2 for UTF-16, else 1. A terminator starts at a multiple of it. */
  readonly unitBytes: 1 | 2;
  /** Byte order of 2-byte units; false for 1-byte units. */
  readonly bigEndian: boolean;
  /**
   * `lf`: U+000A ends a line, and a U+000D directly before it belongs to the terminator; any other U+000D is content, as for
   * `wc -l`, `grep` and `sed`. `cr`: U+000D ends a line (files of classic Mac OS that hold no U+000A).
   */
  readonly terminator: 'lf' | 'cr';
}

/** The line format of a file in `encoding` (a WHATWG label) with the given terminator. */
export function lineFormat(encoding: string, terminator: 'lf' | 'cr'): LineFormat {
  const utf16 = encoding === 'utf-16le' || encoding === 'utf-16be';
  return { unitBytes: utf16 ? 2 : 1, bigEndian: encoding === 'utf-16be', terminator };
}

/** A short stable key, for caches of things that depend on the format. */
export function lineFormatKey(format: LineFormat): string {
  return `${format.terminator}${format.unitBytes === 2 ? (format.bigEndian ? '16be' : '16le') : '8'}`;
}

/**
 * TextDecoder as the WHATWG standard has it. Node 20 decodes windows-1252 as ISO-8859-1 (the bytes 80–9F become C1 controls
 * instead of `€`, `…`, quotes and dashes); every other single-byte encoding was compared and is right.
 */
import { TextDecoder } from 'node:util';

/** What is used of TextDecoder. */
export interface Decoder {
  decode(bytes?: Uint8Array, options?: { readonly stream?: boolean }): string;
}

/** The bytes 80–9F in windows-1252; those that it leaves undefined stay the control characters they are. */
const HIGH = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function windows1252(): Decoder {
  return {
    decode: (bytes) => {
      if (!bytes) return '';
      const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
      return latin1.replace(/[\u0080-\u009f]/g, (character) => HIGH[character.charCodeAt(0) - 0x80] ?? character);
    },
  };
}

/** Not fatal, and a byte order mark is text like any other. Throws a RangeError for a label that Node does not know. */
export function createDecoder(label: string): Decoder {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return decoder.encoding === 'windows-1252' ? windows1252() : decoder;
}

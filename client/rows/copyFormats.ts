/** Bytes as text for the clipboard. Pure. */

export type CopyFormat = 'hex' | 'text' | 'c' | 'base64';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).toUpperCase().padStart(2, '0'));

/** Bytes of one line of a C array. */
const C_LINE = 12;
/** Bytes turned into a string at once: a multiple of 3, so that Base64 needs no padding between. */
const STEP = 0x6000;

/** `48 65 6C`: two digits a byte, a space between. */
export function hexDump(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += STEP) {
    parts.push(Array.from(bytes.subarray(at, at + STEP), (byte) => HEX[byte]).join(' '));
  }
  return parts.join(' ');
}

/** A whole definition that compiles as C and C++. */
export function cArray(bytes: Uint8Array, name: string): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += C_LINE) {
    lines.push(`  ${Array.from(bytes.subarray(at, at + C_LINE), (byte) => `0x${HEX[byte]}`).join(', ')}`);
  }
  return `unsigned char ${name}[${bytes.length}] = {\n${lines.join(',\n')}\n};\n`;
}

/** RFC 4648 with padding, in one line. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += STEP) {
    parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + STEP))));
  }
  return parts.join('');
}

/** `encoding` is a label that TextDecoder knows; invalid bytes become U+FFFD, a byte order mark stays. */
export function formatBytes(bytes: Uint8Array, format: CopyFormat, encoding: string): string {
  switch (format) {
    case 'hex':
      return hexDump(bytes);
    case 'text':
      return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
    case 'c':
      return cArray(bytes, 'data');
    case 'base64':
      return base64(bytes);
  }
}

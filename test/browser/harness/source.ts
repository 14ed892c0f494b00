/** A file that needs no disk: every byte is a function of its offset, sensitive to all 53 bits of it. */
function byteAt(offset: number): number {
  const low = offset % 65_536;
  const high = Math.floor(offset / 65_536);
  return (low * 7 + Math.floor(low / 256) * 31 + high * 13 + Math.floor(high / 65_536) * 101) % 256;
}

export function bytesAt(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => byteAt(offset + index));
}

/** The bytes of a row as the hex view writes them, without the gaps between. */
export function hexAt(offset: number, length: number): string {
  return Array.from(bytesAt(offset, length), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');
}

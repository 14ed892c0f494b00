/** The UTF-8 bytes of a code point (not a surrogate). */
export function utf8Bytes(code: number): readonly number[] {
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 + Math.floor(code / 64), 0x80 + (code % 64)];
  const last = [0x80 + (Math.floor(code / 64) % 64), 0x80 + (code % 64)];
  if (code < 0x10000) return [0xe0 + Math.floor(code / 4096), ...last];
  return [0xf0 + Math.floor(code / 262_144), 0x80 + (Math.floor(code / 4096) % 64), ...last];
}

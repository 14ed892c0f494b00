const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A file's path for a person, on one line whatever it holds: control characters, format characters (bidirectional overrides
 * among them) and bytes that are not UTF-8 appear as `\n`, `\x1b`, `\u{202e}`, `\xff`; a backslash doubles only then, so
 * that ordinary names stay as they are.
 */
export function displayPath(path: string | Buffer): string {
  const text = typeof path === 'string' ? path : decode(path);
  if (text !== null && !/[\p{C}\p{Zl}\p{Zp}]/u.test(text)) return text;
  const escaped = text === null ? escapeBytes(path as Buffer) : text.replaceAll('\\', '\\\\');
  return escaped.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter);
}

function decode(path: Buffer): string | null {
  try {
    return utf8.decode(path);
  } catch {
    return null;
  }
}

function escapeCharacter(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** Keeps what is UTF-8, and writes every other byte as `\xff`. */
function escapeBytes(bytes: Buffer): string {
  let out = '';
  for (let i = 0; i < bytes.length; ) {
    const length = [1, 2, 3, 4].find((n) => i + n <= bytes.length && decode(bytes.subarray(i, i + n)) !== null) ?? 0;
    if (length === 0) out += `\\x${(bytes[i] ?? 0).toString(16).padStart(2, '0')}`;
    else out += bytes.toString('utf8', i, i + length).replaceAll('\\', '\\\\');
    i += Math.max(1, length);
  }
  return out;
}

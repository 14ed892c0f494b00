/**
 * The text column: one cell a byte. A character of several bytes stands at its first byte and leaves the cells of the others
 * empty, also when it began in the row before; what cannot be shown is a middle dot. Characters whose width in the font is not
 * sure are put in a box of their own, so that the cells after them stay where they are.
 */
import type { TextCodec } from '../../../shared/text/characters.ts';
import { characterSymbol } from '../../../shared/text/symbols.ts';
import { isWide, joinsPrevious } from '../../../shared/text/width.ts';
import type { ColouredText } from './byteClass.ts';

/** A part of the column: plain text of one UTF-16 unit a byte, or one boxed character. */
export interface TextPiece {
  readonly text: string;
  /** First byte in the row, and how many bytes (cells). */
  readonly first: number;
  readonly cells: number;
  readonly boxed: boolean;
}

const NOT_SHOWN = '\u00b7';
const DOTS = /(\u00b7+)/;

const ASCII = Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : NOT_SHOWN,
);

export function asciiText(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index < bytes.length; index++) text += ASCII[bytes[index] ?? 0];
  return text;
}

/** A plain piece in two colours: dots recede behind what is shown as itself. */
export function dimmedDots(text: string): ColouredText[] {
  const parts: ColouredText[] = [];
  text.split(DOTS).forEach((part, index) => {
    if (part !== '') parts.push({ kind: index % 2 === 1 ? 'hidden' : null, text: part });
  });
  return parts;
}

/** Scripts that the row font has: their characters are one cell wide for certain. */
function isInRowFont(code: number): boolean {
  return (code >= 0x20 && code < 0x250) || (code >= 0x370 && code < 0x530);
}

/**
 * The column for `context[start, start + length)`: the bytes of a row with the bytes around it, which decide where characters
 * begin. `codec.longest` bytes before and after are enough for UTF-8 and UTF-16.
 */
export function encodedText(context: Uint8Array, start: number, length: number, codec: TextCodec): TextPiece[] {
  const boundary = Math.max(0, codec.boundary(context, start));
  const { count, codes, starts } = codec.decode(context.subarray(boundary), false);
  const glyphs: (string | null)[] = new Array<string | null>(length).fill(' ');
  const boxes = new Map<number, number>();
  let previous = 0;
  for (let index = 0; index < count; index++) {
    const from = boundary + (starts[index] ?? 0) - start;
    const end = Math.min(length, boundary + (starts[index + 1] ?? 0) - start);
    const code = codes[index] ?? 0;
    if (from >= length) break;
    if (from >= 0) {
      const shown = characterSymbol(code) === null;
      const mark = shown && joinsPrevious(code, previous);
      if (!shown) {
        for (let at = from; at < end; at++) glyphs[at] = NOT_SHOWN;
      } else if (code < 0x11_0000 && isInRowFont(code) && !mark) {
        glyphs[from] = String.fromCodePoint(code);
      } else {
        const needed = isWide(code) ? 2 : 1;
        boxes.set(from, Math.max(1, Math.min(end - from, needed)));
        glyphs[from] = mark ? `\u25cc${codec.codeText(code)}` : codec.codeText(code);
      }
    }
    previous = code;
  }
  return pieces(glyphs, boxes);
}

function pieces(glyphs: readonly (string | null)[], boxes: ReadonlyMap<number, number>): TextPiece[] {
  const found: TextPiece[] = [];
  let plain = '';
  const flush = (end: number) => {
    if (plain !== '') found.push({ text: plain, first: end - plain.length, cells: plain.length, boxed: false });
    plain = '';
  };
  for (let at = 0; at < glyphs.length; at++) {
    const cells = boxes.get(at);
    if (cells === undefined) {
      plain += glyphs[at] ?? ' ';
    } else {
      flush(at);
      found.push({ text: glyphs[at] ?? '', first: at, cells, boxed: true });
      at += cells - 1;
    }
  }
  flush(glyphs.length);
  return found;
}

/**
 * Select Graphic Rendition, the only escape sequences that are obeyed: `ESC [ parameters m` (ECMA-48 8.3.117; 256 and direct
 * colours of ITU T.416 in both the `;` and the `:` form). Unknown parameters change nothing. Concealed text is shown: nothing
 * in the file may hide from its reader.
 */

/** 0–15 are the sixteen colours of the theme; otherwise `#rrggbb`. */
export type TextColour = number | `#${string}`;

export interface TextStyle {
  readonly foreground: TextColour | null;
  readonly background: TextColour | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  readonly strike: boolean;
}

export const PLAIN: TextStyle = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
  strike: false,
};

/** Longest parameter string that is taken for one; longer ones are shown. */
export const MAX_SGR_CHARACTERS = 96;

/** `'38;5;196'` -> the style after it. `style` itself when nothing changes. */
export function applySgr(style: TextStyle, parameters: string): TextStyle {
  let next: TextStyle = style;
  const fields = parameters === '' ? ['0'] : parameters.split(';');
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] ?? '';
    if (field.includes(':')) {
      next = applyColonForm(next, field);
      continue;
    }
    const code = field === '' ? 0 : Number(field);
    if (code === 38 || code === 48) {
      const { colour, used } = readColour(fields.slice(i + 1, i + 5));
      i += used;
      if (colour !== null) next = { ...next, [code === 38 ? 'foreground' : 'background']: colour };
    } else {
      next = applyCode(next, code);
    }
  }
  return isPlain(next) ? PLAIN : next;
}

function isPlain(style: TextStyle): boolean {
  return (Object.keys(PLAIN) as (keyof TextStyle)[]).every((key) => style[key] === PLAIN[key]);
}

function applyCode(style: TextStyle, code: number): TextStyle {
  if (code >= 30 && code <= 37) return { ...style, foreground: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, foreground: code - 82 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 };
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 3:
      return { ...style, italic: true };
    case 4:
    case 21:
      return { ...style, underline: true };
    case 7:
      return { ...style, inverse: true };
    case 9:
      return { ...style, strike: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 27:
      return { ...style, inverse: false };
    case 29:
      return { ...style, strike: false };
    case 39:
      return { ...style, foreground: null };
    case 49:
      return { ...style, background: null };
    default:
      return style;
  }
}

/** `38:5:n`, `38:2::r:g:b`, `38:2:r:g:b`, and `4:0`–`4:5` for kinds of underline. */
function applyColonForm(style: TextStyle, field: string): TextStyle {
  const parts = field.split(':');
  const code = Number(parts[0]);
  if (code === 4) return { ...style, underline: parts[1] !== '0' };
  if (code !== 38 && code !== 48) return style;
  const direct = parts[1] === '2' && parts.length >= 6 ? ['2', ...parts.slice(3, 6)] : parts.slice(1);
  const { colour } = readColour(direct);
  return colour === null ? style : { ...style, [code === 38 ? 'foreground' : 'background']: colour };
}

/** Reads `5;n` or `2;r;g;b`; `used` counts the fields taken. */
function readColour(fields: readonly string[]): { colour: TextColour | null; used: number } {
  const byte = (field: string | undefined): number | null => {
    const value = field === undefined || field === '' ? 0 : Number(field);
    return Number.isInteger(value) && value >= 0 && value <= 255 ? value : null;
  };
  if (fields[0] === '5' && fields.length >= 2) {
    const index = byte(fields[1]);
    return { colour: index === null ? null : paletteColour(index), used: 2 };
  }
  if (fields[0] === '2' && fields.length >= 4) {
    const [red, green, blue] = [byte(fields[1]), byte(fields[2]), byte(fields[3])];
    return { colour: red === null || green === null || blue === null ? null : rgb(red, green, blue), used: 4 };
  }
  return { colour: null, used: fields.length };
}

function rgb(red: number, green: number, blue: number): TextColour {
  return `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Colour 0–255 of xterm's palette: 16 of the theme, a 6x6x6 cube, 24 greys. */
function paletteColour(index: number): TextColour {
  if (index < 16) return index;
  if (index >= 232) return rgb(8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232));
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

/** OKLCH to sRGB and the WCAG contrast ratio, for proving the colour tokens. Matrices: Björn Ottosson, "A perceptual color space". */

export interface Rgba {
  /** Linear light, 0–1. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  readonly alpha: number;
}

const NUMBER = '([\\d.]+)';
const OKLCH = new RegExp(`^oklch\\(${NUMBER} ${NUMBER} ${NUMBER}(?: / ${NUMBER})?\\)$`);

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Throws when `css` is not `oklch(L C H)` or `oklch(L C H / A)`. */
export function parseOklch(css: string): Rgba {
  const match = OKLCH.exec(css.trim());
  if (!match) throw new Error(`not an oklch colour: ${css}`);
  const [lightness = 0, chroma = 0, hue = 0, alpha = 1] = match.slice(1).map((part) => Number(part ?? 1));
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return {
    red: clamp(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    green: clamp(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    blue: clamp(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
    alpha,
  };
}

const encode = (linear: number): number => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
const decode = (coded: number): number => (coded <= 0.04045 ? coded / 12.92 : ((coded + 0.055) / 1.055) ** 2.4);

/** `top` painted over the opaque `under`, mixed in gamma-coded sRGB as browsers do. */
export function over(top: Rgba, under: Rgba): Rgba {
  const mix = (a: number, b: number): number => decode(encode(a) * top.alpha + encode(b) * (1 - top.alpha));
  return {
    red: mix(top.red, under.red),
    green: mix(top.green, under.green),
    blue: mix(top.blue, under.blue),
    alpha: 1,
  };
}

const luminance = (color: Rgba): number => 0.2126 * color.red + 0.7152 * color.green + 0.0722 * color.blue;

/** WCAG 2 contrast ratio of two opaque colours, 1–21. */
export function contrast(first: Rgba, second: Rgba): number {
  const [light, dark] = [luminance(first), luminance(second)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

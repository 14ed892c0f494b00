import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, over, parseOklch, type Rgba } from '../../helpers/color.ts';

const css = readFileSync(new URL('../../../client/view/tokens.css', import.meta.url), 'utf8').replace(/\s+/g, ' ');

const declarations = new Map(
  [...css.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1] ?? '', (match[2] ?? '').trim()]),
);

/** The colour of a token in one theme, following `var()`. */
function color(token: string, theme: 'light' | 'dark'): Rgba {
  const value = declarations.get(token);
  if (value === undefined) throw new Error(`no token --${token}`);
  const alias = /^var\(--([\w-]+)\)$/.exec(value);
  if (alias?.[1]) return color(alias[1], theme);
  const pair = /^light-dark\((oklch\([^)]*\)), (oklch\([^)]*\))\)$/.exec(value);
  if (!pair?.[1] || !pair[2]) throw new Error(`--${token} is not light-dark(oklch(), oklch()): ${value}`);
  return parseOklch(theme === 'light' ? pair[1] : pair[2]);
}

const TINTS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
/** As `color-mix(in oklab, COLOUR SHARE, transparent)`. */
const thinned = (rgba: Rgba, share: number): Rgba => ({ ...rgba, alpha: rgba.alpha * share });

const ANSI = Array.from({ length: 16 }, (_, index) => `ansi-${index}`);
const BYTES = ['byte-null', 'byte-space', 'byte-control', 'byte-high', 'byte-ff'];
const LEVELS = ['level-error', 'level-warn', 'level-info', 'level-debug', 'level-trace'];
const STATES = ['accent', 'danger', 'warning', 'success'];

describe.each(['light', 'dark'] as const)('colour tokens, %s', (theme) => {
  const on = (surface: string, fill?: string): Rgba =>
    fill ? over(color(fill, theme), color(surface, theme)) : color(surface, theme);
  const least = (token: string, under: Rgba, ratio: number): void => {
    expect(contrast(color(token, theme), under), `--${token}`).toBeGreaterThanOrEqual(ratio);
  };

  it.each(['text-1', 'text-2', 'text-3', ...STATES])('--%s reads on every resting surface', (token) => {
    for (const surface of ['surface-0', 'surface-1', 'surface-2']) least(token, on(surface), 4.5);
  });

  it.each([...BYTES, ...LEVELS, ...ANSI, 'text-1'])('--%s reads on rows, on the current row', (token) => {
    least(token, on('surface-0'), 4.5);
    least(token, over(color('row-current', theme), on('surface-0')), 4.4);
  });

  it.each(['selection', 'hit', 'hit-current'])('plain text reads on --%s, and colours stay marks', (fill) => {
    least('text-1', on('surface-0', fill), 4.5);
    for (const token of BYTES) if (fill === 'selection') least(token, on('surface-0', fill), 3);
  });

  it.each(['danger', 'warning', 'accent'])('--%s and text read on the quiet fill of banners and chips', (token) => {
    least(token, over(color(`${token}-quiet`, theme), on('surface-1')), 4.5);
    least('text-1', over(color(`${token}-quiet`, theme), on('surface-1')), 4.5);
  });

  it.each(['line-strong', 'cursor-ring', 'hit-mark', ...STATES])('--%s is seen as a mark', (token) => {
    for (const surface of ['surface-0', 'surface-1', 'surface-2']) least(token, on(surface), 3);
  });

  it.each(TINTS)('--tint-%s is seen as a mark, plain text reads on its fill, alone or on a line of another', (tint) => {
    for (const surface of ['surface-0', 'surface-1']) least(`tint-${tint}`, on(surface), 3);
    for (const surface of ['surface-0', 'surface-1', 'surface-2'])
      least('text-1', on(surface, `tint-fill-${tint}`), 4.5);
    for (const line of TINTS) {
      const painted = over(thinned(color(`tint-fill-${line}`, theme), 0.6), on('surface-0'));
      least('text-1', over(color(`tint-fill-${tint}`, theme), painted), 4.5);
      least(`tint-${tint}`, painted, 3);
    }
  });

  it.each(TINTS)('levels and line numbers read on a line of tint %s', (tint) => {
    const painted = over(thinned(color(`tint-fill-${tint}`, theme), 0.6), on('surface-0'));
    for (const token of LEVELS) least(token, painted, 3.5);
  });

  it('text on the accent reads', () => {
    expect(contrast(color('text-on-accent', theme), color('accent', theme))).toBeGreaterThanOrEqual(4.5);
  });

  it('surfaces step one way', () => {
    const ratios = [1, 2, 3].map((step) => contrast(color(`surface-${step}`, theme), color('surface-0', theme)));
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    expect(ratios[0]).toBeGreaterThan(1.03);
  });
});

it('contrast is the published one', () => {
  const white = parseOklch('oklch(1 0 0)');
  const black = parseOklch('oklch(0 0 0)');
  expect(contrast(white, black)).toBeCloseTo(21, 1);
  // #777 on white is 4.48 : 1.
  expect(contrast(parseOklch('oklch(0.5693 0 0)'), white)).toBeCloseTo(4.48, 1);
});

/** Text with colour escapes as parts of one style each: class names for what a theme decides, colours for what the file gives. */
import type { CSSProperties } from 'react';
import type { LineLayout } from '../../../shared/text/lineLayout.ts';
import type { TextColour, TextStyle } from '../../../shared/text/sgr.ts';

export interface TextPart {
  /** Index in the row's text. */
  readonly start: number;
  readonly text: string;
  readonly className: string | null;
  readonly style: CSSProperties | null;
}

function colourClass(kind: 'fg' | 'bg', colour: TextColour | null): string | null {
  return typeof colour === 'number' ? `text-${kind}-${colour}` : null;
}

/**
 * A colour of the file keeps its hue, but is made as light or dark as the theme needs it to be read.
 */
function readable(colour: string): string {
  return `oklch(from ${colour} clamp(var(--text-colour-min), l, var(--text-colour-max)) c h)`;
}

/** Text without a colour of its own on a background that has one. */
function onBackground(back: TextColour | null): string | null {
  if (typeof back !== 'string') return back === null ? null : 'text-on-ansi';
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(back.slice(at, at + 2), 16));
  // Rec. 601 luma is enough to tell light from dark.
  const luma = 0.299 * (red ?? 0) + 0.587 * (green ?? 0) + 0.114 * (blue ?? 0);
  return luma > 128 ? 'text-on-light' : 'text-on-dark';
}

function partStyle(style: TextStyle): { className: string; style: CSSProperties | null } {
  const [front, back] = style.inverse ? [style.background, style.foreground] : [style.foreground, style.background];
  const names = [
    colourClass('fg', front),
    colourClass('bg', back),
    style.bold ? 'text-bold' : null,
    style.dim ? 'text-dim' : null,
    style.italic ? 'text-italic' : null,
    style.underline ? (style.strike ? 'text-underline-strike' : 'text-underline') : style.strike ? 'text-strike' : null,
    style.inverse && front === null ? 'text-fg-inverse' : null,
    style.inverse && back === null ? 'text-bg-inverse' : null,
    front === null && !style.inverse ? onBackground(back) : null,
  ].filter((name) => name !== null);
  const own: CSSProperties = {};
  // On a background of the file's own a colour is the file's own business.
  if (typeof front === 'string') own.color = back === null && !style.inverse ? readable(front) : front;
  if (typeof back === 'string') own.backgroundColor = back;
  return { className: names.join(' '), style: Object.keys(own).length > 0 ? own : null };
}

/** The parts of `[start, end)` of a layout's text, in order and without gaps. */
export function textParts(layout: LineLayout, start: number, end: number): TextPart[] {
  const parts: TextPart[] = [];
  let at = start;
  const plain = (to: number): void => {
    if (to > at) parts.push({ start: at, text: layout.text.slice(at, to), className: null, style: null });
    at = Math.max(at, to);
  };
  for (const run of layout.styles) {
    if (run.end <= at) continue;
    if (run.start >= end) break;
    plain(Math.max(start, run.start));
    const to = Math.min(end, run.end);
    parts.push({ start: at, text: layout.text.slice(at, to), ...partStyle(run.style) });
    at = to;
  }
  plain(end);
  return parts;
}

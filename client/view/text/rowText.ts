/** The text of a row as highlighters see it: as it is shown, but with tabs as tabs, and with its cuts marked. */
import type { LineLayout } from '../../../shared/text/lineLayout.ts';
import { CUT } from '../../highlight/paint.ts';

/** Longest text that is looked at, UTF-16 units; the rest of a longer row is not highlighted. */
const MAX_TEXT = 8_192;

export interface RowText {
  readonly text: string;
  /** Place in the layout's text of a place in `text`. */
  readonly place: (index: number) => number;
}

/**
 * `[from, to)` of the layout's text. `startsLine` and `endsLine` say that the layout begins and ends where its line does: elsewhere
 * `^` and `$` must not match.
 */
export function rowText(layout: LineLayout, from: number, to: number, startsLine: boolean, endsLine: boolean): RowText {
  const end = Math.min(to, from + MAX_TEXT, layout.text.length);
  const head = startsLine && from === 0 ? '' : CUT;
  const tail = endsLine && end === layout.text.length ? '' : CUT;
  const { text, tabs } = withTabs(layout, from, end);
  const base = from - head.length;
  if (tabs.length === 0) return { text: `${head}${text}${tail}`, place: (index) => clamp(base + index, from, end) };
  return {
    text: `${head}${text}${tail}`,
    place: (index) => {
      let place = index - head.length;
      // Each tab before the place was more than one space.
      for (const { at, more } of tabs) if (at < index - head.length) place += more;
      return clamp(from + place, from, end);
    },
  };
}

interface Tab {
  /** In the text with tabs. */
  readonly at: number;
  /** Spaces that stand for it, less one. */
  readonly more: number;
}

function withTabs(layout: LineLayout, from: number, end: number): { text: string; tabs: readonly Tab[] } {
  const { text, tabs } = layout;
  if (tabs.length === 0) return { text: text.slice(from, end), tabs: [] };
  const found: Tab[] = [];
  let joined = '';
  let at = from;
  for (let index = 0; index + 1 < tabs.length; index += 2) {
    const start = tabs[index] ?? 0;
    const width = tabs[index + 1] ?? 1;
    // A tab that the cut goes through is its spaces.
    if (start < at || start + width > end) continue;
    joined += text.slice(at, start);
    found.push({ at: joined.length, more: width - 1 });
    joined += '\t';
    at = start + width;
  }
  return { text: joined + text.slice(at, end), tabs: found };
}

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most));

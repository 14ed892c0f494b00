/**
 * Colours of parts of a row by the Custom Highlight API: the text of a row stays one node, or one a colour of its own, whatever is
 * selected or marked in it.
 */

import type { Tint } from '../../state/tints.ts';

export type TextHighlight =
  | `text-tint-${Tint}`
  | 'text-selection'
  | 'text-hit'
  | 'text-hit-current'
  | 'text-control'
  | 'text-invisible'
  | 'text-invalid'
  | 'text-error'
  | 'text-warning'
  | 'text-info'
  | 'text-debug';

const highlights = new Map<TextHighlight, Highlight>();
/** The selection is drawn over the others, the hit that the cursor is on over other hits, and hits over highlighters. */
const PRIORITY: Partial<Record<TextHighlight, number>> = { 'text-hit': 2, 'text-hit-current': 3, 'text-selection': 4 };
const TINT_PRIORITY = 1;

function highlightOf(name: TextHighlight): Highlight | null {
  if (typeof Highlight === 'undefined' || !CSS.highlights) return null;
  let highlight = highlights.get(name);
  if (!highlight) {
    highlight = new Highlight();
    highlight.priority = PRIORITY[name] ?? (name.startsWith('text-tint-') ? TINT_PRIORITY : 0);
    highlights.set(name, highlight);
    CSS.highlights.set(name, highlight);
  }
  return highlight;
}

/** A place in the text of an element: the text node that holds the index, and the index in it. */
function placeInText(element: Node, index: number): { readonly node: Node; readonly offset: number } {
  let rest = index;
  let last: Text | null = null;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    last = node as Text;
    if (rest <= last.length) return { node: last, offset: rest };
    rest -= last.length;
  }
  return last ? { node: last, offset: last.length } : { node: element, offset: 0 };
}

/** Colours `[start, end)` of an element's text; returns the function that takes the colour away. */
export function highlightText(element: Node, name: TextHighlight, start: number, end: number): () => void {
  const highlight = highlightOf(name);
  if (!highlight || end <= start) return () => {};
  const from = placeInText(element, start);
  const to = placeInText(element, end);
  // Static: a live range costs the browser a look at every change of the page.
  const range = new StaticRange({
    startContainer: from.node,
    startOffset: from.offset,
    endContainer: to.node,
    endOffset: to.offset,
  });
  highlight.add(range);
  return () => highlight.delete(range);
}

/** The box of `[start, end)` of an element's text, CSS px of the page; the first line of it where it wraps. */
export function textBox(element: Node, start: number, end: number): DOMRect {
  const range = document.createRange();
  const from = placeInText(element, start);
  const to = placeInText(element, end);
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return range.getClientRects()[0] ?? range.getBoundingClientRect();
}

/** The boxes of `[start, end)` of an element's text, one a line where it wraps, CSS px of the page. */
export function textBoxes(element: Node, start: number, end: number): readonly DOMRect[] {
  const range = document.createRange();
  const from = placeInText(element, start);
  const to = placeInText(element, end);
  range.setStart(from.node, from.offset);
  range.setEnd(to.node, to.offset);
  return [...range.getClientRects()];
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/**
 * The index in an element's text of the character at a point of the page: the last one whose line is not below the point and whose
 * left edge is not right of it. `length` is the length of the text.
 */
export function indexAtPoint(element: Node, length: number, text: string, x: number, y: number): number {
  if (RIGHT_TO_LEFT.test(text)) return nearestIndex(element, length, x, y);
  let low = 0;
  let high = Math.max(0, length - 1);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const box = textBox(element, middle, middle + 1);
    const before = box.top > y ? false : box.bottom <= y ? true : box.left <= x;
    if (before) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Where text runs in both directions the places are in no order: looks at each. */
function nearestIndex(element: Node, length: number, x: number, y: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (let index = 0; index < length; index++) {
    const box = textBox(element, index, index + 1);
    const down = y < box.top ? box.top - y : Math.max(0, y - box.bottom);
    const aside = x < box.left ? box.left - x : Math.max(0, x - box.right);
    if (down * 1_000 + aside < distance) {
      distance = down * 1_000 + aside;
      best = index;
    }
  }
  return best;
}

/**
 * One row of text: the line number, and the text as one node (one a colour where the file colours it). Everything else is drawn by
 * highlights. Memoized: a row is drawn when what it shows changes, not when it moves.
 */
import { type CSSProperties, memo, useLayoutEffect, useRef } from 'react';
import { findLevel, type LogLevel } from '../../../shared/text/levels.ts';
import { byteOf, characterAtByte, indexOf, type LineLayout } from '../../../shared/text/lineLayout.ts';
import type { Paint } from '../../highlight/paint.ts';
import { isTint } from '../../state/tints.ts';
import { Ribbon } from '../marks/Ribbon.tsx';
import { groupDigits } from './lineLabel.ts';
import { rowText } from './rowText.ts';
import { highlightText, type TextHighlight, textBox, textBoxes } from './textHighlights.ts';
import { textParts } from './textSpans.ts';

export interface LineLabel {
  /** 1-based. */
  readonly number: number;
  readonly exact: boolean;
  /** A further piece of the line above. */
  readonly continues: boolean;
}

export interface TextRowProps {
  /** Line number; null leaves the gutter empty. */
  readonly number: number | null;
  readonly exact: boolean;
  readonly continues: boolean;
  readonly gutterWidth: number;
  /** Null while the bytes are not here. */
  readonly layout: LineLayout | null;
  /** Part of the layout's text that is in the page, `[from, to)`, and where it begins, px. */
  readonly from: number;
  readonly to: number;
  readonly x: number;
  /** `x` is in the view already; otherwise it is in the line, and the view's own place is taken off by the style sheet. */
  readonly pinned: boolean;
  /** The row ends with a terminator, which has a cell of its own for cursor and selection. */
  readonly terminated: boolean;
  /** The end of the file is here without a terminator, and the file may grow: the line may go on. */
  readonly unfinished: boolean;
  /** Selected bytes of the layout, `[start, end)`; beyond its bytes is the terminator. Equal: none. */
  readonly selectionStart: number;
  readonly selectionEnd: number;
  /** First byte of the layout, in the file. */
  readonly base: number;
  /** Start and end, in turns, of what hits cover, in the file; the same array as long as it holds the same. */
  readonly hits: readonly number[];
  /** The hit that the cursor is on, as bytes of the layout; -1 for none. */
  readonly hitStart: number;
  readonly hitEnd: number;
  /** What highlighters make of the row; null while that is not known. */
  readonly paint: Paint | null;
  /** The layout begins where its line does, and ends where it does. */
  readonly startsLine: boolean;
  readonly endsLine: boolean;
  /** Colour of the mark beside the row, 0 for none, and what it is called; nothing where a marked range goes through. */
  readonly markTint: number;
  readonly markName: string;
  /** Byte of the layout under the cursor, -1 for none. */
  readonly cursor: number;
  /** Differs when the row with the cursor may be laid out anew. */
  readonly fit: string;
  readonly levels: boolean;
  readonly skeletonCells: number;
  readonly error: string | null;
  readonly onRetry: (() => void) | null;
}

const LEVEL_HIGHLIGHT: Readonly<Record<LogLevel, TextHighlight>> = {
  error: 'text-error',
  warning: 'text-warning',
  info: 'text-info',
  debug: 'text-debug',
};

/** Index in the row's whole text (terminator's cell included) of a byte of the layout. */
function indexOfByte(layout: LineLayout, byte: number): number {
  if (byte >= layout.byteCount) return layout.text.length + (byte > layout.byteCount ? 1 : 0);
  return indexOf(layout, characterAtByte(layout, byte));
}

export const TextRowView = memo(function TextRowView(props: TextRowProps) {
  const { layout, from, to, x, terminated, selectionStart, selectionEnd, cursor, levels } = props;
  const { base, hits, hitStart, hitEnd, paint, startsLine, endsLine } = props;
  const line = useRef<HTMLDivElement>(null);
  const ring = useRef<HTMLDivElement>(null);
  const shown = layout ? Math.min(to, layout.text.length) : 0;

  useLayoutEffect(() => {
    const element = line.current;
    if (!element || !layout) return undefined;
    const end = shown - from;
    const colour = (name: TextHighlight, first: number, last: number): (() => void) =>
      highlightText(element, name, Math.max(0, first - from), Math.min(end, last - from));
    const undo = layout.marks
      .filter((mark) => mark.end > from && mark.start < shown)
      .map((mark) => colour(`text-${mark.kind}`, mark.start, mark.end));
    const level = levels && from === 0 && layout.styles.length === 0 ? findLevel(layout.text) : null;
    if (level) undo.push(colour(LEVEL_HIGHLIGHT[level.level], level.start, level.end));
    return () => {
      for (const take of undo) take();
    };
  }, [layout, from, shown, levels]);

  useLayoutEffect(() => {
    const element = line.current;
    if (!element || !layout || !paint || paint.spans.length === 0) return undefined;
    const { place } = rowText(layout, from, shown, startsLine, endsLine);
    const undo: (() => void)[] = [];
    for (let at = 0; at + 2 < paint.spans.length; at += 3) {
      const [start, end, tint] = paint.spans.slice(at, at + 3);
      if (!isTint(tint)) continue;
      undo.push(highlightText(element, `text-tint-${tint}`, place(start ?? 0) - from, place(end ?? 0) - from));
    }
    return () => {
      for (const take of undo) take();
    };
  }, [layout, from, shown, paint, startsLine, endsLine]);

  useLayoutEffect(() => {
    const element = line.current;
    if (!element || !layout || selectionEnd <= selectionStart) return undefined;
    const start = indexOfByte(layout, selectionStart) - from;
    const end = indexOfByte(layout, selectionEnd) - from;
    return highlightText(element, 'text-selection', Math.max(0, start), Math.max(0, end));
  }, [layout, from, selectionStart, selectionEnd]);

  useLayoutEffect(() => {
    const element = line.current;
    if (!element || !layout || hits.length === 0) return undefined;
    const undo: (() => void)[] = [];
    for (let at = 0; at + 1 < hits.length; at += 2) {
      const start = indexOfByte(layout, (hits[at] ?? 0) - base);
      const end = endIndex(layout, start, (hits[at + 1] ?? 0) - base);
      if (start >= shown || end <= from) continue;
      undo.push(highlightText(element, 'text-hit', Math.max(0, start - from), Math.min(shown, end) - from));
    }
    return () => {
      for (const take of undo) take();
    };
  }, [layout, from, shown, base, hits]);

  // The outline is measured after every render of its row, as the ring of the cursor is.
  const outline = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = line.current;
    if (!element || !layout || hitStart < 0) return undefined;
    const start = indexOfByte(layout, hitStart);
    const end = endIndex(layout, start, hitEnd);
    if (start > shown || end < from) {
      // Scrolled away sideways: what was drawn around it would be around other text.
      outline.current?.replaceChildren();
      return undefined;
    }
    const first = Math.max(0, start - from);
    const last = Math.max(first, Math.min(shown, end) - from);
    if (outline.current) drawOutline(outline.current, element, textBoxes(element, first, last));
    return highlightText(element, 'text-hit-current', first, last);
  });

  // Runs after every render of the row that has the cursor: where text wraps depends on the width.
  useLayoutEffect(() => {
    const element = line.current;
    const mark = ring.current;
    if (!element || !mark || !layout) return;
    const character = characterAtByte(layout, cursor);
    const start = indexOf(layout, character);
    const end = cursor >= layout.byteCount ? start + 1 : Math.max(start + 1, indexOf(layout, character + 1));
    const visible = start >= from && start <= shown;
    mark.hidden = !visible;
    if (!visible) return;
    const box = textBox(element, start - from, end - from);
    const origin = element.getBoundingClientRect();
    mark.style.left = `${box.left - origin.left}px`;
    mark.style.top = `${box.top - origin.top}px`;
    mark.style.width = `${Math.max(2, box.width)}px`;
    mark.style.height = `${box.height}px`;
  });

  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: part of a grid of its own layout */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div className="text-gutter" role="rowheader" style={{ width: props.gutterWidth }}>
        {props.markTint > 0 && <Ribbon tint={props.markTint} name={props.markName} />}
        <Gutter number={props.number} exact={props.exact} continues={props.continues} />
        {props.unfinished && <span className="visually-hidden" role="img" aria-label="no line end yet" />}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
      <div
        className={paint && paint.line > 0 ? `text-cell text-painted tint-${paint.line}` : 'text-cell'}
        role="gridcell"
        style={{ marginLeft: props.gutterWidth }}
      >
        {layout ? (
          <div
            ref={line}
            className={lineClass(
              props.pinned,
              props.unfinished && shown === layout.text.length && (endsLine || !props.pinned),
            )}
            style={lineStyle(x, props.pinned)}
          >
            <Parts layout={layout} from={from} to={shown} terminated={terminated && shown === layout.text.length} />
            {hitStart >= 0 && <div ref={outline} aria-hidden="true" />}
            {cursor >= 0 && <div ref={ring} className="text-cursor" aria-hidden="true" />}
          </div>
        ) : (
          <Missing cells={props.skeletonCells} error={props.error} onRetry={props.onRetry} />
        )}
      </div>
    </>
  );
});

/** Where a hit ends in the text: behind its last character, also when it ends inside of it. */
function endIndex(layout: LineLayout, start: number, byte: number): number {
  if (byte >= layout.byteCount) return layout.text.length;
  const character = characterAtByte(layout, byte);
  const inside = byteOf(layout, character) < byte;
  return Math.max(start, indexOf(layout, inside ? character + 1 : character));
}

/** One box for each line that the hit is on; a hit of nothing is a stroke. */
function drawOutline(outline: HTMLElement, element: Element, boxes: readonly DOMRect[]): void {
  const origin = element.getBoundingClientRect();
  outline.replaceChildren(
    ...boxes.map((box) => {
      const part = document.createElement('div');
      part.className = 'text-hit-ring';
      part.style.left = `${box.left - origin.left}px`;
      part.style.top = `${box.top - origin.top}px`;
      part.style.width = `${Math.max(1, box.width)}px`;
      part.style.height = `${box.height}px`;
      return part;
    }),
  );
}

function lineClass(pinned: boolean, unfinished: boolean): string {
  const own = pinned ? 'text-line text-line-pinned' : 'text-line';
  return unfinished ? `${own} text-line-unfinished` : own;
}

function lineStyle(x: number, pinned: boolean): CSSProperties | undefined {
  if (pinned) return { transform: `translateX(${x}px)` };
  return x === 0 ? undefined : { left: x };
}

function Gutter({ number, exact, continues }: { number: number | null; exact: boolean; continues: boolean }) {
  if (continues) return <span className="text-continues" role="img" aria-label="continued" />;
  if (number === null) return null;
  return (
    <span className={exact ? 'text-number' : 'text-number text-number-estimated'}>
      {groupDigits(number).map((digits, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity than their place
        <span key={index}>{digits}</span>
      ))}
    </span>
  );
}

interface PartsProps {
  readonly layout: LineLayout;
  readonly from: number;
  readonly to: number;
  readonly terminated: boolean;
}

/** The terminator is a space at the end of the last text node, or a node of its own behind colours. */
function Parts({ layout, from, to, terminated }: PartsProps) {
  const end = terminated ? ' ' : '';
  if (layout.styles.length === 0) return layout.text.slice(from, to) + end;
  return (
    <>
      {textParts(layout, from, to).map((part) =>
        part.className === null ? (
          part.text
        ) : (
          <span key={part.start} className={part.className} style={part.style ?? undefined}>
            {part.text}
          </span>
        ),
      )}
      {end}
    </>
  );
}

interface MissingProps {
  readonly cells: number;
  readonly error: string | null;
  readonly onRetry: (() => void) | null;
}

function Missing({ cells, error, onRetry }: MissingProps) {
  if (error === null) return <div className="text-skeleton" style={{ width: `${Math.max(4, cells)}ch` }} />;
  return (
    <div className="text-row-error">
      <span>{error}</span>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What a row shows: from the run, the bytes that are here, cursor and selection. */
import type { ReactNode } from 'react';
import type { Extent } from '../../../shared/extent.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { pageOf } from '../../cache/plan.ts';
import { ribbonOf } from '../../marks/rowMarks.ts';
import { lineNumberOf } from '../../rows/pickedRows.ts';
import type { TextSide, TextSnapshot } from '../../rows/textChange.ts';
import { isLong, type TextContents } from '../../rows/textContent.ts';
import { isUnterminated, meanRow, rowAt, rowEnd, runEndRow } from '../../rows/textRun.ts';
import type { RunwayItem } from '../../rows/useRunway.ts';
import type { VisibleHits } from '../../search/useVisibleHits.ts';
import type { FileView } from '../../state/store.ts';
import { markName } from '../marks/markNames.ts';
import { rowText } from './rowText.ts';
import { rowWindow } from './rowWindow.ts';
import { TextRowView } from './TextRowView.tsx';
import type { RowColours } from './useRowColours.ts';

export interface TextRowParts extends RowColours {
  readonly snapshot: TextSnapshot;
  readonly contents: TextContents;
  readonly cache: PageCache;
  readonly view: FileView;
  readonly selection: Extent | null;
  readonly hits: VisibleHits;
  readonly wrap: boolean;
  /** px of the text beyond the left edge. */
  readonly leftPx: number;
  /** Visible cells of a row. */
  readonly cells: number;
  readonly cellWidth: number;
  readonly gutter: number;
  /** Differs when rows may be laid out anew. */
  readonly fit: string;
  readonly levels: boolean;
  /** What is written to the file appears in it. */
  readonly growing: boolean;
  readonly onRetryRows: () => void;
}

/** Cells of rows of which nothing is known. */
const UNKNOWN_CELLS = 60;
/** Of a very long line that is not split although lines wrap, as in a filter, so much is shown. */
const LONG_WRAPPED_CELLS = 4_096;

export function renderTextRow(item: RunwayItem, parts: TextRowParts): ReactNode {
  const { snapshot, contents, cache, view, selection, hits, wrap, leftPx, cells, cellWidth, gutter, fit } = parts;
  const { run, facts, errors } = snapshot;
  const leftCells = wrap ? 0 : leftPx / cellWidth;
  const row = run ? rowAt(run, item.row) : null;
  if (!row || !run) {
    const side = missingSide(snapshot, item.row);
    const error = side === null ? null : (errors[side] ?? null);
    return (
      <TextRowView
        {...EMPTY_ROW}
        number={run && !run.split && !run.picked ? item.row + 1 : null}
        exact={run?.exact === true && !run.split}
        gutterWidth={gutter}
        skeletonCells={skeletonCells(item.row, run ? meanRow(run, facts) : UNKNOWN_CELLS)}
        error={error}
        onRetry={error === null ? null : parts.onRetryRows}
      />
    );
  }
  const content = contents.content(row, leftCells, wrap ? LONG_WRAPPED_CELLS : cells);
  const { line, exact } = lineNumberOf(run, row, facts);
  const shared = {
    number: row.column === null || row.column > 0 ? null : line + 1,
    exact,
    continues: row.column === null ? run.split && row !== run.rows[0] : row.column > 0,
    gutterWidth: gutter,
    ...ribbonOf(parts.marks, { offset: row.offset, end: Math.max(row.offset + 1, rowEnd(row)) }, markName),
  };
  if (!content) {
    const page = firstFailed(cache, contents.extent(row, leftCells, cells));
    const error = page === null ? null : (cache.error(page)?.message ?? null);
    return (
      <TextRowView
        {...EMPTY_ROW}
        {...shared}
        skeletonCells={Math.min(row.length, cells)}
        error={error}
        onRetry={error === null || page === null ? null : () => cache.retry(page)}
      />
    );
  }
  const { layout, start, startCell } = content;
  const base = row.offset + start;
  const whole = start + layout.byteCount >= row.length;
  const limit = whole ? layout.byteCount + row.terminatorLength : layout.byteCount;
  const inRow = (offset: number): number => Math.max(0, Math.min(offset - base, limit));
  const part = wrap ? { from: 0, to: layout.text.length, cell: 0 } : rowWindow(content, leftCells, cells);
  const startsLine = start === 0 && row.column === 0;
  const endsLine = whole && (row.terminatorLength > 0 || rowEnd(row) >= facts.size);
  const text = parts.painting.idle ? '' : rowText(layout, part.from, part.to, startsLine, endsLine).text;
  if (text !== '') parts.painted.push(text);
  if (text !== '' && parts.isSeen(item.row)) parts.seen.push(text);
  const current = hits.current;
  // A hit of nothing lies where it begins; any other where one of its bytes is.
  const onHit =
    current !== null &&
    (current.end > current.offset
      ? current.offset < base + limit && current.end > base
      : current.offset >= base && (current.offset < base + limit || (limit === 0 && current.offset === base)));
  const pinned = !wrap && isLong(row);
  const hasCursor = view.cursor >= base && (view.cursor < base + limit || (limit === 0 && view.cursor === base));
  return (
    <TextRowView
      {...shared}
      layout={layout}
      from={part.from}
      to={part.to}
      x={
        pinned ? startCell * cellWidth - leftPx + part.cell * cellWidth - startCell * cellWidth : part.cell * cellWidth
      }
      pinned={pinned}
      terminated={whole && row.terminatorLength > 0}
      unfinished={parts.growing && isUnterminated(run, row, facts)}
      selectionStart={selection ? inRow(selection.offset) : 0}
      selectionEnd={selection ? inRow(selection.end) : 0}
      base={base}
      hits={hits.spans(base, base + limit)}
      hitStart={onHit && current ? inRow(current.offset) : -1}
      hitEnd={onHit && current ? inRow(current.end) : -1}
      paint={text === '' ? null : parts.painting.get(text)}
      startsLine={startsLine}
      endsLine={endsLine}
      cursor={hasCursor && facts.size > 0 ? view.cursor - base : -1}
      fit={hasCursor ? fit : ''}
      levels={parts.levels && start === 0 && (row.column ?? 1) === 0}
      skeletonCells={0}
      error={null}
      onRetry={null}
    />
  );
}

const EMPTY_ROW = {
  number: null,
  exact: false,
  continues: false,
  layout: null,
  from: 0,
  to: 0,
  x: 0,
  pinned: false,
  terminated: false,
  unfinished: false,
  selectionStart: 0,
  selectionEnd: 0,
  base: 0,
  hits: [],
  hitStart: -1,
  hitEnd: -1,
  paint: null,
  startsLine: false,
  endsLine: false,
  markTint: 0,
  markName: '',
  cursor: -1,
  fit: '',
  levels: false,
} as const;

/** What has to be asked for so that the row, which is not here, comes; null for rows whose neighbour says it. */
function missingSide({ run, awaited }: TextSnapshot, row: number): TextSide | null {
  if (row === awaited) return 'jump';
  if (!run) return null;
  if (row === runEndRow(run)) return 'after';
  return row === run.firstRow - 1 ? 'before' : null;
}

/** A steady look of rows that are not known yet: lengths vary with the row, not with time. */
function skeletonCells(row: number, mean: number): number {
  return Math.max(8, Math.min(120, mean * (0.55 + 0.45 * Math.abs(Math.sin(row * 12.9898)))));
}

function firstFailed(cache: PageCache, extent: { readonly offset: number; readonly end: number }): number | null {
  const last = pageOf(Math.max(extent.offset, extent.end - 1));
  for (let page = pageOf(extent.offset); page <= last; page++) if (cache.error(page)) return page;
  return null;
}

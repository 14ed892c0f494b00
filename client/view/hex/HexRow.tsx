/** One row of bytes: three text nodes and no element for a byte. Memoized: a row is drawn once and then only moved. */
import { memo, useLayoutEffect, useMemo, useRef } from 'react';
import type { TextCodec } from '../../../shared/text/characters.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { type ClassRun, classRuns, colourRuns, hiddenRuns } from './byteClass.ts';
import { addressGroups, bytesText, type HexLayout } from './hexLayout.ts';
import { asciiText, encodedText, NOT_SHOWN, type TextPiece } from './hexText.ts';

export interface HexRowProps {
  /** First byte of the row, and how many it holds (fewer than rowBytes at the end of the file). */
  readonly offset: number;
  readonly length: number;
  readonly layout: HexLayout;
  /** Null: ASCII. */
  readonly codec: TextCodec | null;
  readonly cache: PageCache;
  /** The cached pages that the row lies in: new ones, when there are, draw it again. */
  readonly page: Uint8Array | null;
  readonly nextPage: Uint8Array | null;
  /** Why the bytes are not here; said in the row. */
  readonly error: string | null;
  /** Offers to try again: on the first row of what failed. */
  readonly onRetry: (() => void) | null;
}

interface RowContent {
  readonly bytes: string;
  readonly pieces: readonly TextPiece[];
  readonly runs: readonly ClassRun[];
  /** Runs of the text column: what is not shown as itself recedes, in one colour, which halves the ranges. */
  readonly textRuns: readonly ClassRun[];
}

function contentOf(cache: PageCache, offset: number, length: number, layout: HexLayout, codec: TextCodec | null) {
  const bytes = cache.peek(offset, length);
  if (bytes.length === 0) return null;
  const runs = classRuns(bytes);
  const base = { bytes: bytesText(bytes, layout.grouping), runs };
  if (codec === null) {
    const text = asciiText(bytes);
    return {
      ...base,
      pieces: [{ text, first: 0, cells: text.length, boxed: false }],
      textRuns: hiddenRuns(runs),
    } as RowContent;
  }
  const before = Math.min(offset, codec.longest + (offset % codec.unitBytes));
  const context = cache.peek(offset - before, before + bytes.length + codec.longest);
  // The page before may not be here; the row is then decoded from its own start.
  const known = context.length >= before + bytes.length;
  const pieces = known
    ? encodedText(context, before, bytes.length, codec)
    : encodedText(cache.peek(offset, bytes.length + codec.longest), 0, bytes.length, codec);
  return { ...base, pieces, textRuns: hiddenRuns(dottedRuns(runs, pieces)) } as RowContent;
}

/** The parts of `runs` whose cells hold a dot in place of a character. */
function dottedRuns(runs: readonly ClassRun[], pieces: readonly TextPiece[]): ClassRun[] {
  const dots = new Set<number>();
  for (const piece of pieces) {
    if (piece.boxed) continue;
    for (let at = 0; at < piece.text.length; at++) if (piece.text[at] === NOT_SHOWN) dots.add(piece.first + at);
  }
  return runs.flatMap((run) => {
    const parts: ClassRun[] = [];
    for (let at = run.first; at < run.end; at++) {
      const last = parts[parts.length - 1];
      if (!dots.has(at)) continue;
      if (last?.end === at) parts[parts.length - 1] = { ...last, end: at + 1 };
      else parts.push({ kind: run.kind, first: at, end: at + 1 });
    }
    return parts;
  });
}

export const HexRow = memo(function HexRow(props: HexRowProps) {
  const { offset, length, layout, codec, cache, page, nextPage, error } = props;
  const bytesCell = useRef<HTMLDivElement>(null);
  const textCell = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pages are what peek reads
  const content = useMemo(
    () => contentOf(cache, offset, length, layout, codec),
    [cache, offset, length, layout, codec, page, nextPage],
  );

  useLayoutEffect(() => {
    if (content === null) return undefined;
    const undo: (() => void)[] = [];
    const bytesNode = bytesCell.current?.firstChild;
    if (bytesNode instanceof Text) {
      const cell = (byte: number) => layout.cells[byte] ?? 0;
      undo.push(colourRuns(bytesNode, content.runs, cell, (byte) => cell(byte) + 2));
    }
    content.pieces.forEach((piece, index) => {
      const node = textCell.current?.childNodes[index];
      if (piece.boxed || !(node instanceof Text)) return;
      const end = piece.first + piece.cells;
      const runs = content.textRuns
        .filter((run) => run.first < end && run.end > piece.first)
        .map((run) => ({ ...run, first: Math.max(run.first, piece.first), end: Math.min(run.end, end) }));
      const at = (byte: number) => byte - piece.first;
      undo.push(colourRuns(node, runs, at, (byte) => at(byte) + 1));
    });
    return () => {
      for (const take of undo) take();
    };
  }, [content, layout]);

  const groups = addressGroups(offset, layout.addressDigits, layout.radix);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: part of a grid of its own layout */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div className="hex-address" role="rowheader">
        {groups.map((digits, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity than their place
          <span key={index}>{digits}</span>
        ))}
      </div>
      {content ? (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
          <div className="hex-bytes" role="gridcell" ref={bytesCell}>
            {content.bytes}
          </div>
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
          <div className="hex-text" role="gridcell" ref={textCell}>
            {content.pieces.map((piece) =>
              piece.boxed ? (
                <span key={piece.first} className="hex-boxed" style={{ width: piece.cells * layout.cellWidth }}>
                  {piece.text}
                </span>
              ) : (
                piece.text
              ),
            )}
          </div>
        </>
      ) : (
        <Missing error={error} onRetry={props.onRetry} />
      )}
    </>
  );
});

function Missing({ error, onRetry }: { readonly error: string | null; readonly onRetry: (() => void) | null }) {
  if (error === null) {
    return (
      <>
        <div className="hex-skeleton hex-skeleton-bytes" />
        <div className="hex-skeleton hex-skeleton-text" />
      </>
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: part of a grid of its own layout
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus
    <div className="hex-error" role="gridcell">
      {onRetry && (
        <>
          <span>{error}</span>
          <button type="button" className="hex-retry" onClick={onRetry}>
            Try again
          </button>
        </>
      )}
    </div>
  );
}

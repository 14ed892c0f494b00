/**
 * One row of bytes: an element for each run of bytes of one class, none for a byte. Memoized: a row is drawn once and then only
 * moved. Highlight ranges on one text node do worse, since the browser goes through all ranges of the page in each frame in which
 * anything in it changed: 72 rows of random bytes cost 10.0 ms of the main thread a frame at 3 rows a frame, elements 5.0, and
 * 20.8 against 15.6 at 20 rows a frame.
 */
import { memo, useMemo } from 'react';
import type { TextCodec } from '../../../shared/text/characters.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { Ribbon } from '../marks/Ribbon.tsx';
import { CLASS_NAMES, type ColouredText, classRuns, colouredText } from './byteClass.ts';
import { addressGroups, bytesText, type HexLayout } from './hexLayout.ts';
import { asciiText, dimmedDots, encodedText, type TextPiece } from './hexText.ts';

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
  /** Colour of the mark beside the address, 0 for none, and what it is called; nothing where a marked range goes through. */
  readonly markTint: number;
  readonly markName: string;
  /** Offers to try again: on the first row of what failed. */
  readonly onRetry: (() => void) | null;
}

interface RowContent {
  readonly bytes: readonly ColouredText[];
  readonly text: readonly TextPiece[];
}

function contentOf(
  cache: PageCache,
  offset: number,
  length: number,
  layout: HexLayout,
  codec: TextCodec | null,
): RowContent | null {
  const bytes = cache.peek(offset, length);
  if (bytes.length === 0) return null;
  const cell = (byte: number) => layout.cells[byte] ?? 0;
  const coloured = colouredText(bytesText(bytes, layout.grouping), classRuns(bytes), cell, (byte) => cell(byte) + 2);
  if (codec === null) {
    const text = asciiText(bytes);
    return { bytes: coloured, text: [{ text, first: 0, cells: text.length, boxed: false }] };
  }
  const before = Math.min(offset, codec.longest + (offset % codec.unitBytes));
  const context = cache.peek(offset - before, before + bytes.length + codec.longest);
  // The page before may not be here; the row is then decoded from its own start.
  const known = context.length >= before + bytes.length;
  const text = known
    ? encodedText(context, before, bytes.length, codec)
    : encodedText(cache.peek(offset, bytes.length + codec.longest), 0, bytes.length, codec);
  return { bytes: coloured, text };
}

/** Parts of a text, the plain ones as text alone. They are never moved among each other, so their place is their key. */
function Coloured({ parts }: { readonly parts: readonly ColouredText[] }) {
  return parts.map(({ kind, text }, index) =>
    kind === null ? (
      text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: see above
      <span key={index} className={CLASS_NAMES[kind]}>
        {text}
      </span>
    ),
  );
}

export const HexRow = memo(function HexRow(props: HexRowProps) {
  const { offset, length, layout, codec, cache, page, nextPage, error } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pages are what peek reads
  const content = useMemo(
    () => contentOf(cache, offset, length, layout, codec),
    [cache, offset, length, layout, codec, page, nextPage],
  );

  const groups = addressGroups(offset, layout.addressDigits, layout.radix);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: part of a grid of its own layout */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus */}
      <div className="hex-address" role="rowheader">
        {props.markTint > 0 && <Ribbon tint={props.markTint} name={props.markName} />}
        {groups.map((digits, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: groups have no other identity than their place
          <span key={index}>{digits}</span>
        ))}
      </div>
      {content ? (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
          <div className="hex-bytes" role="gridcell">
            <Coloured parts={content.bytes} />
          </div>
          {/* biome-ignore lint/a11y/useSemanticElements: as above */}
          {/* biome-ignore lint/a11y/useFocusableInteractive: as above */}
          <div className="hex-text" role="gridcell">
            {content.text.map((piece) =>
              piece.boxed ? (
                <span key={piece.first} className="hex-boxed" style={{ width: piece.cells * layout.cellWidth }}>
                  {piece.text}
                </span>
              ) : (
                <Coloured key={piece.first} parts={dimmedDots(piece.text)} />
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

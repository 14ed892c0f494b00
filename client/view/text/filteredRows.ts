/** What a text view has to know to show the rows of a filter instead of all. */
import type { Extent } from '../../../shared/extent.ts';
import type { FetchFilterRows, FilterProgress } from '../../rows/filterRows.ts';
import { isApart } from '../../rows/pickedRows.ts';
import { isLong } from '../../rows/textContent.ts';
import { rowAt, type TextRun } from '../../rows/textRun.ts';
import type { Tint } from '../../state/tints.ts';

export interface FilteredRows {
  /** Null while there is no filter on the server. */
  readonly progress: FilterProgress | null;
  /** In a pane of its own below the full view, which then speaks for the file. */
  readonly beside: boolean;
  /** Colours of the layers, by the numbers that rows call them. */
  readonly tints: readonly (Tint | undefined)[];
  /** Rows that are not neighbours in the file are kept apart by a line. */
  readonly apart: boolean;
  /** How many rows there are and how far it is, for the header. */
  readonly summary: string;
  /** Said where rows would be while there are none, one sentence. */
  readonly empty: string;
  readonly fetch: FetchFilterRows;
  /** The server does not have the filter any more. */
  readonly onGone: (id: string) => void;
  /** What of an extent of the file is in rows that match or are context, in order; rejects with a sentence when it is too much. */
  readonly pick: (extent: Extent, signal: AbortSignal) => Promise<readonly Extent[]>;
}

/** The stripe of a row has room for so many colours. */
const STRIPE_TINTS = ['tint', 'second-tint', 'third-tint'] as const;

/** Classes of a row: context, the colours of the first layers that it matches, what is left out above it and at its end. */
export function filteredRowClass(
  run: TextRun | null,
  filtered: FilteredRows,
  at: number,
  wrap: boolean,
): string | undefined {
  const row = run && rowAt(run, at);
  const picked = row?.picked;
  if (!run || !picked) return undefined;
  const cut = wrap && isLong(row) ? ' text-row-cut' : '';
  const apart = `${filtered.apart && isApart(run, at) ? ' text-row-apart' : ''}${cut}`;
  if (!picked.match) return `text-row-context${apart}`;
  const tints = new Set(picked.layers.map((layer) => filtered.tints[layer]).filter((tint) => tint !== undefined));
  const stripe = [...tints].slice(0, STRIPE_TINTS.length).map((tint, at) => ` ${STRIPE_TINTS[at]}-${tint}`);
  return `text-row-match${stripe.join('')}${apart}`;
}

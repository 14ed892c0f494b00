/** The filter of a file as a text view takes it. */
import { useMemo } from 'react';
import type { Extent } from '../../../shared/extent.ts';
import type { FileInfo } from '../../../shared/protocol.ts';
import { formatCount } from '../../../shared/units.ts';
import { MAX_ROWS_ASKED } from '../../api/filters.ts';
import { lostFilter } from '../../filter/controller.ts';
import { emptySentence, filterSummary } from '../../filter/describe.ts';
import { filterApi } from '../../filter/filterApi.ts';
import { filterOf, useFilter } from '../../filter/filterStore.ts';
import { useApp } from '../../state/useApp.ts';
import type { FilteredRows } from '../text/filteredRows.ts';

/** Rows that one copy may take: each may be a read of its own. */
const MAX_PICKED = 20_000;

/** What of an extent is in rows of the filter. */
async function pickRows(fileId: string, extent: Extent, signal: AbortSignal): Promise<readonly Extent[]> {
  const id = filterOf(fileId).state.rows?.id;
  const parts: Extent[] = [];
  let at = extent.offset;
  while (id !== undefined && at < extent.end) {
    const { rows } = await filterApi.rows(fileId, id, { offset: at }, MAX_ROWS_ASKED, signal);
    for (const { offset, length, terminatorLength } of rows) {
      const part = {
        offset: Math.max(offset, extent.offset),
        end: Math.min(offset + length + terminatorLength, extent.end),
      };
      if (part.end > part.offset) parts.push(part);
    }
    if (parts.length > MAX_PICKED) {
      throw new Error(
        `more than ${formatCount(MAX_PICKED)} rows are selected. The Filters panel saves all filtered lines`,
      );
    }
    const last = rows.at(-1);
    if (!last) break;
    at = last.offset + last.length + last.terminatorLength;
  }
  return parts;
}

/** `beside`: in a pane of its own below the full view. */
export function useFilteredRows(file: FileInfo, beside: boolean): FilteredRows {
  const filter = useFilter(file.id);
  const { id: fileId } = file;
  const hidden = useApp((state) => (state.views[fileId]?.start ?? 0) > 0);
  // Of what is shown, how many lines there are is not known.
  const lines = file.index.complete && !hidden ? file.index.lines : null;
  return useMemo((): FilteredRows => {
    const { set, state } = filter;
    const { rows } = state;
    const tints = (rows?.layers ?? []).map((id) => set.layers.find((layer) => layer.id === id)?.tint);
    return {
      progress: rows && { id: rows.id, version: rows.status?.version ?? -1, rows: rows.status?.rows ?? 0 },
      beside,
      tints,
      apart: rows?.apart === true,
      summary: filterSummary(filter, lines),
      empty: emptySentence(filter, hidden),
      fetch: ({ id, place, count }, signal) => filterApi.rows(fileId, id, place, count, signal),
      onGone: (id) => lostFilter(fileId, id),
      pick: (extent, signal) => pickRows(fileId, extent, signal),
    };
  }, [filter, fileId, lines, hidden, beside]);
}

/** How many rows of the filter have come to a file since some moment: those of lines that begin where the file ended then. */
import { useEffect, useState } from 'react';
import { isAbort, isTransient } from '../api/errors.ts';
import type { FollowMark } from '../state/follow.ts';
import { recoveredWithin } from '../state/recovery.ts';
import { filterApi } from './filterApi.ts';
import { useFilter } from './filterStore.ts';

/** While the server cannot be reached, ms. */
const RETRY_MS = 8_000;

interface Before {
  readonly key: string;
  /** Rows of lines that were there. */
  readonly rows: number;
  /** None of them is still to be found. */
  readonly settled: boolean;
}

/** Null while it is not known: lines that were there then may still be found to pass. */
export function useNewRows(fileId: string, generation: number, since: FollowMark): number | null {
  const rows = useFilter(fileId).state.rows;
  const id = rows?.id ?? null;
  const version = rows?.status?.version ?? -1;
  const key = `${id} ${since.generation} ${since.size}`;
  // Of another state of the file, all of it has come since.
  const renewed = since.generation !== generation;
  const [before, setBefore] = useState<Before | null>(null);
  const settled = renewed || (before?.key === key && before.settled);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another version may have found the rest
  useEffect(() => {
    if (id === null || settled) return undefined;
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const reply = await filterApi.extents(fileId, id, { offset: since.size }, 1, abort.signal);
        const [first] = reply.rows;
        // A line without an end was there, and goes on.
        const begun = first !== undefined && first.offset < since.size ? 1 : 0;
        if (!abort.signal.aborted) setBefore({ key, rows: reply.start + begun, settled: reply.exact });
      } catch (error) {
        if (isAbort(error) || abort.signal.aborted || !isTransient(error)) return;
        await recoveredWithin(RETRY_MS);
        if (!abort.signal.aborted) void ask();
      }
    };
    void ask();
    return () => abort.abort();
  }, [fileId, id, key, version, settled]);

  if (!rows?.status) return null;
  if (renewed) return rows.status.rows;
  return before?.key === key && settled ? Math.max(0, rows.status.rows - before.rows) : null;
}

/** What the list of hits shows: hits by number and the bytes around them, and how many there are while more are found. */
import { useEffect, useMemo, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import type { FileInfo, SearchHit } from '../../../shared/protocol.ts';
import { type HitContext, hexContext, textContext } from '../../search/context.ts';
import { ContextReader } from '../../search/contextReader.ts';
import { searchApi } from '../../search/controller.ts';
import { HitPages } from '../../search/hitPages.ts';
import { type FileSearch, shownHits } from '../../search/searchStore.ts';
import { pageCacheOf } from '../../state/documents.ts';
import { onRecovered } from '../../state/recovery.ts';

/** How often lines that are not counted yet are asked for again, parts of the file. */
const INDEX_STEPS = 20;

/** Rows are numbered from the first hit that is not hidden. */
export interface HitList {
  /** Rows of the list. */
  readonly count: number;
  /** Number of the hit in the first row: those before it are hidden. */
  readonly firstNumber: number;
  hit(row: number): SearchHit | null;
  context(hit: SearchHit): HitContext | null;
  /** Says which rows are mounted. */
  want(first: number, last: number): void;
  /** Says which row is the first visible one: what is before it may become more without moving it. */
  hold(top: number, shift: (rows: number) => void): void;
}

export function useHitList(file: FileInfo, search: FileSearch, searchId: string, asHex: boolean): HitList {
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const { id: fileId } = file;
  const pages = useMemo(
    () => new HitPages((start, count, signal) => searchApi.hits(fileId, searchId, start, count, signal)),
    [fileId, searchId],
  );
  const reader = useMemo(() => new ContextReader(fileId, pageCacheOf(fileId), rerender), [fileId]);
  useEffect(() => () => pages.close(), [pages]);
  useEffect(() => () => reader.close(), [reader]);
  useEffect(
    () =>
      onRecovered(() => {
        pages.resume();
        reader.resume();
      }),
    [pages, reader],
  );
  useSyncExternalStore(pages.subscribe, () => pages.version);

  const { status } = search;
  const { hidden } = search;
  const total = shownHits(search);
  const [count, setCount] = useState(total);
  const top = useRef<{ row: number; shift: (rows: number) => void }>({ row: 0, shift: () => undefined });

  // Hits that are found before the first visible row give it another number: it keeps its place, and gets the new number.
  useEffect(() => {
    const { row } = top.current;
    const held = row === 0 || hidden > 0 ? null : pages.get(row);
    if (!held || total === 0) {
      setCount(total);
      return undefined;
    }
    const abort = new AbortController();
    searchApi.near(fileId, searchId, held.offset, 'next', 0, abort.signal).then(
      ({ hit, number, total: now }) => {
        if (abort.signal.aborted) return;
        const moved = hit?.offset === held.offset && number !== null ? number - row : 0;
        setCount(now);
        if (moved === 0 || top.current.row !== row) return;
        pages.forget();
        top.current.shift(moved);
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [pages, fileId, searchId, total, hidden]);

  const counted = file.index.complete ? INDEX_STEPS : Math.floor((file.index.scannedBytes / file.size) * INDEX_STEPS);
  const stamp = `${total} ${hidden} ${status?.scannedBytes} ${status?.size} ${counted}`;
  const encoding = search.encoding ?? file.encoding;
  return {
    count,
    firstNumber: hidden,
    hit: (row) => pages.get(hidden + row),
    context: (hit) => {
      const around = reader.get(hit);
      if (!around) return null;
      return asHex
        ? hexContext(around.bytes, around.at, hit.length)
        : textContext(around.bytes, around.at, hit.length, encoding, around.at === hit.offset);
    },
    want: (first, last) => {
      pages.want(hidden + first, hidden + Math.min(last, count - 1), stamp, status?.size ?? 0);
      const hits: SearchHit[] = [];
      for (let row = first; row <= last; row++) {
        const hit = pages.get(hidden + row);
        if (hit) hits.push(hit);
      }
      reader.want(hits);
    },
    hold: (row, shift) => {
      top.current = { row, shift };
    },
  };
}

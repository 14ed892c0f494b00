/** The geometry of all rows, or of those of a filter, for a component: made once, told what becomes of the file, its changes applied to the runway in one commit. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { lineFormat, lineFormatKey } from '../../../shared/lineFormat.ts';
import type { FileInfo, IndexStatus } from '../../../shared/protocol.ts';
import type { Api, LinesQuery } from '../../api/client.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import { FilterGeometry } from '../../rows/filterGeometry.ts';
import type { FetchGeometry, GeometryFile, RowGeometry, TextScroll, TextSnapshot } from '../../rows/textChange.ts';
import { TextGeometry } from '../../rows/textGeometry.ts';
import type { FilteredRows } from './filteredRows.ts';

/** Longest row while lines wrap, bytes. */
const WRAP_SPLIT = 4_096;

export interface TextTop {
  /** Byte at the top of the view. */
  readonly offset: number;
  /** px of its row above the top edge. */
  readonly px: number;
}

export interface GeometryParts {
  readonly file: FileInfo;
  readonly cache: PageCache;
  readonly api: Api;
  readonly encoding: string | null;
  /** What lies before this byte is hidden. */
  readonly start: number;
  readonly wrap: boolean;
  readonly initial: { readonly offset: number; readonly align: TextScroll['align']; readonly px: number };
  /** Where the view is; read when everything has to be made anew around it. */
  readonly top: RefObject<TextTop>;
  /** The byte that keeps its place when wrapping is switched. */
  readonly wrapAnchor: () => number;
  readonly onShift: (rows: number) => void;
  /** Show the rows of a filter; whether there is one must not change. */
  readonly filtered: FilteredRows | null;
  /** The byte whose row keeps its place when another filter takes over; null: the top one. */
  readonly hold: () => number | null;
}

/** The index of the file tells about these lines only when they end with the same terminators. */
function indexFor(file: FileInfo, encoding: string | null): IndexStatus | null {
  if (encoding === null) return file.index;
  const own = lineFormatKey(lineFormat(file.encoding, file.terminator));
  return own === lineFormatKey(lineFormat(encoding, file.terminator)) ? file.index : null;
}

function fetchFrom(api: Api, fileId: string): FetchGeometry {
  return (query, signal) => {
    const { place, count, split, encoding, generation } = query;
    const lines: LinesQuery = {
      ...place,
      count,
      generation,
      text: 0,
      ...(split !== null && { split }),
      ...(encoding !== null && { encoding }),
    };
    return api.lines(fileId, lines, signal);
  };
}

function createPicked(
  parts: RefObject<GeometryParts>,
  file: GeometryFile,
  onStale: (generation: number, size: number) => void,
): FilterGeometry {
  return new FilterGeometry({
    file,
    fetch: (query, signal) => {
      const { filtered } = parts.current;
      if (!filtered) throw new Error('the view shows no filter');
      return filtered.fetch(query, signal);
    },
    onStale,
    onGone: (id) => parts.current.filtered?.onGone(id),
  });
}

export interface GeometryUse {
  readonly geometry: RowGeometry;
  /** The same, when it is of a filter. */
  readonly picked: FilterGeometry | null;
  readonly snapshot: TextSnapshot;
  /** Takes the scroll that came with the last change; for a layout effect after the runway's own. */
  readonly takeScroll: () => TextScroll | null;
}

export function useTextGeometry(parts: GeometryParts): GeometryUse {
  const { file, cache, api, encoding, wrap, top, filtered } = parts;
  const { size, generation, renewals } = cache;
  const index = indexFor(file, encoding);
  const { start } = parts;
  const known: GeometryFile = { size, start, generation, encoding, index };
  const latest = useRef(parts);
  latest.current = parts;
  const onStale = (newGeneration: number, newSize: number): void => cache.update(newSize, newGeneration);
  const [picked] = useState(() => filtered && createPicked(latest, known, onStale));
  const [geometry] = useState<RowGeometry>(
    () =>
      picked ??
      new TextGeometry({
        file: known,
        split: wrap ? WRAP_SPLIT : null,
        fetch: fetchFrom(api, file.id),
        onStale,
      }),
  );
  const [snapshot, setSnapshot] = useState(() => geometry.snapshot());
  const scroll = useRef<TextScroll | null>(null);

  useEffect(() => {
    const stop = geometry.subscribe((change) => {
      if (change.shift !== 0) latest.current.onShift(change.shift);
      if (change.scroll) scroll.current = change.scroll;
      setSnapshot(change.snapshot);
    });
    const { initial, wrap: split } = latest.current;
    const { offset, align, px } = initial;
    if (align === 'keep') geometry.rebuild(offset, px, split ? WRAP_SPLIT : null);
    else geometry.show(offset, align);
    return () => {
      stop();
      geometry.dispose();
    };
  }, [geometry]);

  useEffect(() => {
    geometry.update({ size, start, generation, encoding, index }, top.current);
  }, [geometry, size, start, generation, encoding, index, top]);

  const begun = useRef(start);
  // What was hidden is shown again by a jump there, which follows in the same commit and would else be one to a place that is hidden.
  useLayoutEffect(() => {
    if (begun.current === start) return;
    begun.current = start;
    geometry.update({ size, start, generation, encoding, index }, top.current);
  }, [geometry, size, start, generation, encoding, index, top]);

  const { id, version, rows } = filtered?.progress ?? {};
  useEffect(() => {
    const filter = id === undefined || version === undefined || rows === undefined ? null : { id, version, rows };
    picked?.follow(filter, latest.current.hold());
  }, [picked, id, version, rows]);
  useEffect(
    () =>
      cache.subscribe((change) => {
        if (change === 'resumed') geometry.resume();
      }),
    [cache, geometry],
  );

  // Generations of another run of the server have other numbers, or the same by chance.
  const renewed = useRef(renewals);
  useEffect(() => {
    if (renewed.current === renewals) return;
    renewed.current = renewals;
    geometry.renew(top.current);
  }, [geometry, renewals, top]);

  const wrapped = useRef(wrap);
  useLayoutEffect(() => {
    if (wrapped.current === wrap) return;
    wrapped.current = wrap;
    geometry.rebuild(latest.current.wrapAnchor(), 0, wrap ? WRAP_SPLIT : null);
  }, [geometry, wrap]);

  return {
    geometry,
    picked,
    snapshot,
    takeScroll: () => {
      const wish = scroll.current;
      scroll.current = null;
      return wish;
    },
  };
}

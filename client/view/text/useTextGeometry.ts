/** A TextGeometry for a component: made once, told what becomes of the file, its changes applied to the runway in one commit. */
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { lineFormat, lineFormatKey } from '../../../shared/lineFormat.ts';
import type { FileInfo, IndexStatus } from '../../../shared/protocol.ts';
import type { Api, LinesQuery } from '../../api/client.ts';
import type { PageCache } from '../../cache/pageCache.ts';
import type { RowAlign } from '../../rows/runway.ts';
import type { FetchGeometry, GeometryFile, TextScroll, TextSnapshot } from '../../rows/textChange.ts';
import { TextGeometry } from '../../rows/textGeometry.ts';

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
  readonly wrap: boolean;
  readonly initial: { readonly offset: number; readonly align: RowAlign };
  /** Where the view is; read when everything has to be made anew around it. */
  readonly top: RefObject<TextTop>;
  /** The byte that keeps its place when wrapping is switched. */
  readonly wrapAnchor: () => number;
  readonly onShift: (rows: number) => void;
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

export interface GeometryUse {
  readonly geometry: TextGeometry;
  readonly snapshot: TextSnapshot;
  /** Takes the scroll that came with the last change; for a layout effect after the runway's own. */
  readonly takeScroll: () => TextScroll | null;
}

export function useTextGeometry(parts: GeometryParts): GeometryUse {
  const { file, cache, api, encoding, wrap, top } = parts;
  const { size, generation } = cache;
  const index = indexFor(file, encoding);
  const known: GeometryFile = { size, generation, encoding, index };
  const [geometry] = useState(
    () =>
      new TextGeometry({
        file: known,
        split: wrap ? WRAP_SPLIT : null,
        fetch: fetchFrom(api, file.id),
        onStale: (newGeneration, newSize) => cache.update(newSize, newGeneration),
      }),
  );
  const [snapshot, setSnapshot] = useState(() => geometry.snapshot());
  const scroll = useRef<TextScroll | null>(null);
  const latest = useRef(parts);
  latest.current = parts;

  useEffect(() => {
    const stop = geometry.subscribe((change) => {
      if (change.shift !== 0) latest.current.onShift(change.shift);
      if (change.scroll) scroll.current = change.scroll;
      setSnapshot(change.snapshot);
    });
    const { offset, align } = latest.current.initial;
    geometry.show(offset, align);
    return () => {
      stop();
      geometry.dispose();
    };
  }, [geometry]);

  useEffect(() => {
    geometry.update({ size, generation, encoding, index }, top.current);
  }, [geometry, size, generation, encoding, index, top]);

  const wrapped = useRef(wrap);
  useLayoutEffect(() => {
    if (wrapped.current === wrap) return;
    wrapped.current = wrap;
    geometry.rebuild(latest.current.wrapAnchor(), 0, wrap ? WRAP_SPLIT : null);
  }, [geometry, wrap]);

  return {
    geometry,
    snapshot,
    takeScroll: () => {
      const wish = scroll.current;
      scroll.current = null;
      return wish;
    },
  };
}

import type { Extent } from '../../shared/extent.ts';
import { MAX_WINDOW_BYTES } from '../../shared/limits.ts';
import { ApiError } from '../api/errors.ts';
import type { FetchWindow, PageCache } from './pageCache.ts';

/**
 * All bytes of an extent, a copy: from the cache where they are there, else from the server, without pushing anything out of the
 * cache. All are of one generation; rejects when the file changes under it, and with the error of `fetchWindow`.
 */
export async function readExtent(
  cache: PageCache,
  fetchWindow: FetchWindow,
  extent: Extent,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { generation, renewals } = cache;
  const isSame = (): boolean => cache.generation === generation && cache.renewals === renewals;
  const bytes = new Uint8Array(extent.end - extent.offset);
  let at = extent.offset;
  while (at < extent.end) {
    const length = Math.min(MAX_WINDOW_BYTES, extent.end - at);
    const here = isSame() ? cache.peek(at, length) : new Uint8Array(0);
    const part = here.length > 0 ? here : (await fetchWindow(at, length, generation, signal)).bytes;
    if (part.length === 0 || !isSame()) {
      const message = 'The file was changed while it was read';
      throw new ApiError(409, { code: 'stale-generation', message }, null);
    }
    bytes.set(part.subarray(0, length), at - extent.offset);
    at += part.length;
  }
  return bytes;
}

/** What lies between two parts is read along with them when it is no more than this. */
const GAP_BYTES = 65_536;

/** The bytes of extents that are in order, one after the other, as readExtent. */
export async function readParts(
  cache: PageCache,
  fetchWindow: FetchWindow,
  parts: readonly Extent[],
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.end - part.offset, 0));
  let written = 0;
  for (let at = 0; at < parts.length; ) {
    const first = parts[at];
    if (!first) break;
    let next = at + 1;
    let { end } = first;
    for (let part = parts[next]; part && isNear(first.offset, end, part); part = parts[next]) {
      end = part.end;
      next += 1;
    }
    const all = await readExtent(cache, fetchWindow, { offset: first.offset, end }, signal);
    for (const part of parts.slice(at, next)) {
      bytes.set(all.subarray(part.offset - first.offset, part.end - first.offset), written);
      written += part.end - part.offset;
    }
    at = next;
  }
  return bytes;
}

function isNear(start: number, end: number, part: Extent): boolean {
  return part.offset - end <= GAP_BYTES && part.end - start <= MAX_WINDOW_BYTES;
}

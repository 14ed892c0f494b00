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
  const { generation } = cache;
  const bytes = new Uint8Array(extent.end - extent.offset);
  let at = extent.offset;
  while (at < extent.end) {
    const length = Math.min(MAX_WINDOW_BYTES, extent.end - at);
    const here = cache.generation === generation ? cache.peek(at, length) : new Uint8Array(0);
    const part = here.length > 0 ? here : (await fetchWindow(at, length, generation, signal)).bytes;
    if (part.length === 0 || cache.generation !== generation) {
      const message = 'The file was changed while it was read';
      throw new ApiError(409, { code: 'stale-generation', message }, null);
    }
    bytes.set(part.subarray(0, length), at - extent.offset);
    at += part.length;
  }
  return bytes;
}

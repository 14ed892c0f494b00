/** Windows of bytes, each of one generation. */

import { type Source, StaleReadError } from '../source/source.ts';
import type { BytesPool } from './bytesPool.ts';

export interface ByteWindow {
  /** Exactly as many as the file holds of the asked ones; a copy that belongs to the caller. */
  readonly bytes: Uint8Array;
  /** What `bytes` is a view of: to be given back to the pool that it came from, if any. */
  readonly target: Buffer;
  readonly generation: number;
  /** Size of the file when the bytes were read. */
  readonly size: number;
}

/** How often a window is read anew when the file changes under it and the caller does not mind which state it gets. */
const ATTEMPTS = 4;

/**
 * Reads up to `length` bytes from `offset` on. With a `generation`, rejects with StaleReadError unless the bytes are of that
 * one. Rejects with SourceError when the system refuses. The target comes from `pool`, or is a new one (null).
 */
export async function readWindow(
  source: Source,
  offset: number,
  length: number,
  generation: number | null,
  pool: BytesPool | null,
): Promise<ByteWindow> {
  for (let attempt = 1; ; attempt++) {
    const before = source.generation;
    if (generation !== null && generation !== before) throw new StaleReadError('the file was cut or rewritten');
    const room = Math.max(0, Math.min(length, source.size - offset));
    // Not zeroed: what is not written is cut off below.
    const target = pool ? pool.take(room) : Buffer.allocUnsafeSlow(room);
    try {
      const count = await source.read(offset, target);
      // Another request may have seen a change between the end of the copy and now.
      if (source.generation === before) {
        const bytes = count === room ? target : target.subarray(0, count);
        return { bytes, target, generation: before, size: source.size };
      }
      if (generation !== null || attempt === ATTEMPTS) throw new StaleReadError('the file changed while it was read');
    } catch (error) {
      if (!(error instanceof StaleReadError) || generation !== null || attempt === ATTEMPTS) throw error;
    }
  }
}

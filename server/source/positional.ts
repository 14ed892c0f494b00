/** Reads by position on libuv's thread pool: the way that works for everything, and never blocks the event loop. */
import { read } from 'node:fs';
import { errorCode, sourceError } from './sourceError.ts';

/** One system call of libuv takes less than 2 GiB. */
const MAX_CALL_BYTES = 1 << 30;

/**
 * Fills `target[0, length)` from `offset` on; resolves to how many bytes there were, fewer only where the file ends now.
 * EINTR is retried (libuv does not), short reads are continued. Rejects with a SourceError.
 */
export async function readPositional(fd: number, offset: number, target: Uint8Array, length: number): Promise<number> {
  let count = 0;
  while (count < length) {
    const got = await readOnce(fd, target, count, Math.min(length - count, MAX_CALL_BYTES), offset + count);
    if (got === 0) break;
    if (got > 0) count += got;
  }
  return count;
}

/** Resolves to the number of bytes, or -1 when a signal came first. */
function readOnce(fd: number, target: Uint8Array, start: number, length: number, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, target, start, length, offset, (error, count) => {
      if (!error) resolve(count);
      else if (errorCode(error) === 'EINTR') resolve(-1);
      else reject(sourceError(error, `read of ${length} bytes at ${offset}`));
    });
  });
}

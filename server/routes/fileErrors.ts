import type { OpenFile } from '../files/openFile.ts';
import { SourceError, StaleReadError } from '../source/source.ts';
import { PastEndError } from '../window/lineReader.ts';
import { HttpError, pastEnd, staleGeneration } from './reply.ts';

/** Throws 409 unless `generation` (when given) is the present one. */
export function checkGeneration(file: OpenFile, generation: number | null): void {
  if (generation === null || generation === file.source.generation) return;
  file.look();
  if (generation !== file.source.generation) throw staleGeneration(file.source.generation, file.source.size);
}

/**
 * What a failed read of `file` means to the client. A window that the disk cannot deliver is 502: this server is fine, what it
 * reads from is not, and only this window is lost; the client may ask again.
 */
export function readFailure(file: OpenFile, error: unknown): unknown {
  file.notice();
  const { generation, size } = file.source;
  if (error instanceof StaleReadError) return staleGeneration(generation, size);
  if (error instanceof SourceError) {
    return new HttpError(502, 'unreadable', `${error.message} (${error.code})`, {
      value: error.code,
      generation,
      size,
    });
  }
  if (error instanceof PastEndError)
    return pastEnd(error.parameter, error.value, `at most ${error.limit}`, generation, size);
  return error;
}

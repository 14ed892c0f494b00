/**
 * Goes on with the file that gets a path, whether somebody looks or not: a page that is hidden gives its event stream back, and one
 * that reads elsewhere shall lose nothing either. What was shown before stays in the list, as with a switch that is asked for, up to
 * the limit there.
 *
 * A path is looked up a few times a second (openFile.ts): of files that had it for a shorter time nothing is known.
 */
import { OpenError } from '../source/openError.ts';
import type { FileList } from './fileList.ts';
import type { OpenFile } from './openFile.ts';

/** What cannot be opened is tried again after this, ms: it may get its rights only after its name. */
const RETRY_MS = 2_000;

export class FollowedPaths {
  readonly #files: FileList;
  /** What ends the following of each. */
  readonly #stops = new Map<OpenFile, () => void>();

  constructor(files: FileList) {
    this.#files = files;
  }

  /** Follows the path of `file` from now on, or no more; false for a file without one. */
  set(file: OpenFile, followed: boolean): boolean {
    if (file.location === null) return false;
    if (followed === this.#stops.has(file)) return true;
    if (followed) this.#stops.set(file, this.#follow(file));
    else {
      this.#stops.get(file)?.();
      this.#stops.delete(file);
    }
    file.setRotation({ followed });
    return true;
  }

  #follow(file: OpenFile): () => void {
    let retry: NodeJS.Timeout | null = null;
    let switching = false;
    let stopped = false;
    const rest = (): void => {
      if (retry !== null) clearTimeout(retry);
      retry = null;
    };
    const look = async (): Promise<void> => {
      // What could not be opened is left alone for a while; anything else that gets the path is not.
      if (switching || file.pathState !== 'replaced' || (retry !== null && file.pathError !== null)) return;
      rest();
      switching = true;
      try {
        await this.#files.switch(file);
      } catch (error) {
        if (!(error instanceof OpenError)) console.error('bigview: internal error:', error);
        // It may have been stopped meanwhile, and begun again by another call.
        if (!stopped) {
          retry = setTimeout(() => {
            rest();
            void look();
          }, RETRY_MS).unref();
        }
      } finally {
        switching = false;
      }
    };
    const stopListening = file.listen(() => void look());
    void look();
    return () => {
      stopped = true;
      stopListening();
      rest();
    };
  }
}

/**
 * Where marks are kept: one record a file in the browser's storage, under the identity of the file. Bounded: past MAX_FILES records,
 * or when the storage is full, the ones that were not used for longest go. Knows a Storage, not the page.
 */
import { type FileMarks, restoreMarks, storedMarks } from './format.ts';

const PREFIX = 'bigview.marks.';
export const MAX_FILES = 100;

export interface Kept {
  /** False when the storage is full with other things, or switched off. */
  readonly kept: boolean;
  /** Paths of files whose marks went to make room. */
  readonly forgotten: readonly string[];
}

export class MarkVault {
  readonly #storage: () => Storage;

  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  read(identity: string): FileMarks | null {
    try {
      return restoreMarks(this.#storage().getItem(PREFIX + identity));
    } catch {
      return null;
    }
  }

  /** A record without marks is taken away. */
  write(identity: string, file: FileMarks): Kept {
    const forgotten: string[] = [];
    try {
      const storage = this.#storage();
      if (file.marks.length === 0) {
        storage.removeItem(PREFIX + identity);
        return { kept: true, forgotten };
      }
      const text = JSON.stringify(storedMarks(file));
      // Records are read only when one has to go.
      let others: { readonly key: string; readonly path: string }[] | null = null;
      for (;;) {
        const full = this.#keys(identity).length >= MAX_FILES;
        if (!full && tryToSet(storage, PREFIX + identity, text)) return { kept: true, forgotten };
        others ??= this.#others(identity);
        const oldest = others.shift();
        if (!oldest) return { kept: false, forgotten };
        storage.removeItem(oldest.key);
        forgotten.push(oldest.path);
      }
    } catch {
      return { kept: false, forgotten };
    }
  }

  /** Identity of the file that a key of the storage is about, else null. */
  identityOf(key: string | null): string | null {
    return key?.startsWith(PREFIX) ? key.slice(PREFIX.length) : null;
  }

  /** Keys of the records of all other files. */
  #keys(identity: string): readonly string[] {
    const storage = this.#storage();
    const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
    return keys.filter((key) => key.startsWith(PREFIX) && key !== PREFIX + identity);
  }

  /** The records of all other files, the one not used for longest first; what cannot be read is older than anything. */
  #others(identity: string): { readonly key: string; readonly path: string; readonly usedAt: number }[] {
    const storage = this.#storage();
    return this.#keys(identity)
      .map((key) => {
        const found = restoreMarks(storage.getItem(key));
        return { key, path: found?.path ?? 'a file', usedAt: found?.usedAt ?? -1 };
      })
      .sort((a, b) => a.usedAt - b.usedAt);
  }
}

function tryToSet(storage: Storage, key: string, text: string): boolean {
  try {
    storage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

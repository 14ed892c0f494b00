/**
 * The bytes of one opened file, whatever brings them. A source never hands out a view of a mapping: `read` copies into the
 * caller's buffer, and what it copied is of one generation or it throws.
 */
export interface Source {
  /** Bytes in the file as last seen. */
  readonly size: number;
  /** Grows when the file was truncated, replaced or rewritten; growth alone keeps it. */
  readonly generation: number;
  /** Who the file is and which state of it this is; changes whenever a byte may have. */
  readonly identity: FileIdentity;
  /**
   * The open descriptor, for workers that scan the file with large positional reads; it stays the property of the source.
   */
  readonly fd: number;
  /**
   * Copies bytes from `offset` on into `target` and resolves to how many: fewer than asked only at the end of the file.
   * Rejects with StaleReadError when the file was cut or rewritten meanwhile, with a SourceError when it cannot be read.
   */
  read(offset: number, target: Uint8Array): Promise<number>;
  /** Asks the system what has become of the file. Cheap (an fstat); `read` does it by itself. */
  refresh(): void;
  close(): void;
}

/** All bigints come from `fstat`. */
export interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** The file changed under the read: ask again with the new generation. */
export class StaleReadError extends Error {
  override readonly name = 'StaleReadError';
}

/** The system refused (EIO, ESTALE …); `code` is its errno name. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Of the wire: the list of files, what is told of one, and downloads of it. */

export type FileKind = 'text' | 'binary';
export type EngineName = 'map' | 'mmap-io' | 'cached' | 'read';

/** How far the line index of one file (in its current line format) has come. */
export interface IndexStatus {
  /** Bytes from the start of the file whose lines are counted without a gap. */
  readonly scannedBytes: number;
  /** Lines that start before `scannedBytes`; the exact number of lines of the file once `complete`. */
  readonly lines: number;
  readonly complete: boolean;
  /** Stopped by a person; goes on when asked. */
  readonly cancelled: boolean;
  /** Time spent scanning, ms; 0 when it came from the cache. */
  readonly elapsedMs: number;
  readonly fromCache: boolean;
  /** One sentence when the scan had to stop, else null. */
  readonly error: string | null;
}

/** The other file of a switch to a new file of the same path. */
export interface FileSeam {
  /** Its entry; null when it is no longer kept. */
  readonly id: string | null;
  readonly name: string;
  /** When the switch was made, Unix ms. */
  readonly atMs: number;
}

/**
 * `path`: whatever has a path of the command line, as of the last switch. `rotated`: had such a path before a switch; never
 * changes its path again, and can be closed. `stdin`: what comes on standard input, as far as it has come.
 */
export type FileRole = 'path' | 'rotated' | 'stdin';

/** How standard input is doing. */
export interface InputStatus {
  /**
   * `open`: what comes is taken. `slow`: the disk is behind, the producer waits. `full`: the disk has no room, the producer waits.
   * `ended`: it has come to its end. `failed`: it cannot be read any more.
   */
  readonly state: 'open' | 'slow' | 'full' | 'ended' | 'failed';
  /** More about what is wrong, one sentence, else null. */
  readonly message: string | null;
}

/** What goes on with the path of an entry. */
export interface Rotation {
  /** The server goes on with every file that gets the path, whether a page is open or not. */
  readonly followed: boolean;
  /** How often the entry went on with another file. */
  readonly switches: number;
  /** How many of the files that it showed before were closed, because there were too many of them. */
  readonly dropped: number;
}

export interface FileInfo {
  readonly id: string;
  /**
   * A name to keep things about the file under: the same while it grows, is rewritten or renamed, and over restarts of the server;
   * another one for every other file, also for one that takes its path.
   */
  readonly identity: string;
  readonly role: FileRole;
  /** Base name, escaped for display. */
  readonly name: string;
  /** Absolute path, escaped for display. */
  readonly path: string;
  readonly size: number;
  /** Grows whenever what was read may no longer be there; growth of the file keeps it. */
  readonly generation: number;
  readonly kind: FileKind;
  /** WHATWG label, lower case, as `TextDecoder` knows it. */
  readonly encoding: string;
  /** Length of a byte order mark at the start, bytes: 0, 2 or 3. */
  readonly bomBytes: number;
  readonly terminator: 'lf' | 'cr';
  readonly engine: EngineName;
  readonly modifiedMs: number;
  readonly index: IndexStatus;
  /** Set while the file cannot be read, one sentence; else null. */
  readonly error: string | null;
  /** What the path leads to now: this file, another one (rotated, replaced) or nothing. The opened file stays readable. */
  readonly pathState: 'current' | 'replaced' | 'missing';
  /** Why what has the path now cannot be opened, one sentence; null while that is not known to be so. */
  readonly pathError: string | null;
  /** The file that had the path before this one, and for `rotated` ones the file that has taken its place. */
  readonly previous: FileSeam | null;
  readonly next: FileSeam | null;
  readonly rotation: Rotation;
  /** Only for `stdin`. */
  readonly input: InputStatus | null;
  /** Of two accounts of a file, in the same run, the one with the larger number is the later one, whichever comes first. */
  readonly told: number;
}

export interface FilesReply {
  /** Name of this process. Generations, searches and `told` of another run mean nothing here; ids of files do. */
  readonly run: string;
  readonly files: readonly FileInfo[];
  /** Grows whenever an entry comes or goes. */
  readonly revision: number;
  /** What the command line asked the first view to be. */
  readonly start: {
    readonly view: 'hex' | 'text' | null;
    readonly offset: number | null;
    readonly line: number | null;
    /** The end is to be followed. */
    readonly follow: boolean;
  };
  readonly version: string;
}

/** `POST /api/files/:id/downloads`: a single-use link for the browser's own download. */
export interface DownloadRequest {
  readonly offset: number;
  readonly length: number;
  readonly generation?: number;
}
export interface DownloadReply {
  readonly url: string;
}

/** One line of `GET /api/files/:id/events` (NDJSON). The first is always `file`. */
export type FileEvent =
  | { readonly type: 'file'; readonly file: FileInfo }
  | { readonly type: 'index'; readonly index: IndexStatus; readonly generation: number; readonly told: number }
  /** The list of files is the one of this revision: comes second, and again whenever an entry came or went. */
  | { readonly type: 'files'; readonly revision: number }
  | { readonly type: 'alive' };

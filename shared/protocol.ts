/**
 * The wire between server and client, once. Offsets, lengths, sizes and line numbers are plain JSON numbers (below 2^53);
 * lines are 0-based. docs/http-api.md describes the same for curl.
 *
 * What belongs to all routes is here; each family of routes has a file of its own, all of which are read through this one.
 */

export type * from './protocol/files.ts';
export type * from './protocol/filters.ts';
export type * from './protocol/lines.ts';
export type * from './protocol/searches.ts';

/** `POST /api/session` with the one-time code of the URL fragment. */
export interface SessionRequest {
  readonly code: string;
}
export interface SessionReply {
  readonly token: string;
}

export type ErrorCode =
  | 'bad-request'
  | 'bad-pattern'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'not-replaceable'
  | 'unopenable'
  | 'other-run'
  | 'stale-generation'
  | 'too-large'
  | 'past-end'
  | 'unreadable'
  | 'busy'
  | 'internal';

export interface ErrorReply {
  readonly error: {
    readonly code: ErrorCode;
    /** One sentence for a person. */
    readonly message: string;
    readonly parameter?: string;
    readonly value?: string;
    readonly limit?: string;
    readonly generation?: number;
    readonly size?: number;
    /** A pattern that is wrong: where, in UTF-16 units of the pattern. */
    readonly position?: number;
    readonly length?: number;
  };
}

export const GENERATION_HEADER = 'X-Bigview-Generation';
export const SIZE_HEADER = 'X-Bigview-Size';
/** Of a request: the run it is meant for. Another one refuses it (409 `other-run`). */
export const RUN_HEADER = 'X-Bigview-Run';

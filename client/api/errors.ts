/**
 * How a request can fail, apart from being aborted (then the browser's own `AbortError` is passed on): the server said no
 * (ApiError), or nothing that we understand came back (NetworkError).
 */
import type { ErrorCode, ErrorReply } from '../../shared/protocol.ts';

/** The server refused; `message` is its sentence for a person. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: ErrorCode;
  /** From `Retry-After`, ms; null when the server did not say. */
  readonly retryAfterMs: number | null;
  /** What else the server told: the parameter, its value, the limit, the current generation and size. */
  readonly details: ErrorReply['error'];

  constructor(status: number, details: ErrorReply['error'], retryAfterMs: number | null) {
    super(details.message);
    this.status = status;
    this.code = details.code;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The server could not be reached, hung up, or answered with something that is not ours. Worth trying again. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What a proxy says that cannot reach the server; the server itself says 503 in words of its own. */
const GATEWAY_STATUSES: readonly number[] = [502, 503, 504];

/** Whether the request has not come to the server, or its reply not to us. */
export function isUnreached(error: unknown): boolean {
  if (error instanceof NetworkError) return true;
  return error instanceof ApiError && error.code === 'internal' && GATEWAY_STATUSES.includes(error.status);
}

/** Whether the same request may succeed in a moment: the line was cut, the server was busy, or it was started anew. */
export function isTransient(error: unknown): boolean {
  if (isUnreached(error)) return true;
  return error instanceof ApiError && (error.code === 'busy' || error.code === 'other-run' || error.status === 401);
}

/**
 * One sentence for the place that misses what was asked for; null where it just waits: while the server does not know this page, that
 * is true of all places alike and is said once, over the panes, with what to do.
 */
export function sentenceOf(error: unknown): string | null {
  if (error instanceof ApiError && (error.status === 401 || error.code === 'other-run')) return null;
  return error instanceof Error ? error.message : String(error);
}

/** How long the server wants to be left alone, ms. */
export function pauseAskedFor(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0;
}

/** Reads the error out of a reply that is not ok. Never throws: a body that is not ours becomes an `internal` error. */
export async function errorFromResponse(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : null;
  try {
    const body = (await response.json()) as Partial<ErrorReply>;
    if (typeof body.error?.message === 'string' && typeof body.error.code === 'string') {
      return new ApiError(response.status, body.error, retryAfterMs);
    }
  } catch {
    // Not JSON: a proxy, or a server that died while it answered.
  }
  const message = `The server answered ${response.status} ${response.statusText}`.trim();
  return new ApiError(response.status, { code: 'internal', message }, retryAfterMs);
}

/**
 * How every reply leaves the server: the security headers on each, errors as one JSON form, never a stack, and never an error
 * glued to the end of a body that has begun.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ErrorCode, type ErrorReply, GENERATION_HEADER, SIZE_HEADER } from '../../shared/protocol.ts';
import { SECURITY_HEADERS } from '../security/headers.ts';

type ErrorDetail = Omit<ErrorReply['error'], 'code' | 'message'>;
type Headers = Readonly<Record<string, string | number>>;

/** An error that is meant for the client, with its status; anything else thrown by a route becomes a bare 500. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;
  readonly headers: Headers;

  constructor(status: number, code: ErrorCode, message: string, detail: ErrorDetail = {}, headers: Headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.headers = headers;
  }
}

/** The client gave the request up; nobody is there to hear of it. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** 400 that names the parameter, what was given (shortened) and what is allowed. */
export function badParameter(parameter: string, value: string, limit: string): HttpError {
  const shown = value.length > 100 ? `${value.slice(0, 100)}…` : value;
  return new HttpError(400, 'bad-request', `${parameter} must be ${limit}`, { parameter, value: shown, limit });
}

export function notFound(message: string): HttpError {
  return new HttpError(404, 'not-found', message);
}

export function methodNotAllowed(allowed: readonly string[]): HttpError {
  const list = allowed.join(', ');
  return new HttpError(405, 'method-not-allowed', `only ${list} here`, { limit: list }, { Allow: list });
}

/** 409: what was asked is of a generation that is gone; carries the one that is. */
export function staleGeneration(generation: number, size: number): HttpError {
  const headers = { [GENERATION_HEADER]: generation, [SIZE_HEADER]: size };
  return new HttpError(409, 'stale-generation', 'the file was cut or rewritten', { generation, size }, headers);
}

/** 416: starts after the last byte or line. `limit` names the largest start that is allowed. */
export function pastEnd(
  parameter: string,
  value: number | string,
  limit: string,
  generation: number,
  size: number,
): HttpError {
  return new HttpError(
    416,
    'past-end',
    `${parameter} is past the end of the file`,
    { parameter, value: String(value), limit, generation, size },
    { [GENERATION_HEADER]: generation, [SIZE_HEADER]: size, 'Content-Range': `bytes */${size}` },
  );
}

/** Every status line of the server is written here or in a route that streams. `body` must be whole. */
export function sendBody(res: ServerResponse, status: number, headers: Headers, body: Uint8Array | string): void {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length;
  res.writeHead(status, { ...SECURITY_HEADERS, ...headers, 'Content-Length': length });
  res.end(body);
}

export const JSON_HEADERS: Headers = { 'Content-Type': 'application/json; charset=utf-8' };

export function sendJson(res: ServerResponse, status: number, value: unknown, headers: Headers = {}): void {
  sendBody(res, status, { ...JSON_HEADERS, ...headers }, JSON.stringify(value));
}

/**
 * Ends the response with `error`. When a body has begun, the connection is destroyed instead: the client must see that it did
 * not come to its end.
 */
export function sendError(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    if (!res.writableFinished) res.destroy();
    return;
  }
  if (res.destroyed || error instanceof ClientGone) return;
  const known = error instanceof HttpError ? error : null;
  if (!known) console.error('bigview: internal error:', error instanceof Error ? error.stack : String(error));
  const reply: ErrorReply = known
    ? { error: { code: known.code, message: known.message, ...known.detail } }
    : { error: { code: 'internal', message: 'an error inside bigview; its terminal says more' } };
  // A body that nobody will read must not keep the connection busy.
  const hasBody = req.headers['content-length'] !== undefined || req.headers['transfer-encoding'] !== undefined;
  const close: Headers = hasBody && !req.complete ? { Connection: 'close' } : {};
  sendJson(res, known?.status ?? 500, reply, { ...known?.headers, ...close });
}

/**
 * The HTTP contract of shared/protocol.ts as functions. Every call settles: with the reply, an ApiError, a NetworkError, or
 * the AbortError of its signal. Nothing is cached or repeated here; that is for the layers above.
 */
import {
  type DownloadReply,
  type DownloadRequest,
  type FileEvent,
  type FileInfo,
  type FilesReply,
  GENERATION_HEADER,
  type IndexStatus,
  type LinesReply,
  RUN_HEADER,
  type SessionReply,
  SIZE_HEADER,
} from '../../shared/protocol.ts';
import { errorFromResponse, isAbort, NetworkError } from './errors.ts';
import { readNdjson } from './ndjson.ts';

/** Bytes of a file with the state of the file they were read from. */
export interface BytesReply {
  /** Owned by the receiver; shorter than asked at the end of the file. */
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly generation: number;
}

/** Query of `/lines`: exactly one of `start` (0-based line) and `offset` (byte), see http-api.md. */
export interface LinesQuery {
  readonly start?: number;
  readonly offset?: number;
  /** Negative: that many lines before the one that holds `offset`. */
  readonly count: number;
  /** Most characters of text for one line. */
  readonly columns?: number;
  /** First byte of text, counted from the start of the line. */
  readonly column?: number;
  readonly encoding?: string;
  /** Longest piece of a line, bytes. */
  readonly split?: number;
  readonly generation?: number;
  readonly text?: 0 | 1;
}

export interface Api {
  files(signal?: AbortSignal): Promise<FilesReply>;
  file(id: string, signal?: AbortSignal): Promise<FileInfo>;
  /** At most MAX_WINDOW_BYTES; a generation that is no longer current is refused with `stale-generation`. */
  bytes(
    id: string,
    offset: number,
    length: number,
    generation: number | null,
    signal?: AbortSignal,
  ): Promise<BytesReply>;
  lines(id: string, query: LinesQuery, signal?: AbortSignal): Promise<LinesReply>;
  /** The first event is the file itself; ends when the server hangs up, throws a NetworkError when the line is cut. */
  events(id: string, signal: AbortSignal): AsyncGenerator<FileEvent, void, void>;
  /** A single-use link for the browser's own download manager. */
  download(id: string, request: DownloadRequest, signal?: AbortSignal): Promise<DownloadReply>;
  controlIndex(id: string, action: 'cancel' | 'resume', encoding?: string): Promise<IndexStatus>;
  /** Shows what has the path of this entry now; refused with `unopenable` when that cannot be. */
  reopen(id: string): Promise<FileInfo>;
  /** Says whether the server goes on with every file that gets the path of this entry. */
  follow(id: string, on: boolean): Promise<FileInfo>;
  /** Closes a file that had a path before. */
  close(id: string): Promise<void>;
}

export interface ApiOptions {
  /** Where the server is: `` for the page's own origin. */
  readonly baseUrl: string;
  /** Asked before each request, as a token may come later than the client. */
  readonly token: () => string | null;
  /** The run that requests are meant for: what is known of files is of it. Null while it is not known. */
  readonly run: () => string | null;
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Goes on for as long as somebody listens. */
  readonly endless?: boolean;
  /** Whichever run answers is right. */
  readonly anyRun?: boolean;
}

/** A reply is whole after this at the latest, ms, or is given up: a line that is dead may keep quiet for ever. */
const WHOLE_MS = 60_000;

/** Sends a request with the token. Throws as every call of the API. */
export async function request(options: ApiOptions, path: string, init: RequestOptions): Promise<Response> {
  const headers = new Headers();
  const token = options.token();
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  const run = init.anyRun ? null : options.run();
  if (run !== null) headers.set(RUN_HEADER, run);
  const limits = [init.signal, init.endless ? undefined : AbortSignal.timeout(WHOLE_MS)];
  if (init.body !== undefined) headers.set('Content-Type', 'application/json');
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  let response: Response;
  try {
    response = await send(`${options.baseUrl}${path}`, {
      method: init.method ?? 'GET',
      headers,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      // What is taken back must arrive also when the page goes.
      keepalive: init.method === 'DELETE',
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
      signal: AbortSignal.any(limits.filter((limit) => limit !== undefined)),
    });
  } catch (error) {
    throw asNetworkError(error, 'The server cannot be reached');
  }
  if (!response.ok) throw await errorFromResponse(response);
  return response;
}

/** What fetch throws while it connects or reads: our own type, except for aborts. */
function asNetworkError(error: unknown, message: string): unknown {
  if (isAbort(error)) return error;
  const late = error instanceof Error && error.name === 'TimeoutError';
  return new NetworkError(late ? 'The server does not answer' : message, { cause: error });
}

const CUT = 'The reply was cut off';

/** The body of a reply. Throws as every call of the API; part of a value is none. */
export async function json<T>(response: Response): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (error) {
    throw asNetworkError(error, CUT);
  }
}

/** All bytes of a reply. Browsers notice a body that ends early; that its length is the one of its head is seen to here as well. */
async function wholeBody(response: Response): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw asNetworkError(error, CUT);
  }
  const promised = response.headers.get('Content-Length');
  if (promised !== null && bytes.length !== Number(promised)) throw new NetworkError(CUT);
  return bytes;
}

function numberHeader(response: Response, name: string): number {
  const value = Number(response.headers.get(name) ?? Number.NaN);
  if (!Number.isSafeInteger(value)) throw new NetworkError(`The reply has no ${name}`);
  return value;
}

/** A query string of what is not null or undefined. */
export function query(values: Readonly<Record<string, string | number | null | undefined>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return search.toString();
}

export function createApi(options: ApiOptions): Api {
  const at = (id: string): string => `/api/files/${encodeURIComponent(id)}`;
  return {
    files: async (signal) => json(await request(options, '/api/files', { signal, anyRun: true })),
    file: async (id, signal) => json(await request(options, at(id), { signal })),
    bytes: async (id, offset, length, generation, signal) => {
      const response = await request(options, `${at(id)}/bytes?${query({ offset, length, generation })}`, { signal });
      const state = {
        size: numberHeader(response, SIZE_HEADER),
        generation: numberHeader(response, GENERATION_HEADER),
      };
      const bytes = await wholeBody(response);
      // More than was asked for cannot be told from other bytes.
      if (bytes.length > length) throw new NetworkError('The reply is longer than what was asked for');
      return { bytes, ...state };
    },
    lines: async (id, lines, signal) =>
      json(await request(options, `${at(id)}/lines?${query({ ...lines })}`, { signal })),
    events: async function* (id, signal) {
      const response = await request(options, `${at(id)}/events`, { signal, endless: true });
      if (response.body === null) throw new NetworkError('The event stream has no body');
      try {
        yield* readNdjson<FileEvent>(response.body);
      } catch (error) {
        throw asNetworkError(error, CUT);
      }
    },
    download: async (id, body, signal) =>
      json(await request(options, `${at(id)}/downloads`, { method: 'POST', body, signal })),
    controlIndex: async (id, action, encoding) => {
      const suffix = encoding === undefined ? '' : `?${query({ encoding })}`;
      return json(await request(options, `${at(id)}/index${suffix}`, { method: 'POST', body: { action } }));
    },
    reopen: async (id) => json(await request(options, `${at(id)}/reopen`, { method: 'POST', body: {} })),
    follow: async (id, on) => json(await request(options, `${at(id)}/follow`, { method: 'POST', body: { on } })),
    close: async (id) => {
      await request(options, at(id), { method: 'DELETE' });
    },
  };
}

/** Trades the single-use code of the page's fragment for the token of this run. */
export async function exchangeCode(code: string, baseUrl: string): Promise<string> {
  const nobody: ApiOptions = { baseUrl, token: () => null, run: () => null };
  const response = await request(nobody, '/api/session', { method: 'POST', body: { code } });
  return (await json<SessionReply>(response)).token;
}

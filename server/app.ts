/**
 * The HTTP server: one gate in front of everything, then three ways.
 *
 *   request -> origin (Host, Origin, Sec-Fetch-Site) -> token -> /bytes, straight
 *                                                             -> everything else under /api, by express
 *                                                    -> the built client
 *
 * Express is loaded after the server listens (60–100 ms that nobody should wait for), and windows of bytes go past it.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { breakBody } from './routes/body.ts';
import { serveBytes } from './routes/bytes.ts';
import { type Context, fileById } from './routes/context.ts';
import { splitTarget } from './routes/query.ts';
import { HttpError, sendError } from './routes/reply.ts';
import { StaticFiles } from './routes/static.ts';
import { IDLE_MS } from './routes/stream.ts';
import { checkOrigin, checkRun, checkToken } from './security/gate.ts';
import { RAW_SECURITY_HEADERS } from './security/headers.ts';
import { Turns } from './security/turns.ts';

const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 16_384;
/** How long a client may take to hear that there are no tunnels, ms. */
const TUNNEL_MS = 2_000;

const BYTES_ROUTE = /^\/api\/files\/([\w-]+)\/bytes$/;
/** These carry a secret of their own: a one-time code, a ticket. */
const TOKENLESS = /^\/api\/(?:session|downloads\/[\w-]+)$/;

export interface App {
  readonly server: Server;
  /** Tells which values of Host are ours; called once the port is known. */
  allow(hosts: ReadonlySet<string>): void;
  /** Loads what the first API request would otherwise wait for, in one go of some 65 ms. */
  warm(): void;
}

export function createApp(context: Context): App {
  const staticFiles = new StaticFiles();
  let hosts: ReadonlySet<string> = new Set();
  let api: Promise<RequestListener> | null = null;
  const loadApi = (): Promise<RequestListener> => {
    api ??= import('./routes/api.ts').then(({ createApi }) => createApi(context));
    return api;
  };

  const route = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    checkOrigin(req, hosts);
    const { path, query } = splitTarget(req.url ?? '');
    if (path !== '/api' && !path.startsWith('/api/')) {
      staticFiles.serve(req, res, path);
      return;
    }
    if (!TOKENLESS.test(path)) checkToken(req, context.token);
    checkRun(req, context.run);
    const id = BYTES_ROUTE.exec(path)?.[1];
    if (id !== undefined) await serveBytes(context, fileById(context, id), req, res, query);
    else (await loadApi())(req, res);
  };

  const turns = new Turns();
  const inTurn = (req: IncomingMessage, res: ServerResponse, answer: typeof route): void => {
    const refused = (error: unknown): void => sendError(req, res, error);
    try {
      turns.take(req, res, () => void answer(req, res).catch(refused));
    } catch (error) {
      refused(error);
    }
  };

  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 5_000,
      // The gate wants exactly one, of any HTTP version, and says so in our own form.
      requireHostHeader: false,
    },
    (req, res) => inTurn(req, res, route),
  );
  server.maxConnections = MAX_CONNECTIONS;
  // Past a number of headers (2,000) Node leaves the rest out, which may be what the gate looks for; their size is bounded as it is.
  server.maxHeadersCount = 0;
  // A reply that its reader does not take for so long is given up, with what it holds in memory.
  server.setTimeout(IDLE_MS);
  server.on('checkExpectation', (req: IncomingMessage, res: ServerResponse) => {
    const error = new HttpError(417, 'bad-request', 'only 100-continue can be expected');
    inTurn(req, res, () => Promise.reject(error));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const unfinished = turns.unfinished(socket);
    if (unfinished && error.code?.startsWith('HPE_')) breakBody(unfinished);
    turns.afterwards(socket, () => refuseMalformed(error, socket));
  });
  server.on('connect', (_req: IncomingMessage, socket: Duplex) => {
    if (turns.owes(socket)) socket.destroy();
    else refuseTunnel(socket);
  });
  return {
    server,
    allow: (allowed) => {
      hosts = allowed;
    },
    warm: () => void loadApi(),
  };
}

function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  if (error.code === 'HPE_HEADER_OVERFLOW') refuse(socket, '431 Request Header Fields Too Large', 'too-large');
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') refuse(socket, '408 Request Timeout', 'bad-request');
  else refuse(socket, '400 Bad Request', 'bad-request');
}

/** CONNECT: Node gives the socket away with neither listeners nor timeouts. */
function refuseTunnel(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  socket.resume();
  refuse(socket, '405 Method Not Allowed', 'bad-request');
  const late = setTimeout(() => socket.destroy(), TUNNEL_MS);
  socket.once('close', () => clearTimeout(late));
}

/** Answers what could not be parsed as a request, and hangs up. */
function refuse(socket: Duplex, status: string, code: string): void {
  const body = JSON.stringify({ error: { code, message: status.slice(4) } });
  socket.end(
    `HTTP/1.1 ${status}\r\n${RAW_SECURITY_HEADERS}Content-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * A line that fails on purpose: an HTTP proxy between a browser and a real bigview. It can go away and come back at the same port,
 * lead to another server, and do to single requests what `fault` says. It notes every request, so that a test can count them.
 */
import {
  createServer,
  type IncomingMessage,
  request as openRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { BigviewServer } from './bigview.ts';

export type Fault =
  /** The reply comes so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection breaks instead of a reply. */
  | { readonly kind: 'drop' }
  /** What another proxy says that does not reach the server. */
  | { readonly kind: 'gateway'; readonly status: number }
  /** The connection breaks after so many bytes of the body. */
  | { readonly kind: 'tear'; readonly bytes: number }
  /** The body ends in order after so many bytes, with a head that says so. */
  | { readonly kind: 'shorten'; readonly bytes: number }
  /** No reply, and no end. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  /** Each line of an event stream comes twice, the second time `ms` later, behind others. */
  | { readonly kind: 'echo'; readonly ms: number };

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** performance.now() */
  readonly at: number;
}

export class FaultProxy {
  /** Decides about each request. */
  fault: (asked: Asked) => Fault | null = () => null;
  readonly asked: Asked[] = [];
  readonly #open = new Set<Asked>();
  #target: BigviewServer;
  #server: Server | null = null;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  constructor(target: BigviewServer) {
    this.#target = target;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Everything from now on goes to another server. */
  leadTo(target: BigviewServer): void {
    this.#target = target;
  }

  /** Accepts connections, at the same port as before. */
  async come(): Promise<void> {
    const server = createServer((req, res) => this.#serve(req, res));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Breaks every connection; new ones are refused. */
  async go(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Requests whose path passes, since `from` (performance.now()). */
  count(path: RegExp, from = 0): number {
    return this.asked.filter((asked) => asked.at >= from && path.test(asked.path)).length;
  }

  /** Requests whose path passes and that have not ended yet. */
  underWay(path: RegExp): number {
    return [...this.#open].filter((asked) => path.test(asked.path)).length;
  }

  #serve(req: IncomingMessage, res: ServerResponse): void {
    const asked: Asked = { method: req.method ?? '', path: req.url ?? '', at: performance.now() };
    this.asked.push(asked);
    this.#open.add(asked);
    res.once('close', () => this.#open.delete(asked));
    const fault = this.fault(asked);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'drop') {
      req.socket.destroy();
      return;
    }
    if (fault?.kind === 'gateway') {
      res.writeHead(fault.status, { 'Content-Type': 'text/html' }).end('<h1>Bad gateway</h1>');
      return;
    }
    if (fault?.kind === 'busy') {
      const body = JSON.stringify({ error: { code: 'busy', message: 'too many requests at once' } });
      res.writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': fault.retryAfterSeconds });
      res.end(body);
      return;
    }
    const wait = fault?.kind === 'delay' ? fault.ms : 0;
    if (wait > 0) setTimeout(() => this.#forward(req, res, null), wait);
    else this.#forward(req, res, fault);
  }

  #forward(req: IncomingMessage, res: ServerResponse, fault: Fault | null): void {
    if (res.destroyed) return;
    const { port, origin } = this.#target;
    const headers = { ...req.headers, host: `127.0.0.1:${port}` };
    if (headers.origin !== undefined) headers.origin = origin;
    const upstream = openRequest({ port, host: '127.0.0.1', method: req.method, path: req.url, headers });
    upstream.on('error', () => res.destroy());
    res.once('close', () => upstream.destroy());
    upstream.once('response', (reply) => {
      reply.on('error', () => res.destroy());
      reply.once('aborted', () => res.destroy());
      answer(reply, res, fault);
    });
    req.pipe(upstream);
  }
}

function answer(reply: IncomingMessage, res: ServerResponse, fault: Fault | null): void {
  const headers = { ...reply.headers };
  if (fault?.kind === 'shorten') headers['content-length'] = String(fault.bytes);
  res.writeHead(reply.statusCode ?? 502, headers);
  res.flushHeaders();
  if (fault?.kind === 'tear' || fault?.kind === 'shorten') {
    let left = fault.bytes;
    reply.on('data', (part: Buffer) => {
      if (left > 0) res.write(part.subarray(0, left));
      left -= part.length;
      if (left > 0) return;
      reply.destroy();
      // What was written goes out first.
      if (fault.kind === 'shorten') res.end();
      else setTimeout(() => res.destroy(), 20);
    });
    reply.once('end', () => res.end());
    return;
  }
  if (fault?.kind === 'echo') {
    let rest = '';
    reply.on('data', (part: Buffer) => {
      const lines = (rest + part.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        res.write(`${line}\n`);
        setTimeout(() => res.destroyed || res.writableEnded || res.write(`${line}\n`), fault.ms);
      }
    });
    reply.once('end', () => res.end());
    return;
  }
  reply.pipe(res);
}

/** A proxy in front of `target`, until the current test ends. */
export async function startFaultProxy(target: BigviewServer): Promise<FaultProxy> {
  const proxy = new FaultProxy(target);
  await proxy.come();
  onTestFinished(() => proxy.go());
  return proxy;
}

/** HTTP on a raw socket: any bytes may be sent, every reply is looked at as it came, and none is waited for without an end. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface WireReply {
  /** 0 when the server hung up without a status line. */
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The connection ended before the length that the head promised. */
  readonly torn: boolean;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

/**
 * One connection, one request at a time; opened again by itself when the server has closed it. As browsers do, a request on a
 * connection that was used before is sent once more when it is closed without a byte: the server was tired of waiting just then.
 */
export class Wire {
  readonly #port: number;
  #socket: Socket | null = null;
  #used = false;
  #got: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  /**
   * Sends `bytes`, a request, and resolves to its reply. `bodiless`: it is one whose reply has a length but no body (HEAD).
   * `half`: when nothing has come after so many ms, our side is closed, so that the server need not wait for the rest of a request
   * that has none. Rejects when the reply is not whole, and the connection not closed, within `deadlineMs`.
   */
  async ask(
    bytes: string | Buffer,
    deadlineMs: number,
    { bodiless = false, half = null }: { bodiless?: boolean; half?: number | null } = {},
  ): Promise<WireReply> {
    const socket = await this.#connected();
    const again = this.#used;
    this.#used = true;
    socket.write(bytes);
    const until = performance.now() + deadlineMs;
    let halfAt = half === null ? Number.POSITIVE_INFINITY : performance.now() + half;
    for (;;) {
      const reply = this.#take(bodiless);
      if (reply?.status === 0 && again && reply.body.length === 0)
        return this.ask(bytes, deadlineMs, { bodiless, half });
      if (reply) return reply;
      const now = performance.now();
      if (now > until) {
        this.close();
        throw new Error(`no whole reply in ${deadlineMs} ms: ${JSON.stringify(String(bytes).slice(0, 300))}`);
      }
      if (now > halfAt) {
        socket.end();
        halfAt = Number.POSITIVE_INFINITY;
      }
      await this.#news(Math.min(until, halfAt) - now);
    }
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #connected(): Promise<Socket> {
    if (this.#socket && !this.#ended) return this.#socket;
    this.close();
    const socket = connect({ port: this.#port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#socket = socket;
    this.#got = Buffer.alloc(0);
    this.#ended = false;
    this.#used = false;
    const parts = (part: Buffer): void => {
      if (this.#socket !== socket) return;
      this.#got = this.#got.length === 0 ? part : Buffer.concat([this.#got, part]);
      this.#wake?.();
    };
    const ended = (): void => {
      if (this.#socket !== socket) return;
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('data', parts);
    socket.on('error', ended);
    socket.on('end', ended);
    socket.on('close', ended);
    await once(socket, 'connect');
    return socket;
  }

  /** The first reply of what has come, when it is whole or will never be. */
  #take(bodiless: boolean): WireReply | null {
    const end = this.#got.indexOf(END_OF_HEAD);
    if (end < 0) return this.#ended ? this.#reply(0, new Map(), this.#got.length, this.#got.length > 0) : null;
    const [line = '', ...fields] = this.#got.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? 0);
    const headers = new Map(
      fields.map((field): [string, string] => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    );
    if (status === 100) {
      this.#got = this.#got.subarray(end + 4);
      return this.#take(bodiless);
    }
    const empty = bodiless || status === 204 || status === 304;
    const length = empty ? 0 : Number(headers.get('content-length') ?? Number.NaN);
    // A stream without a length ends with its connection; nobody waits for that here.
    if (Number.isNaN(length)) return this.#reply(status, headers, this.#got.length, false);
    const whole = this.#got.length >= end + 4 + length;
    if (!whole && !this.#ended) return null;
    return this.#reply(status, headers, Math.min(this.#got.length, end + 4 + length), !whole, end + 4);
  }

  #reply(
    status: number,
    headers: ReadonlyMap<string, string>,
    end: number,
    torn: boolean,
    start = this.#got.length,
  ): WireReply {
    const body = Buffer.from(this.#got.subarray(start, end));
    this.#got = this.#got.subarray(end);
    if (status === 0 || headers.get('connection') === 'close' || !headers.has('content-length')) this.close();
    return { status, headers, body, torn };
  }

  /** Resolves at the next event of the socket, or after `ms`. */
  #news(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
}

/** The head of a GET with the token. */
export function getHead(server: { readonly port: number; readonly token: string }, path: string, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nAuthorization: Bearer ${server.token}\r\n${more}\r\n`;
}

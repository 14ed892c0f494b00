/**
 * A closed-loop HTTP/1.1 client on raw sockets: each connection sends its next request when the last reply has arrived whole.
 * It parses no more than it must, so that on two cores the server is what is measured.
 */
import { connect } from 'node:net';

export interface LoadResult {
  readonly requests: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Of each request, ms. */
  readonly latencies: readonly number[];
  /** Replies that were not 200. */
  readonly refused: number;
}

export interface LoadOptions {
  readonly port: number;
  readonly token: string;
  readonly connections: number;
  /** Path of the n-th request. */
  readonly path: (n: number) => string;
  /** Asked before each request; true ends the run. */
  readonly done: (n: number) => boolean;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');

export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  let bytes = 0;
  let refused = 0;
  let sent = 0;
  const started = performance.now();
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const socket = connect(options.port, '127.0.0.1');
      let head = Buffer.alloc(0);
      let left = -1;
      let at = 0;
      const ask = (): void => {
        if (options.done(sent)) {
          socket.end();
          resolve();
          return;
        }
        at = performance.now();
        socket.write(
          `GET ${options.path(sent++)} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\nAuthorization: Bearer ${options.token}\r\n\r\n`,
        );
      };
      socket.on('connect', ask);
      socket.on('error', reject);
      socket.on('data', (data) => {
        let body = data.length;
        if (left < 0) {
          head = head.length > 0 ? Buffer.concat([head, data]) : data;
          const end = head.indexOf(END_OF_HEAD);
          if (end < 0) return;
          const text = head.toString('latin1', 0, end);
          if (!text.startsWith('HTTP/1.1 200')) refused += 1;
          left = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
          body = head.length - end - END_OF_HEAD.length;
          head = Buffer.alloc(0);
        }
        left -= body;
        bytes += body;
        if (left === 0) {
          left = -1;
          latencies.push(performance.now() - at);
          ask();
        }
      });
    });
  await Promise.all(Array.from({ length: options.connections }, one));
  return { requests: latencies.length, bytes, seconds: (performance.now() - started) / 1000, latencies, refused };
}

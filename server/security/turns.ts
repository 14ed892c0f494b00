/**
 * One request at a time on each connection. A client may send several ahead (pipelining), and Node hands them all over at once:
 * their replies would lie in memory until it is their turn, and when the client hangs up only the one whose turn it is hears of
 * it ('close'), so that whatever the others hold would be held for ever. Here a request begins when the reply before it ended.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { busy } from './admission.ts';

/**
 * Requests that may wait on one connection. Those past it are answered 503, unasked: only replies, not requests, make Node stop
 * reading from a connection.
 */
const MAX_WAITING = 64;

interface Connection {
  last: ServerResponse;
  waiting: number;
  /** Replies that have not ended. */
  owed: number;
  /** Something is to be done when they have. */
  ending: boolean;
}

export class Turns {
  readonly #connections = new WeakMap<Duplex, Connection>();

  /** Calls `begin` when it is the turn of this request, or never when the client hangs up before. Throws 503. */
  take(req: IncomingMessage, res: ServerResponse, begin: () => void): void {
    const { socket } = req;
    const known = this.#connections.get(socket);
    const connection = known ?? { last: res, waiting: 0, owed: 0, ending: false };
    if (!known) this.#connections.set(socket, connection);
    const before = connection.last;
    connection.last = res;
    connection.owed++;
    res.once('close', () => connection.owed--);
    // A response has its socket exactly while it is its turn.
    if (res.socket) {
      begin();
      return;
    }
    if (connection.waiting >= MAX_WAITING) throw busy();
    connection.waiting++;
    before.once('close', () => {
      connection.waiting--;
      if (res.socket && !res.destroyed) begin();
    });
  }

  /** Whether a reply on this connection has not ended: what is written there now would end up inside it. */
  owes(socket: Duplex): boolean {
    return (this.#connections.get(socket)?.owed ?? 0) > 0;
  }

  /** The request whose body was still coming on this connection, if any. */
  unfinished(socket: Duplex): IncomingMessage | null {
    const req = this.#connections.get(socket)?.last.req;
    return req && !req.complete ? req : null;
  }

  /**
   * Calls `action` when all replies on this connection have ended, or never when the client hangs up before. Once for a connection:
   * whoever goes on to send what is no request brings this about with every piece of it.
   */
  afterwards(socket: Duplex, action: () => void): void {
    const connection = this.#connections.get(socket);
    if (connection?.ending) return;
    if (!connection || !this.owes(socket)) {
      action();
      return;
    }
    connection.ending = true;
    connection.last.once('close', action);
  }
}

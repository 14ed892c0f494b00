/**
 * Decides about a request from its head alone, before any routing: who may speak to this server at all. A page on another
 * origin, a rebound DNS name and a request that two parsers could read differently are all turned away here.
 */
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { RUN_HEADER } from '../../shared/protocol.ts';
import { HttpError } from '../routes/reply.ts';
import { bearerToken, type Secret } from './secrets.ts';

const WILDCARDS = new Set(['0.0.0.0', '::']);

/** An address or name as it stands in a URL: IPv6 in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/**
 * Every value of the Host header that means this server. With a wildcard `--host`, the machine's own addresses are added: a
 * literal address cannot be rebound.
 */
export function allowedHosts(host: string, port: number): ReadonlySet<string> {
  const hosts = ['127.0.0.1', 'localhost', '[::1]', urlHost(host).toLowerCase()];
  if (WILDCARDS.has(host)) {
    for (const addresses of Object.values(networkInterfaces())) {
      for (const { address } of addresses ?? []) hosts.push(urlHost(address));
    }
  }
  // Clients leave the default port out.
  return new Set(hosts.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

function singleHost(rawHeaders: readonly string[]): string | null {
  let host: string | null = null;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length !== 4 || rawHeaders[index]?.toLowerCase() !== 'host') continue;
    if (host !== null) return null;
    host = rawHeaders[index + 1] ?? null;
  }
  return host;
}

const refuse = (message: string): HttpError => new HttpError(403, 'forbidden', message);

/** Throws the HttpError to send when the request does not come from our own page or from a program of the user's. */
export function checkOrigin(req: IncomingMessage, hosts: ReadonlySet<string>): void {
  const target = req.url ?? '';
  if (target[0] !== '/') throw new HttpError(400, 'bad-request', 'the request target must be a path');
  const host = singleHost(req.rawHeaders);
  if (host === null) throw new HttpError(400, 'bad-request', 'exactly one Host header is needed');
  if (!hosts.has(host.toLowerCase())) throw new HttpError(403, 'forbidden', 'this Host is not served here');
  const { origin, 'sec-fetch-site': site, 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = req.headers;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    throw refuse('requests from other origins are refused');
  }
  if (site !== undefined && site !== 'same-origin') {
    // A link, a bookmark or the launcher of the browser leads to the page itself, and to nothing else.
    const toPage = req.method === 'GET' && (target === '/' || target.startsWith('/?'));
    const navigation = toPage && mode === 'navigate' && (destination === undefined || destination === 'document');
    if (!navigation) throw refuse('requests from other sites are refused');
  }
}

/** By connection, the header with which it was let in. */
const admitted = new WeakMap<Duplex, { readonly header: string; readonly token: Secret }>();

/**
 * Throws 401 unless the request carries the token. A connection that says again what let it in is not hashed again (10 us, a
 * tenth of a window): how long that comparison takes tells the token to nobody who did not send it before.
 */
export function checkToken(req: IncomingMessage, token: Secret): void {
  const header = req.headers.authorization;
  const known = admitted.get(req.socket);
  if (header !== undefined && known?.header === header && known.token === token) return;
  const given = bearerToken(header);
  if (header !== undefined && given !== null && token.equals(given)) {
    admitted.set(req.socket, { header, token });
    return;
  }
  throw new HttpError(
    401,
    'unauthorized',
    given === null ? 'a token is needed' : 'this token is not the one of this run',
    {},
    { 'WWW-Authenticate': 'Bearer' },
  );
}

const RUN_KEY = RUN_HEADER.toLowerCase();

/**
 * Throws 409 when the request names another run: what it knows of generations is not of this one, and a window that it asks for
 * must not be put beside others.
 */
export function checkRun(req: IncomingMessage, run: string): void {
  const meant = req.headers[RUN_KEY];
  if (meant === undefined || meant === run) return;
  throw new HttpError(409, 'other-run', 'bigview was started anew; ask for the list of files first');
}

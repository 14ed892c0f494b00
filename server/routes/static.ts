/**
 * The built client. Only names found in its folder are served, looked up in a table: no path from a request ever reaches the
 * file system.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientDirectory } from '../assets.ts';
import { methodNotAllowed, notFound, sendBody } from './reply.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
};

/** Serves the files of the built client by their URL path; about 2 MB, kept in memory once asked for. */
export class StaticFiles {
  readonly #folder: string;
  #names: ReadonlySet<string> | null = null;
  readonly #bodies = new Map<string, Buffer>();

  constructor() {
    this.#folder = fileURLToPath(clientDirectory());
  }

  /** Throws 404 for everything that is not a file of the client. */
  serve(req: IncomingMessage, res: ServerResponse, path: string): void {
    const page = path === '/';
    // Looked up anew with the page, so that a rebuilt client shows on reload.
    if (page || !this.#names) this.#names = this.#list();
    const name = page ? 'index.html' : path.slice(1);
    const type = TYPES[extname(name)];
    if (!type || !this.#names.has(name))
      throw notFound(page ? 'the client has not been built' : 'there is nothing here');
    if (req.method !== 'GET' && req.method !== 'HEAD') throw methodNotAllowed(['GET', 'HEAD']);
    const hashed = name.startsWith('assets/');
    sendBody(
      res,
      200,
      { 'Content-Type': type, 'Cache-Control': hashed ? 'private, max-age=31536000, immutable' : 'no-cache' },
      this.#body(name, hashed),
    );
  }

  #list(): ReadonlySet<string> {
    try {
      return new Set(readdirSync(this.#folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/')));
    } catch {
      return new Set();
    }
  }

  #body(name: string, keep: boolean): Buffer {
    const known = this.#bodies.get(name);
    if (known) return known;
    let body: Buffer;
    try {
      body = readFileSync(join(this.#folder, name));
    } catch {
      throw notFound('there is nothing here');
    }
    if (keep) this.#bodies.set(name, body);
    return body;
  }
}

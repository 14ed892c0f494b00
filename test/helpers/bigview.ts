/**
 * The real bigview, as `npx bigview` runs it: the built server in a process of its own. Tests start it by server.ts, which ends it
 * with the test; benchmarks by this.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ErrorReply, FileInfo, FilesReply } from '../../shared/protocol.ts';

/** The executable of the build. */
export const BIGVIEW = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));

const START_MS = 15_000;

export interface ServerOptions {
  readonly files: readonly (string | Buffer)[];
  /** More arguments; `--no-open` is always given. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Another executable than that of the build. */
  readonly executable?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class BigviewServer {
  readonly child: ChildProcess;
  /** As printed, with the one-time code. */
  readonly link: string;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly port: number;
  /** The one-time code of the link. */
  readonly code: string;
  readonly token: string;
  readonly #output: { stdout: string; stderr: string };
  readonly #exit: Promise<Exit>;

  constructor(
    child: ChildProcess,
    link: string,
    token: string,
    output: { stdout: string; stderr: string },
    exit: Promise<Exit>,
  ) {
    this.child = child;
    this.link = link;
    const url = new URL(link);
    this.origin = url.origin;
    this.port = Number(url.port);
    this.code = url.hash.replace('#code=', '');
    this.token = token;
    this.#output = output;
    this.#exit = exit;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }
  /** Everything printed so far. */
  get stdout(): string {
    return this.#output.stdout;
  }
  get stderr(): string {
    return this.#output.stderr;
  }
  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }
  get exited(): Promise<Exit> {
    return this.#exit;
  }

  /** A request with the token. `path` begins with `/`. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization')) headers.set('authorization', `Bearer ${this.token}`);
    return fetch(this.origin + path, { ...init, headers });
  }

  /** The JSON of a reply that must be 200. */
  async json<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** The status and error of a reply that must be an error of our form. */
  async error(path: string, init: RequestInit = {}): Promise<ErrorReply['error'] & { status: number }> {
    const response = await this.fetch(path, init);
    const { error } = (await response.json()) as ErrorReply;
    return { status: response.status, ...error };
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    return this.fetch(path, {
      ...init,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
      body: JSON.stringify(body),
    });
  }

  async files(): Promise<readonly FileInfo[]> {
    return (await this.json<FilesReply>('/api/files')).files;
  }

  /** The only (or first) file. */
  async file(): Promise<FileInfo> {
    const [file] = await this.files();
    if (!file) throw new Error('no file');
    return file;
  }

  /** Waits until the line index of the file is complete; throws after 30 s. */
  async indexed(id: string): Promise<FileInfo> {
    for (let waited = 0; waited < 30_000; waited += 20) {
      const file = await this.json<FileInfo>(`/api/files/${id}`);
      if (file.index.complete) return file;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('the line index did not complete');
  }

  /** Sends `bytes` as they are on a connection of its own; resolves to all that comes back until the server hangs up. */
  async raw(bytes: string | Buffer): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    return Buffer.concat(parts).toString('latin1');
  }

  /** Ends the process if it is still there. */
  async stop(): Promise<Exit> {
    if (this.alive) this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    const exit = await this.#exit;
    clearTimeout(late);
    return exit;
  }
}

/** Starts bigview and waits for its link. `env` is its whole environment. Rejects when it ends or stays silent. */
export async function launchBigview(options: ServerOptions, env: NodeJS.ProcessEnv): Promise<BigviewServer> {
  const token = `test-${Math.random().toString(36).slice(2).padEnd(20, '0')}`;
  const args = options.args ?? [];
  const child = spawn(
    process.execPath,
    [
      options.executable ?? BIGVIEW,
      '--no-open',
      ...(args.includes('--token') ? [] : ['--token', token]),
      ...args,
      ...options.files.map(String),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: options.cwd },
  );
  const output = { stdout: '', stderr: '' };
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as Exit);
  child.stderr.on('data', (part: Buffer) => {
    output.stderr += part;
  });
  const link = await new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`bigview did not start: ${output.stderr}`)), START_MS);
    child.stdout.on('data', (part: Buffer) => {
      output.stdout += part;
      const found = /^bigview: (http\S+)\n/.exec(output.stdout)?.[1];
      if (!found) return;
      clearTimeout(late);
      resolve(found);
    });
    void exit.then(({ code }) => reject(new Error(`bigview ended with ${code}: ${output.stderr}`)));
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  const given = args.includes('--token') ? (args[args.indexOf('--token') + 1] ?? '') : token;
  return new BigviewServer(child, link, given, output, exit);
}

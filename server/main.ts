#!/usr/bin/env node
/**
 * `bigview FILE...`: opens the files, listens, prints the link, and ends on a signal. One line on stdout, all else on stderr;
 * exit status 2 when it could not start.
 */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extent } from '../shared/extent.ts';
import { createApp } from './app.ts';
import { HELP, parseCommandLine, type ServeOptions, STDIN, UsageError } from './cli.ts';
import { hasDisplay, onEnter, openBrowser, rawArguments } from './cliTerminal.ts';
import { PathIds } from './files/fileIds.ts';
import { FileList, type FileOpener } from './files/fileList.ts';
import { FollowedPaths } from './files/followedPaths.ts';
import { OpenFile } from './files/openFile.ts';
import { cacheFolder } from './index/cacheFolder.ts';
import { diskLineMemory } from './index/indexCache.ts';
import type { LineIndexOptions } from './index/lineIndex.ts';
import { isPiped, openStandardInput, removeInputLeftovers } from './input/standardInput.ts';
import { recallPorts, rememberPort } from './lastPorts.ts';
import type { Context } from './routes/context.ts';
import { Admission, DEFAULT_LIMITS } from './security/admission.ts';
import { allowedHosts, urlHost } from './security/gate.ts';
import { OneTimeSecrets, randomSecret, Secret } from './security/secrets.ts';
import type { OpenedSource } from './source/fileSource.ts';
import { hasHoles, nextData } from './source/holes.ts';
import { openSource } from './source/open.ts';
import { OpenError } from './source/openError.ts';

/** Replaced by the build with the version of package.json. */
declare const __VERSION__: string | undefined;
const VERSION = (typeof __VERSION__ === 'string' && __VERSION__) || 'development';

/** The line scan starts by itself after this, ms, if no client has asked for the file before. */
const SCAN_AFTER_MS = 500;
/**
 * Express is loaded this long after the server listens, ms, unless a request needs it before. It takes 65 ms, most of it for
 * body parsers that are not used: in them the page would not be served, now they pass while the browser reads it.
 */
const WARM_AFTER_MS = 100;
/** How long replies under way may take to end when the server stops, ms. */
const GRACE_MS = 500;
const MAX_CODES = 16;
const MAX_TICKETS = 64;
/** No secret: tells this process from the one before. */
const RUN_BYTES = 9;

function indexOptions(source: OpenedSource, cache: boolean): LineIndexOptions {
  return {
    memory: cache ? diskLineMemory() : null,
    // Asked anew each time: a file may become sparse as it grows.
    nextData: (offset, size) => (sparse(source) ? nextData(source.fd, offset, size) : extent(offset, size)),
  };
}

interface Opened {
  readonly files: FileList;
  /** Reads standard input no more; null when it is not shown. */
  readonly stopInput: (() => void) | null;
}

async function openFiles(options: ServeOptions): Promise<Opened> {
  const opener: FileOpener = {
    open: (path) => openSource(path, options.engine),
    indexOptions: (source) => indexOptions(source, options.cache),
  };
  const ids = new PathIds();
  const files: OpenFile[] = [];
  let stopInput: (() => void) | null = null;
  for (const path of options.files) {
    if (path === STDIN) {
      // Indexes are remembered by file, and this one will not be there again.
      const input = await openStandardInput(options.engine, (source) => indexOptions(source, false));
      stopInput = input.stop;
      files.push(input.file);
      continue;
    }
    const source = await opener.open(path);
    files.push(OpenFile.at(ids.next(path), path, source, () => opener.indexOptions(source)));
  }
  return { files: new FileList(files, opener), stopInput };
}

function sparse(source: OpenedSource): boolean {
  try {
    return hasHoles(source.fd);
  } catch {
    // A file that cannot be asked (ESTALE) says so when it is read.
    return false;
  }
}

/** Follows the paths of all files from the start, if that is asked for. */
function followedPaths(files: FileList, all: boolean): FollowedPaths {
  const followed = new FollowedPaths(files);
  if (all) for (const file of files.all) followed.set(file, true);
  return followed;
}

function createContext(options: ServeOptions, files: FileList): Context {
  const tokenText = options.token ?? randomSecret();
  const now = (): number => performance.now();
  return {
    files,
    followed: followedPaths(files, options.follow),
    token: new Secret(tokenText),
    tokenText,
    codes: new OneTimeSecrets<true>(MAX_CODES, now),
    tickets: new OneTimeSecrets(MAX_TICKETS, now),
    admission: new Admission(DEFAULT_LIMITS),
    closers: new Set(),
    run: randomBytes(RUN_BYTES).toString('base64url'),
    start: { view: options.view, offset: options.offset, line: options.line, follow: options.follow },
    version: VERSION,
  };
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EACCES: 'no permission to use this port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host',
};

/** Resolves when `server` listens. Throws a UsageError when it cannot. */
async function listen(server: Server, { port, host, cache }: ServeOptions): Promise<void> {
  const folder = port === null && cache ? cacheFolder() : null;
  const known = recallPorts(folder);
  for (const each of port === null ? [...known, 0] : [port]) {
    try {
      await listenOn(server, each, host);
      if (each === 0) rememberPort(folder, known, (server.address() as AddressInfo).port);
      return;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // One that was remembered may be another program's now.
      if (port === null && each !== 0) continue;
      const code = 'code' in error ? String(error.code) : '';
      const why = LISTEN_ERRORS[code] ?? error.message;
      throw new UsageError(`cannot listen on ${urlHost(host)}:${each}: ${why}`);
    }
  }
}

function listenOn(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function serve(options: ServeOptions): Promise<void> {
  removeInputLeftovers();
  const { files, stopInput } = await openFiles(options);
  const context = createContext(options, files);
  const app = createApp(context);
  const { server } = app;
  await listen(server, options);
  // From here on a failing accept (too many open files) must not end the process.
  server.on('error', (error) => console.error(`bigview: ${error.message}`));
  const { port } = server.address() as AddressInfo;
  app.allow(allowedHosts(options.host, port));
  if (stopInput) context.closers.add(stopInput);
  stopOnSignals(app.server, context);

  if (!['127.0.0.1', '::1', 'localhost'].includes(options.host)) {
    console.error(`bigview: warning: listening on ${urlHost(options.host)}, which others on the network may reach`);
  }
  const shownHost = options.host === '0.0.0.0' ? '127.0.0.1' : options.host === '::' ? '::1' : options.host;
  const link = (): string => `http://${urlHost(shownHost)}:${port}/#code=${context.codes.issue(true)}`;
  const url = link();
  process.stdout.write(`bigview: ${url}\n`);
  const printLink = (): void => console.error(`bigview: ${link()}`);
  if (process.platform !== 'win32') process.on('SIGUSR2', printLink);
  if (!onEnter(stopInput !== null, printLink) && stopInput !== null) {
    console.error(`bigview: there is no terminal to press Enter in; "kill -USR2 ${process.pid}" prints a fresh link`);
  }
  setTimeout(app.warm, WARM_AFTER_MS).unref();
  if (options.open && hasDisplay(process.platform, process.env)) void openBrowser(url);
  for (const file of files.all) file.scanWithin(SCAN_AFTER_MS);
}

function stopOnSignals(server: ReturnType<typeof createApp>['server'], context: Context): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) process.exit(130);
    stopping = true;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const close of context.closers) close();
    const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    await closed;
    clearTimeout(grace);
    await context.files.close();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
}

/** A reader of our output that goes away (`bigview … | head -1`) must not end the server. */
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

async function main(): Promise<void> {
  ignoreClosedOutput();
  const args = process.argv.slice(2);
  const command = parseCommandLine(args, rawArguments(args.length), isPiped());
  switch (command.kind) {
    case 'help':
      process.stdout.write(HELP);
      break;
    case 'version':
      process.stdout.write(`${VERSION}\n`);
      break;
    case 'serve':
      await serve(command.options);
      break;
  }
}

main().catch((error: unknown) => {
  if (error instanceof UsageError || error instanceof OpenError) {
    process.stderr.write(`bigview: ${error.message}\n`);
    process.exit(2);
  }
  throw error;
});

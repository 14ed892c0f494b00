/** Starts and ends bigview with the tests that need it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, onTestFinished } from 'vitest';
import { BIGVIEW, type BigviewServer, type Exit, launchBigview, type ServerOptions } from './bigview.ts';
import { tempFolder } from './files.ts';

export { BIGVIEW, BigviewServer } from './bigview.ts';

/** A cache folder and no display, so that runs neither see each other nor open a browser. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', XDG_CACHE_HOME: tempFolder(), ...extra };
}

/**
 * Starts bigview and waits for its link. It is stopped when the current test ends, or, when started outside a test (in
 * `beforeAll`), with the last test of the file.
 */
export async function startServer(options: ServerOptions): Promise<BigviewServer> {
  const server = await launchBigview(options, environment(options.env ?? {}));
  atEnd(() => server.stop());
  return server;
}

export interface Run extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs bigview to its end, as for wrong usage; kills it after 10 s. `args` go through a shell when raw bytes are needed. */
export async function runBigview(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const child = spawn(process.execPath, [BIGVIEW, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(env),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part: Buffer) => {
    stdout += part;
  });
  child.stderr.on('data', (part: Buffer) => {
    stderr += part;
  });
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(late);
  return { code, signal, stdout, stderr };
}

function atEnd(action: () => Promise<unknown>): void {
  try {
    onTestFinished(async () => void (await action()));
  } catch {
    running.add(action);
  }
}

/** Servers started outside a test. */
const running = new Set<() => Promise<unknown>>();
afterAll(async () => {
  await Promise.all([...running].map((action) => action()));
  running.clear();
});
process.once('exit', () => {
  for (const action of running) void action();
});

/** bigview with something on its standard input. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { BIGVIEW, BigviewServer } from './bigview.ts';
import { tempFolder } from './files.ts';

/** Of every server that is started here. */
export const PIPED_TOKEN = 'a-token-of-twenty-ch';

interface Piped {
  readonly server: BigviewServer;
  readonly child: ChildProcess;
  readonly cache: string;
}

/** bigview with a pipe (or an open file) as its standard input; resolves once the link is printed. */
export function piped(args: readonly string[], stdin: 'pipe' | number, cache: string = tempFolder()): Promise<Piped> {
  return start(process.execPath, [BIGVIEW, '--no-open', '--token', PIPED_TOKEN, ...args], stdin, cache);
}

/** Any command that ends as bigview, by `exec`, with PIPED_TOKEN for its token. */
export async function start(
  command: string,
  args: readonly string[],
  stdin: 'pipe' | 'ignore' | number,
  cache: string,
): Promise<Piped> {
  const child = spawn(command, args, {
    stdio: [stdin, 'pipe', 'pipe'],
    env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', XDG_CACHE_HOME: cache },
    detached: true,
  });
  const output = { stdout: '', stderr: '' };
  child.stderr?.on('data', (part: Buffer) => {
    output.stderr += part;
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const link = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (part: Buffer) => {
      output.stdout += part;
      const found = /^bigview: (http\S+)\n/.exec(output.stdout)?.[1];
      if (found) resolve(found);
    });
    void exit.then(({ code }) => reject(new Error(`ended with ${code}: ${output.stderr}`)));
  });
  return { server: new BigviewServer(child, link, PIPED_TOKEN, output, exit), child, cache };
}

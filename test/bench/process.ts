/** A bigview of its own for one measurement, and what the system says of its memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FileInfo, FilesReply } from '../../shared/protocol.ts';

const EXECUTABLE = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
const TOKEN = 'benchmark-token-0001';

export interface BenchServer {
  readonly child: ChildProcess;
  readonly link: string;
  readonly port: number;
  readonly token: string;
  /** When the process was started, ms since the epoch. */
  readonly startedAt: number;
  files(): Promise<readonly FileInfo[]>;
  /** Resolves when the index of every file is complete. */
  indexed(): Promise<void>;
  /** Largest resident set so far, bytes; null where /proc does not tell. */
  peakRss(): number | null;
  stop(): Promise<void>;
}

export async function startBigview(files: readonly string[], args: readonly string[]): Promise<BenchServer> {
  const startedAt = performance.timeOrigin + performance.now();
  const child = spawn(process.execPath, [EXECUTABLE, '--no-open', '--token', TOKEN, ...args, ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const part of child.stdout) {
    printed += String(part);
    if (printed.includes('\n')) break;
  }
  const link = /^bigview: (\S+)/.exec(printed)?.[1];
  if (!link) throw new Error(`bigview did not start: ${printed}`);
  const port = Number(new URL(link).port);
  const list = async (): Promise<readonly FileInfo[]> => {
    const reply = await fetch(`http://127.0.0.1:${port}/api/files`, { headers: { Authorization: `Bearer ${TOKEN}` } });
    return ((await reply.json()) as FilesReply).files;
  };
  return {
    child,
    link,
    port,
    token: TOKEN,
    startedAt,
    files: list,
    indexed: async () => {
      while (!(await list()).every((file) => file.index.complete)) await new Promise((wait) => setTimeout(wait, 20));
    },
    peakRss: () => {
      try {
        const kib = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))?.[1];
        return kib === undefined ? null : Number(kib) * 1024;
      } catch {
        return null;
      }
    },
    stop: async () => {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

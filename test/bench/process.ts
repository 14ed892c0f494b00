/** A bigview of its own for one measurement, and what the system says of its memory. */
import { readFileSync } from 'node:fs';
import { type BigviewServer, launchBigview } from '../helpers/bigview.ts';

export interface BenchServer {
  readonly server: BigviewServer;
  /** When the process was started, ms since the epoch with fractions. */
  readonly startedAt: number;
  /** Resolves when the index of every file is complete. */
  indexed(): Promise<void>;
  /** Largest resident set so far, bytes; NaN where /proc does not tell. */
  peakRss(): number;
}

/** Runs `use` with a server of `files`, and ends it. */
export async function withBigview<T>(
  files: readonly string[],
  args: readonly string[],
  use: (bench: BenchServer) => Promise<T>,
): Promise<T> {
  const startedAt = performance.timeOrigin + performance.now();
  const server = await launchBigview({ files, args }, process.env);
  try {
    return await use({
      server,
      startedAt,
      indexed: async () => {
        while (!(await server.files()).every((file) => file.index.complete))
          await new Promise((go) => setTimeout(go, 20));
      },
      peakRss: () => {
        try {
          return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'latin1'))?.[1]);
        } catch {
          return Number.NaN;
        }
      },
    });
  } finally {
    await server.stop();
  }
}

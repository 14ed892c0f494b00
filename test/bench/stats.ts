/** Figures that survive a noisy machine: medians and percentiles of several runs, and ratios within one. */

/** The middle value; the mean of the two middle ones for an even count. Throws on an empty list. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Linear interpolation between the closest ranks; `fraction` in 0…1. Throws on an empty list. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * fraction;
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return low + (high - low) * (rank - Math.floor(rank));
}

/** One line of the report: what was measured, the figure, and the aim with the verdict when there is one. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly aim?: { readonly text: string; readonly met: boolean };
}

export function printSection(title: string, rows: readonly Row[]): void {
  process.stdout.write(`\n${title}\n`);
  const width = Math.max(...rows.map((row) => row.what.length));
  for (const row of rows) {
    const aim = row.aim ? `   [aim ${row.aim.text}: ${row.aim.met ? 'met' : 'MISSED'}]` : '';
    process.stdout.write(`  ${row.what.padEnd(width)}  ${row.figure}${aim}\n`);
  }
}

export const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;
export const ratio = (value: number): string => `x${value.toFixed(2)}`;
export const mib = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`;

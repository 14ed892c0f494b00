/** How long to wait before trying again. Pure; tests bring their own chance. */
export interface Pace {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Twice as long after each failure, and up to half of it less by chance (`random`, 0 to 1), so that tabs do not come all at once. */
export function backoffMs(pace: Pace, failures: number, random: number): number {
  const whole = Math.min(pace.maxMs, pace.firstMs * 2 ** failures);
  return Math.round(whole * (1 - random / 2));
}

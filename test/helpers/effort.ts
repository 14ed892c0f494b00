/**
 * How often something is tried: `quick` in `npm test`, which has to end while somebody waits, `full` where BIGVIEW_FULL is set
 * (docs/reliability.md has its figures).
 */
export function effort(quick: number, full: number): number {
  return process.env.BIGVIEW_FULL ? full : quick;
}

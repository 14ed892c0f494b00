/** Which lines a filter shows, by the layers that they match. */
import type { FilterRole } from '../../shared/protocol.ts';

/** Bit i of a mask: the line matches layer i. */
export interface FilterRule {
  /** Layers of each role, as masks. */
  readonly includes: number;
  readonly excludes: number;
  readonly combine: 'any' | 'all' | 'none';
  readonly layers: number;
}

export function filterRule(roles: readonly FilterRole[], combine: FilterRule['combine']): FilterRule {
  let includes = 0;
  let excludes = 0;
  for (const [i, role] of roles.entries()) {
    if (role === 'include') includes += 2 ** i;
    else excludes += 2 ** i;
  }
  return { includes, excludes, combine, layers: roles.length };
}

/** Lines that match no layer are shown: all lines of the file have to be looked at. */
export function showsOthers({ includes, combine }: FilterRule): boolean {
  return combine === 'none' || includes === 0;
}

function passes({ includes, excludes, combine }: FilterRule, mask: number): boolean {
  if ((mask & excludes) !== 0) return false;
  if (includes === 0) return true;
  if (combine === 'all') return (mask & includes) === includes;
  return ((mask & includes) !== 0) === (combine === 'any');
}

/** `table[mask]` is 1 when a line that matches these layers is shown. */
export function passTable(rule: FilterRule): Uint8Array {
  return Uint8Array.from({ length: 2 ** rule.layers }, (_, mask) => (passes(rule, mask) ? 1 : 0));
}

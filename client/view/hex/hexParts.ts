/** What the hex view needs and nobody else does. */
import type { Extent } from '../../../shared/extent.ts';
import type { RunwayItem } from '../../rows/useRunway.ts';

/** The bytes of all rows that are in the page. */
export function mountedExtent(items: readonly RunwayItem[], rowBytes: number, size: number): Extent {
  const offset = (items[0]?.row ?? 0) * rowBytes;
  const end = Math.min(size, ((items.at(-1)?.row ?? -1) + 1) * rowBytes);
  return { offset, end: Math.max(offset, end) };
}

/** Of a file that has no view yet. */
export const EMPTY_VIEW = {
  mode: 'hex',
  pane: 'hex',
  leads: 'hex',
  lead: null,
  cursor: 0,
  anchor: null,
  top: 0,
  encoding: null,
  start: 0,
  reveal: { offset: 0, align: 'top', seq: 0 },
  followed: 0,
} as const;

/** How a mark is called where it has no name: by its place. */
import { formatCount, formatHex } from '../../../shared/units.ts';
import type { Mark } from '../../marks/marks.ts';

export function markName({ name, offset, length }: Mark): string {
  if (name !== '') return name;
  return length === 0 ? `Line at ${formatCount(offset)}` : `Bytes at 0x${formatHex(offset)}`;
}

/** Over the foot of filtered rows whose following is paused: how many rows have come since, wherever these rows are shown. */
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted } from '../../../shared/units.ts';
import { useNewRows } from '../../filter/newRows.ts';
import type { FollowMark } from '../../state/follow.ts';
import { NewsPill, type NewsPillProps } from '../NewsPill.tsx';

interface RowsNewsPillProps extends Omit<NewsPillProps, 'says'> {
  readonly file: FileInfo;
  /** When it was paused. */
  readonly since: FollowMark;
}

function says(rows: number | null): string {
  if (rows === null) return 'Paused · looking for new rows';
  return rows === 0 ? 'Paused · nothing new' : counted(rows, 'new row');
}

export function RowsNewsPill({ file, since, ...pill }: RowsNewsPillProps) {
  return <NewsPill {...pill} says={says(useNewRows(file.id, file.generation, since))} />;
}

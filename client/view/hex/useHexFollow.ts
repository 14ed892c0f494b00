/** Follows the end in the hex view, whose rows are always known. */
import type { FileInfo } from '../../../shared/protocol.ts';
import { useFollowEnd } from '../../rows/useFollowEnd.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { tellFollow, useFollow } from '../../state/follow.ts';
import type { FileView } from '../../state/store.ts';

export interface HexFollowParts {
  readonly file: FileInfo;
  readonly view: FileView;
  readonly runway: Runway;
  readonly rowBytes: number;
}

export function useHexFollow({ file, view, runway, rowBytes }: HexFollowParts): void {
  const { status } = useFollow(file.id);
  // Of two linked panes the one that leads decides; the other goes along.
  const leads = view.mode !== 'both' || view.leads === 'hex';
  useFollowEnd({
    status: leads && runway.rowCount > 0 ? status : 'off',
    tell: (event) => tellFollow(event, file),
    runway,
    measured: false,
    epoch: `${file.generation} ${rowBytes}`,
    covered: true,
    leaving: () => false,
    bring: () => runway.scrollToRow(runway.rowCount - 1, 'end'),
  });
}

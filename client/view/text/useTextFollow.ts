/** Follows the end in the text view: its rows come by themselves as the file grows, unless it grows faster than they are asked for. */
import { useState } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import type { RowGeometry, TextSnapshot } from '../../rows/textChange.ts';
import { runEnd, runEndRow } from '../../rows/textRun.ts';
import { useFollowEnd } from '../../rows/useFollowEnd.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { type FollowMark, followMark, tellFollow, useFollow } from '../../state/follow.ts';
import type { FileView } from '../../state/store.ts';
import type { HeldCursor } from './useHeldCursor.ts';

/** So many bytes are one or two requests of rows; an end that is farther away is jumped to, by one. */
const CHASE_BYTES = 16_384;

export interface TextFollowParts {
  readonly file: FileInfo;
  readonly view: FileView;
  readonly geometry: RowGeometry;
  readonly snapshot: TextSnapshot;
  readonly runway: Runway;
  readonly size: number;
  readonly wrap: boolean;
  readonly fit: string;
  /** Filtered lines below the full view: they go along with it, and may be left alone. */
  readonly beside: boolean;
  readonly heldCursor: HeldCursor;
}

/** Filtered lines below a full view that goes on following, once they were scrolled away from their end. */
export interface FilteredNews {
  /** When that was. */
  readonly since: FollowMark;
  /** Goes on following. */
  readonly resume: () => void;
}

/** Null: there is nothing to say. */
export function useTextFollow(parts: TextFollowParts): FilteredNews | null {
  const { file, view, geometry, snapshot, runway, size, wrap, fit, beside } = parts;
  const { run, epoch, rowCount } = snapshot;
  const { status } = useFollow(file.id);
  // Of two linked panes the one that leads decides; the other goes along.
  const leads = beside || view.mode !== 'both' || view.leads === 'text';
  /** How the file was when they were scrolled away. */
  const [away, setAway] = useState<FollowMark | null>(null);
  const own = status === 'live' ? (away === null ? 'live' : 'paused') : 'off';
  useFollowEnd({
    status: leads && run ? (beside ? own : status) : 'off',
    tell: (event) => {
      // A jump to the end that is on its way would take the person back.
      if (event === 'left') geometry.stay?.();
      if (beside) setAway(event === 'left' ? followMark(file) : null);
      else tellFollow(event, file);
    },
    runway,
    measured: wrap,
    epoch: `${epoch} ${fit}`,
    covered: run !== null && (run.picked ? runEndRow(run) >= rowCount : runEnd(run) >= size),
    leaving: () => geometry.leaving,
    bring: () => {
      if (!run) return;
      parts.heldCursor.release();
      // Rows of a filter have their numbers before they are here.
      if (run.picked) runway.scrollToRow(rowCount - 1, 'end');
      else if (size - runEnd(run) <= CHASE_BYTES) runway.scrollToRow(runEndRow(run) - 1, 'end');
      else if (!geometry.moving) geometry.showEnd();
    },
  });
  if (!beside || own !== 'paused' || away === null) return null;
  return { since: away, resume: () => setAway(null) };
}

/** Whether the end is followed; a switch. */
import { ArrowDownToLine, Pause } from 'lucide-react';
import { runCommand } from '../../state/commandRegistry.ts';
import { type FollowState, useFollow } from '../../state/follow.ts';
import { ariaKeys } from './Keycaps.tsx';
import './follow.css';

const WORDS: Readonly<Record<FollowState['status'], { readonly label: string; readonly tip: string }>> = {
  off: { label: 'Follow', tip: 'Keep the end in view as the file grows' },
  live: { label: 'Following', tip: 'The end stays in view as the file grows. Stop following' },
  paused: { label: 'Paused', tip: 'Following pauses while you look elsewhere. Go on at the end' },
};

export function FollowStatus({ fileId }: { readonly fileId: string }) {
  const { status } = useFollow(fileId);
  const { label, tip } = WORDS[status];
  const Icon = status === 'paused' ? Pause : ArrowDownToLine;
  return (
    <button
      type="button"
      className={status === 'paused' ? 'status-item status-follow status-follow-paused' : 'status-item status-follow'}
      aria-label="Follow the end"
      aria-pressed={status === 'live'}
      aria-keyshortcuts={ariaKeys('follow.toggle')}
      data-tip={tip}
      data-tip-command="follow.toggle"
      onClick={() => runCommand('follow.toggle')}
    >
      <Icon className="icon status-icon" aria-hidden="true" />
      {label}
    </button>
  );
}

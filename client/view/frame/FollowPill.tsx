/** What has come since following was paused, and the way back to the end. */
import { ArrowDownToLine } from 'lucide-react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted, formatCount, formatSize } from '../../../shared/units.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { type FollowNews, newsSince, useFollow } from '../../state/follow.ts';
import { useUi } from '../../state/ui.ts';
import './follow.css';

function says({ bytes, lines, renewed }: FollowNews): string {
  if (renewed) return `A new file · ${formatSize(bytes)}`;
  if (bytes === 0) return 'Paused · nothing new';
  const size = formatSize(bytes);
  return lines === null || lines === 0
    ? `${size} new`
    : `${formatCount(lines)} new ${lines === 1 ? 'line' : 'lines'} · ${size}`;
}

export function FollowPill({ file }: { readonly file: FileInfo }) {
  const follow = useFollow(file.id);
  const panelOpen = useUi((state) => state.layout.panelOpen);
  if (follow.status !== 'paused') return null;
  const news = newsSince(follow.since, file);
  return (
    <div className={panelOpen ? 'follow-layer follow-layer-narrow' : 'follow-layer'}>
      <button
        type="button"
        className="follow-pill layer tabular"
        data-tip={`${counted(news.bytes, 'byte')} since following was paused. Go on following`}
        data-tip-command="follow.toggle"
        onClick={() => runCommand('follow.toggle')}
      >
        <ArrowDownToLine className="icon" aria-hidden="true" />
        {says(news)}
      </button>
    </div>
  );
}

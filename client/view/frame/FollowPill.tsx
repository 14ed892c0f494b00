/** What has come to the file since following was paused. */
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted, formatCount, formatSize } from '../../../shared/units.ts';
import { shownAs, useFilter } from '../../filter/filterStore.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { type FollowNews, newsSince, useFollow } from '../../state/follow.ts';
import { useUi } from '../../state/ui.ts';
import { useApp } from '../../state/useApp.ts';
import { RowsNewsPill } from '../filter/RowsNewsPill.tsx';
import { NewsPill } from '../NewsPill.tsx';

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
  const picked = shownAs(useFilter(file.id)) === 'place';
  const bytesOnly = useApp((state) => state.views[file.id]?.mode === 'hex');
  if (follow.status !== 'paused') return null;
  const news = newsSince(follow.since, file);
  const pill = {
    tip: `${counted(news.bytes, 'byte')} since following was paused. Go on following`,
    command: 'follow.toggle',
    narrow: panelOpen,
    onPress: () => runCommand('follow.toggle'),
  } as const;
  // Where rows of a filter are shown, only those are news.
  if (picked && !bytesOnly) return <RowsNewsPill file={file} since={follow.since} {...pill} />;
  return <NewsPill says={says(news)} {...pill} />;
}

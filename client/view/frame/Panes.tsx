import { Suspense } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { useActiveView } from '../../state/useApp.ts';
import { latePart } from './lateParts.ts';
import { PaneFrame } from './PaneFrame.tsx';

const SplitPanes = latePart(async () => (await import('./SplitPanes.tsx')).SplitPanes);

/** One pane, or both. */
export function Panes({ file }: { readonly file: FileInfo }) {
  const view = useActiveView();
  if (!view) return null;
  const { mode, pane } = view;
  if (mode !== 'both') return <PaneFrame file={file} pane={mode} active />;
  return (
    <Suspense fallback={<PaneFrame file={file} pane={pane} active />}>
      <SplitPanes file={file} pane={pane} />
    </Suspense>
  );
}

import { useEffect } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import type { FileInfo } from '../../../shared/protocol.ts';
import type { Pane } from '../../state/store.ts';
import { patchLayout, uiStore } from '../../state/ui.ts';
import { focusRowsIfLost } from './focus.ts';
import { PaneFrame } from './PaneFrame.tsx';

interface SplitPanesProps {
  readonly file: FileInfo;
  /** The one that has the keyboard, if one of them has. */
  readonly pane: Pane | null;
}

/** Hex and text beside each other, with a split that is remembered. */
export function SplitPanes({ file, pane }: SplitPanesProps) {
  const { split } = uiStore.getState().layout;
  // The single pane that stood here while this was loaded has taken the focus with it.
  useEffect(focusRowsIfLost, []);
  return (
    <Group
      className="panes-split"
      orientation="horizontal"
      defaultLayout={{ hex: split, text: 100 - split }}
      onLayoutChanged={(layout) => {
        const share = layout.hex;
        if (share !== undefined) patchLayout({ split: Math.round(share * 10) / 10 });
      }}
    >
      <Panel id="hex" minSize="15%" className="panes-panel">
        <PaneFrame file={file} pane="hex" filtered={false} active={pane === 'hex'} />
      </Panel>
      <Separator className="panes-separator" aria-label="Width of the panes" />
      <Panel id="text" minSize="15%" className="panes-panel">
        <PaneFrame file={file} pane="text" filtered={false} active={pane === 'text'} />
      </Panel>
    </Group>
  );
}

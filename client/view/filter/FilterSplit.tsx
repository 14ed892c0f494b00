/** The full view above, the filtered lines below, with a split that is remembered. Loaded when it is first shown. */
import { type ReactNode, useEffect } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import type { FileInfo } from '../../../shared/protocol.ts';
import { patchLayout, uiStore } from '../../state/ui.ts';
import { focusRowsIfLost } from '../frame/focus.ts';
import { PaneFrame } from '../frame/PaneFrame.tsx';

interface FilterSplitProps {
  readonly file: FileInfo;
  /** The filtered lines have the keyboard. */
  readonly below: boolean;
  /** The full view. */
  readonly children: ReactNode;
}

export function FilterSplit({ file, below, children }: FilterSplitProps) {
  const { filterSplit } = uiStore.getState().layout;
  useEffect(focusRowsIfLost, []);
  return (
    <Group
      className="panes-split"
      orientation="vertical"
      defaultLayout={{ full: filterSplit, filtered: 100 - filterSplit }}
      onLayoutChanged={(layout) => {
        const share = layout.full;
        if (share !== undefined) patchLayout({ filterSplit: Math.round(share * 10) / 10 });
      }}
    >
      <Panel id="full" minSize="15%" className="panes-panel">
        {children}
      </Panel>
      <Separator className="panes-separator panes-separator-flat" aria-label="Height of the panes" />
      <Panel id="filtered" minSize="15%" className="panes-panel">
        <PaneFrame file={file} pane="text" filtered active={below} />
      </Panel>
    </Group>
  );
}

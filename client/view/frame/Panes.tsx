import { Group, Panel, Separator } from 'react-resizable-panels';
import type { FileInfo } from '../../../shared/protocol.ts';
import { appStore, type Pane } from '../../state/store.ts';
import { patchLayout, uiStore } from '../../state/ui.ts';
import { useActiveView } from '../../state/useApp.ts';
import { PaneBoundary } from './PaneBoundary.tsx';
import { PaneView } from './PaneView.tsx';
import './panes.css';

const NAMES: Readonly<Record<Pane, string>> = { hex: 'Hex view', text: 'Text view' };

function PaneFrame({ file, pane, active }: { readonly file: FileInfo; readonly pane: Pane; readonly active: boolean }) {
  return (
    <section
      className={active ? 'pane pane-active' : 'pane'}
      aria-label={NAMES[pane]}
      data-pane={pane}
      onFocus={() => {
        if (!active) appStore.getState().patchView(file.id, { pane });
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        uiStore.setState({ rowMenu: { x: event.clientX, y: event.clientY } });
      }}
    >
      <PaneBoundary name={`The ${NAMES[pane].toLowerCase()}`} resetKey={`${file.id} ${file.generation}`}>
        <PaneView key={file.id} fileId={file.id} pane={pane} active={active} />
      </PaneBoundary>
    </section>
  );
}

/** One pane, or hex and text beside each other with a split that is remembered. */
export function Panes({ file }: { readonly file: FileInfo }) {
  const view = useActiveView();
  if (!view) return null;
  if (view.mode !== 'both') return <PaneFrame file={file} pane={view.mode} active />;
  const { split } = uiStore.getState().layout;
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
        <PaneFrame file={file} pane="hex" active={view.pane === 'hex'} />
      </Panel>
      <Separator className="panes-separator" aria-label="Width of the panes" />
      <Panel id="text" minSize="15%" className="panes-panel">
        <PaneFrame file={file} pane="text" active={view.pane === 'text'} />
      </Panel>
    </Group>
  );
}

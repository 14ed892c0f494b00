import type { FileInfo } from '../../../shared/protocol.ts';
import { appStore, type Pane } from '../../state/store.ts';
import { uiStore } from '../../state/ui.ts';
import { escapeSearch } from '../search/useSearchCommands.ts';
import { PaneBoundary } from './PaneBoundary.tsx';
import { PaneView } from './PaneView.tsx';
import './panes.css';

const NAMES: Readonly<Record<Pane, string>> = { hex: 'Hex view', text: 'Text view' };

export interface PaneFrameProps {
  readonly file: FileInfo;
  readonly pane: Pane;
  /** Has the keyboard. */
  readonly active: boolean;
}

export function PaneFrame({ file, pane, active }: PaneFrameProps) {
  const lead = () => {
    const { views, patchView } = appStore.getState();
    if (views[file.id]?.leads !== pane) patchView(file.id, { leads: pane });
  };
  return (
    <section
      className={active ? 'pane pane-active' : 'pane'}
      aria-label={NAMES[pane]}
      data-pane={pane}
      onWheelCapture={lead}
      onPointerDownCapture={lead}
      onKeyDownCapture={lead}
      onFocus={() => {
        if (!active) appStore.getState().patchView(file.id, { pane });
      }}
      onKeyDown={(event) => {
        if (escapeSearch(event)) event.preventDefault();
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

import type { FileInfo } from '../../../shared/protocol.ts';
import { filterStore } from '../../filter/filterStore.ts';
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
  /** Shows the filtered lines, below the full view. */
  readonly filtered: boolean;
  /** Has the keyboard. */
  readonly active: boolean;
}

export function PaneFrame({ file, pane, filtered, active }: PaneFrameProps) {
  const name = filtered ? 'Filtered view' : NAMES[pane];
  const lead = () => {
    const { views, patchView } = appStore.getState();
    // The filtered lines only follow the cursor.
    if (!filtered && views[file.id]?.leads !== pane) patchView(file.id, { leads: pane });
  };
  return (
    <section
      className={active ? 'pane pane-active' : 'pane'}
      aria-label={name}
      data-pane={filtered ? 'filtered' : pane}
      onWheelCapture={lead}
      onPointerDownCapture={lead}
      onKeyDownCapture={lead}
      onFocus={() => {
        if (filterStore.getState().below !== filtered) filterStore.setState({ below: filtered });
        if (!active && !filtered) appStore.getState().patchView(file.id, { pane });
      }}
      onKeyDown={(event) => {
        if (escapeSearch(event)) event.preventDefault();
      }}
      onContextMenu={(event) => {
        event.preventDefault();
        uiStore.setState({ rowMenu: { x: event.clientX, y: event.clientY } });
      }}
    >
      <PaneBoundary name={`The ${name.toLowerCase()}`} resetKey={`${file.id} ${file.generation}`}>
        <PaneView key={file.id} fileId={file.id} pane={pane} filtered={filtered} active={active} />
      </PaneBoundary>
    </section>
  );
}

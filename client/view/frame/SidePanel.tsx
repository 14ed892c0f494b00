/** The side panel: the tabs, and below them what the chosen one shows. */
import { X } from 'lucide-react';
import { Suspense } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { useUi } from '../../state/ui.ts';
import { focusRows } from './focus.ts';
import { PaneBoundary } from './PaneBoundary.tsx';
import { PanelTabs, panelBodyId, panelTabId } from './PanelTabs.tsx';
import { SIDE_PANELS } from './panels.ts';
import './sidePanel.css';

export function SidePanel({ file }: { readonly file: FileInfo }) {
  const wanted = useUi((state) => state.layout.panelTab);
  const { tab, name, Body } = SIDE_PANELS.find((panel) => panel.tab === wanted) ?? SIDE_PANELS[0];
  return (
    <aside
      className="side-panel"
      aria-label={name}
      onKeyDown={(event) => {
        // Whatever control in it has the keyboard.
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        focusRows();
      }}
    >
      <header className="side-panel-header">
        <PanelTabs tab={tab} />
        <button
          type="button"
          className="icon-button"
          aria-label="Close the side panel"
          data-tip="Close the side panel"
          data-tip-command="view.panel"
          onClick={() => runCommand('view.panel')}
        >
          <X className="icon" aria-hidden="true" />
        </button>
      </header>
      <div className="side-panel-body" id={panelBodyId(tab)} role="tabpanel" aria-labelledby={panelTabId(tab)}>
        <PaneBoundary name="The side panel" resetKey={`${file.id} ${tab}`}>
          <Suspense fallback={null}>
            <Body key={file.id} file={file} />
          </Suspense>
        </PaneBoundary>
      </div>
    </aside>
  );
}

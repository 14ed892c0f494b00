/** What the side panel can show, as icons; the shown one has its name beside. Arrows move among them, as in every list of tabs. */
import type { KeyboardEvent } from 'react';
import type { PanelTab } from '../../state/persisted.ts';
import { patchLayout } from '../../state/ui.ts';
import { ariaKeys } from './Keycaps.tsx';
import { SIDE_PANELS } from './panels.ts';

export const panelTabId = (tab: PanelTab): string => `panel-tab-${tab}`;
export const panelBodyId = (tab: PanelTab): string => `panel-body-${tab}`;

/** Where a key leads from the tab `at` of `count`; null for a key that means nothing here. */
function stepTo(key: string, at: number, count: number): number | null {
  if (key === 'ArrowRight') return (at + 1) % count;
  if (key === 'ArrowLeft') return (at + count - 1) % count;
  if (key === 'Home') return 0;
  return key === 'End' ? count - 1 : null;
}

export function PanelTabs({ tab }: { readonly tab: PanelTab }) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const at = SIDE_PANELS.findIndex((panel) => panel.tab === tab);
    const to = stepTo(event.key, at, SIDE_PANELS.length);
    const next = to === null ? undefined : SIDE_PANELS[to];
    if (!next) return;
    event.preventDefault();
    patchLayout({ panelTab: next.tab });
    document.getElementById(panelTabId(next.tab))?.focus();
  };
  return (
    <div className="panel-tabs" role="tablist" aria-label="Side panel" onKeyDown={onKeyDown}>
      {SIDE_PANELS.map(({ tab: each, name, icon: Icon, command }) => (
        <button
          key={each}
          id={panelTabId(each)}
          type="button"
          role="tab"
          className="panel-tab"
          aria-label={name}
          aria-selected={each === tab}
          aria-controls={each === tab ? panelBodyId(each) : undefined}
          aria-keyshortcuts={ariaKeys(command)}
          tabIndex={each === tab ? 0 : -1}
          data-tip={name}
          data-tip-command={command}
          onClick={() => patchLayout({ panelTab: each })}
        >
          <Icon className="icon" aria-hidden="true" />
          {each === tab && <span>{name}</span>}
        </button>
      ))}
    </div>
  );
}

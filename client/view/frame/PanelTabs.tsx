/** What the side panel can show. */
import type { KeyboardEvent } from 'react';
import type { Layout } from '../../state/persisted.ts';
import { patchLayout } from '../../state/ui.ts';

type PanelTab = Layout['panelTab'];

const TABS: readonly { readonly tab: PanelTab; readonly name: string }[] = [
  { tab: 'inspector', name: 'Inspector' },
  { tab: 'search', name: 'Search' },
];

export function PanelTabs({ tab }: { readonly tab: PanelTab }) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    const next = TABS.find((other) => other.tab !== tab);
    if (!next) return;
    patchLayout({ panelTab: next.tab });
    // The panel of the other tab has tabs of its own.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.panel-tab[aria-selected="true"]')?.focus());
  };
  return (
    <div className="panel-tabs" role="tablist" aria-label="Side panel" onKeyDown={onKeyDown}>
      {TABS.map(({ tab: each, name }) => (
        <button
          key={each}
          type="button"
          role="tab"
          className="panel-tab"
          aria-selected={each === tab}
          tabIndex={each === tab ? 0 : -1}
          onClick={() => patchLayout({ panelTab: each })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** Every panel that the side can show, in the order of their tabs: one entry makes a tab, its panel and the button that shows it. */
import { Bookmark, Funnel, Highlighter, Microscope, Search } from 'lucide-react';
import type { ComponentType } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import type { CommandId } from '../../state/commands.ts';
import type { PanelTab } from '../../state/persisted.ts';
import { latePart } from './lateParts.ts';

export interface SidePanel {
  readonly tab: PanelTab;
  readonly name: string;
  readonly icon: ComponentType<{ readonly className?: string; readonly 'aria-hidden'?: 'true' }>;
  /** Shows or hides it; its shortcut is in the tab's tooltip. */
  readonly command: CommandId;
  /** What is below the tabs. Anew for another file. */
  readonly Body: ComponentType<{ readonly file: FileInfo }>;
}

export const SIDE_PANELS: readonly [SidePanel, ...SidePanel[]] = [
  {
    tab: 'inspector',
    name: 'Inspector',
    icon: Microscope,
    command: 'view.inspector',
    Body: latePart(async () => (await import('./Inspector.tsx')).Inspector),
  },
  {
    tab: 'search',
    name: 'Search',
    icon: Search,
    command: 'search.panel',
    Body: latePart(async () => (await import('../search/SearchPanel.tsx')).SearchPanel),
  },
  {
    tab: 'filters',
    name: 'Filters',
    icon: Funnel,
    command: 'filter.panel',
    Body: latePart(async () => (await import('../filter/FiltersPanel.tsx')).FiltersPanel),
  },
  {
    tab: 'highlighters',
    name: 'Highlighters',
    icon: Highlighter,
    command: 'highlight.panel',
    Body: latePart(async () => (await import('../highlight/HighlightersPanel.tsx')).HighlightersPanel),
  },
  {
    tab: 'marks',
    name: 'Marks',
    icon: Bookmark,
    command: 'mark.panel',
    Body: latePart(async () => (await import('../marks/MarksPanel.tsx')).MarksPanel),
  },
];

import { Binary, CircleHelp, Columns2, Monitor, Moon, PanelRight, Sun, TextAlignStart } from 'lucide-react';
import type { Theme } from '../../state/store.ts';
import { useUi } from '../../state/ui.ts';
import { useActiveView, useApp } from '../../state/useApp.ts';
import { CommandField } from './CommandField.tsx';
import { FileTabs } from './FileTabs.tsx';
import { CommandButton } from './IconButton.tsx';

const THEME_ICONS = { system: Monitor, dark: Moon, light: Sun } as const;
const THEME_NAMES: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  dark: 'Theme: dark',
  light: 'Theme: light',
};

export function TopBar() {
  const mode = useActiveView()?.mode;
  const theme = useApp((state) => state.settings.theme);
  const panelOpen = useUi((state) => state.layout.panelOpen);
  return (
    <header className="topbar">
      <FileTabs />
      <CommandField />
      <div className="topbar-end">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a look and a legend of its own */}
        <div className="segments" role="group" aria-label="View mode">
          <CommandButton command="view.hex" icon={Binary} pressed={mode === 'hex'} />
          <CommandButton command="view.text" icon={TextAlignStart} pressed={mode === 'text'} />
          <CommandButton command="view.both" icon={Columns2} pressed={mode === 'both'} />
        </div>
        <CommandButton command="view.panel" icon={PanelRight} pressed={panelOpen} />
        <CommandButton command="view.theme" icon={THEME_ICONS[theme]} label={THEME_NAMES[theme]} />
        <CommandButton command="help.keys" icon={CircleHelp} />
      </div>
    </header>
  );
}

/** What the frame itself can do by command: views, settings, files, layers. */

import { filterOf, filterStore, shownAs } from '../../filter/filterStore.ts';
import { goBack, goForward, linkToHere } from '../../state/addressBar.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import { controlIndex } from '../../state/documents.ts';
import { ENCODING_CHOICES, encodingName } from '../../state/encodings.ts';
import { FONT_SIZES } from '../../state/persisted.ts';
import { appStore, DEFAULT_SETTINGS, type Pane, type Settings, type Theme, type ViewMode } from '../../state/store.ts';
import { type Choice, notify, openField, patchLayout, togglePanel, uiStore } from '../../state/ui.ts';
import { type Active, activeOf, useApp } from '../../state/useApp.ts';
import { pickFile, stepFile } from './FileTabs.tsx';
import { focusRows } from './focus.ts';

const DETECTED = 'detected';

function withActive(act: (active: Active) => void): () => void {
  return () => {
    const active = activeOf(appStore.getState());
    if (active) act(active);
  };
}

/** Shows a view of the file at the same byte; the keyboard goes with it. */
function setMode(mode: ViewMode): () => void {
  return withActive(({ file, view }) => {
    const pane: Pane = mode === 'both' ? view.pane : mode;
    appStore.getState().patchView(file.id, { mode, pane });
    requestAnimationFrame(focusRows);
  });
}

const setting = (change: (settings: Settings) => Partial<Settings>): (() => void) => {
  return () => appStore.getState().patchSettings(change(appStore.getState().settings));
};

function resize(by: number): () => void {
  return setting(({ fontSize }) => ({ fontSize: Math.max(FONT_SIZES.min, Math.min(FONT_SIZES.max, fontSize + by)) }));
}

function pick<K extends 'rowBytes' | 'grouping' | 'tabSize'>(
  title: string,
  name: K,
  values: readonly Settings[K][],
  label: (value: Settings[K]) => string,
): () => void {
  return () =>
    openField({
      type: 'picker',
      picker: {
        title,
        choices: values.map((value): Choice => ({ id: String(value), label: label(value) })),
        current: String(appStore.getState().settings[name]),
        pick: (id) => {
          const value = values.find((candidate) => String(candidate) === id);
          if (value !== undefined) appStore.getState().patchSettings({ [name]: value } as Partial<Settings>);
        },
      },
    });
}

const chooseEncoding = withActive(({ file, view }) => {
  const detected: Choice = { id: DETECTED, label: `As detected: ${encodingName(file.encoding)}`, group: 'This file' };
  openField({
    type: 'picker',
    picker: {
      title: 'Encoding',
      choices: [detected, ...ENCODING_CHOICES],
      current: view.encoding ?? DETECTED,
      pick: (id) => appStore.getState().patchView(file.id, { encoding: id === DETECTED ? null : id }),
    },
  });
});

async function copyLink(): Promise<void> {
  try {
    await navigator.clipboard.writeText(linkToHere());
    notify('success', 'The link to this place was copied.');
  } catch {
    notify('error', 'The browser did not allow to copy; the link is in the address bar.');
  }
}

const NEXT_THEME: Readonly<Record<Theme, Theme>> = { system: 'dark', dark: 'light', light: 'system' };

/** The middle of the active rows, for a menu asked for by keyboard. */
function menuPlace(): { readonly x: number; readonly y: number } {
  const box = document.activeElement?.getBoundingClientRect();
  return box
    ? { x: box.left + Math.min(240, box.width / 2), y: box.top + Math.min(120, box.height / 2) }
    : { x: 80, y: 80 };
}

const HANDLERS: CommandHandlers = {
  'jump.goto': () => openField({ type: 'goto' }),
  'jump.back': goBack,
  'jump.forward': goForward,
  'copy.link': () => void copyLink(),
  'view.toggle': withActive(({ view }) => setMode(view.pane === 'hex' ? 'text' : 'hex')()),
  'view.hex': setMode('hex'),
  'view.text': setMode('text'),
  'view.both': withActive(({ view }) => setMode(view.mode === 'both' ? view.pane : 'both')()),
  'view.pane': withActive(({ file, view }) => {
    const split = shownAs(filterOf(file.id)) === 'split';
    const panes: (Pane | 'filtered')[] = view.mode === 'both' ? ['hex', 'text'] : [view.mode];
    if (split) panes.push('filtered');
    const at = panes.indexOf(split && filterStore.getState().below ? 'filtered' : view.pane);
    const next = panes[(at + 1) % panes.length] ?? view.pane;
    filterStore.setState({ below: next === 'filtered' });
    if (next !== 'filtered') appStore.getState().patchView(file.id, { pane: next });
    requestAnimationFrame(focusRows);
  }),
  'view.panel': () => patchLayout({ panelOpen: !uiStore.getState().layout.panelOpen }),
  'view.inspector': () => togglePanel('inspector'),
  'view.menu': () => uiStore.setState({ rowMenu: menuPlace() }),
  'view.wrap': setting(({ wrap }) => ({ wrap: !wrap })),
  'view.radix': setting(({ addressRadix }) => ({ addressRadix: addressRadix === 'hex' ? 'decimal' : 'hex' })),
  'view.textColumn': setting(({ textColumn }) => ({ textColumn: textColumn === 'ascii' ? 'encoding' : 'ascii' })),
  'view.encoding': chooseEncoding,
  'view.rowBytes': pick('Bytes per row', 'rowBytes', [8, 16, 24, 32, 48, 64, 'fit'], (value) =>
    value === 'fit' ? 'As many as fit' : `${value} bytes`,
  ),
  'view.grouping': pick('Group bytes', 'grouping', [1, 2, 4, 8], (value) =>
    value === 1 ? 'Single bytes' : `By ${value} bytes`,
  ),
  'view.tabSize': pick(
    'Tab width',
    'tabSize',
    [1, 2, 3, 4, 8, 16],
    (value) => `${value} column${value === 1 ? '' : 's'}`,
  ),
  'view.larger': resize(1),
  'view.smaller': resize(-1),
  'view.sizeReset': setting(() => ({ fontSize: DEFAULT_SETTINGS.fontSize })),
  'view.theme': setting(({ theme }) => ({ theme: NEXT_THEME[theme] })),
  'index.toggle': withActive(({ file }) => void controlIndex(file)),
  'help.commands': () => openField({ type: 'commands' }),
  'help.notices': () => uiStore.setState((state) => ({ noticesOpen: !state.noticesOpen })),
  'help.keys': () => uiStore.setState({ help: true }),
};

export function useFrameCommands(): void {
  const many = useApp((state) => state.files.length > 1);
  const open = useApp((state) => state.activeFile !== null);
  useCommandHandlers(HANDLERS, open);
  useCommandHandlers(
    { 'file.pick': pickFile, 'file.next': () => stepFile(1), 'file.previous': () => stepFile(-1) },
    many,
  );
}

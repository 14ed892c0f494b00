/** What the frame itself remembers while it is open: layers, connection, notices. Kept apart from where one is in a file. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { type Layout, type PanelTab, readStored, restoreLayout, writeStored } from './persisted.ts';
import type { SessionState } from './session.ts';

export type Connection =
  | { readonly status: 'connecting' }
  | { readonly status: 'online' }
  /** Trying again by itself at `retryAt` (Date.now() ms). */
  | { readonly status: 'lost'; readonly since: number; readonly retryAt: number }
  /** The server is another run, which does not know our token. It is asked now and then; a fresh link helps at once. */
  | { readonly status: 'restarted' };

export interface Notice {
  readonly id: number;
  readonly kind: 'info' | 'success' | 'warning' | 'error';
  readonly text: string;
  /** Date.now() ms. */
  readonly at: number;
}

/** One thing to pick in the command field. */
export interface Choice {
  readonly id: string;
  readonly label: string;
  /** Heading above; choices of a group are together. */
  readonly group?: string;
  /** Dim text behind the label. */
  readonly detail?: string;
}

export interface Picker {
  readonly title: string;
  readonly choices: readonly Choice[];
  /** Id of what holds now. */
  readonly current: string | null;
  readonly pick: (id: string) => void;
}

/** One line of text to type in the command field. */
export interface Prompt {
  readonly title: string;
  /** What Enter does, as a sentence. */
  readonly hint: string;
  /** There at first, to be typed over. */
  readonly value: string;
  readonly done: (text: string) => void;
}

export type FieldMode =
  | { readonly type: 'closed' }
  | { readonly type: 'goto' }
  | { readonly type: 'commands' }
  /** What is typed is in search/searchStore.ts. */
  /** `stays` open after Enter, which then goes on to the next hit; else the rows have the keyboard again, as in less. */
  | { readonly type: 'search'; readonly stays: boolean }
  /** The same field for a layer of the filter: a new one, or (by its id) another pattern for one. */
  | { readonly type: 'filter'; readonly layer: number | null }
  | { readonly type: 'picker'; readonly picker: Picker }
  | { readonly type: 'prompt'; readonly prompt: Prompt };

export interface MenuPlace {
  /** Client px. */
  readonly x: number;
  readonly y: number;
}

export interface UiState {
  readonly session: SessionState;
  readonly connection: Connection;
  /** What is on screen is being waited for, longer than it should take. */
  readonly slow: boolean;
  /** Requests for what is on screen fail although the line holds. */
  readonly failing: boolean;
  /** Why the list of files could not be had at all. */
  readonly fatal: string | null;
  readonly version: string;
  readonly field: FieldMode;
  readonly help: boolean;
  readonly rowMenu: MenuPlace | null;
  readonly layout: Layout;
  readonly notices: readonly Notice[];
  readonly noticesOpen: boolean;
  /** Ids of the notices shown as toasts. */
  readonly toasts: readonly number[];
}

const LAYOUT_KEY = 'bigview.layout';
const MAX_NOTICES = 100;

export const uiStore = createStore<UiState>()(() => ({
  session: { status: 'starting' },
  connection: { status: 'connecting' },
  slow: false,
  failing: false,
  fatal: null,
  version: '',
  field: { type: 'closed' },
  help: false,
  rowMenu: null,
  layout: restoreLayout(readStored(LAYOUT_KEY)),
  notices: [],
  noticesOpen: false,
  toasts: [],
}));

export function useUi<T>(select: (state: UiState) => T): T {
  return useStore(uiStore, select);
}

export function openField(field: FieldMode): void {
  uiStore.setState({ field });
}

export function patchLayout(change: Partial<Layout>): void {
  const layout = { ...uiStore.getState().layout, ...change };
  uiStore.setState({ layout });
  writeStored(LAYOUT_KEY, layout);
}

/** Shows a tab of the side panel; closes the panel when it is shown already. */
export function togglePanel(tab: PanelTab): void {
  const { panelOpen, panelTab } = uiStore.getState().layout;
  patchLayout({ panelTab: tab, panelOpen: !panelOpen || panelTab !== tab });
}

let lastNotice = 0;

/** Tells about something that happened elsewhere than where the person looks; kept in the list of notifications. */
export function notify(kind: Notice['kind'], text: string): void {
  lastNotice += 1;
  const notice: Notice = { id: lastNotice, kind, text, at: Date.now() };
  uiStore.setState((state) => ({
    notices: [notice, ...state.notices].slice(0, MAX_NOTICES),
    toasts: [...state.toasts, notice.id].slice(-3),
  }));
}

export function dismissToast(id: number): void {
  uiStore.setState((state) => ({ toasts: state.toasts.filter((toast) => toast !== id) }));
}

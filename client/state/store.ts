/**
 * What the person is looking at, apart from the bytes themselves. One store; views read slices of it, and move by its
 * actions only. Nothing here knows the DOM.
 */
import { createStore } from 'zustand/vanilla';
import type { FileInfo } from '../../shared/protocol.ts';

export type ViewMode = 'hex' | 'text' | 'both';
export type Pane = 'hex' | 'text';
export type RevealAlign = 'nearest' | 'center' | 'top';

/** A wish that every mounted view of the file scrolls to a byte; a new `seq` is a new wish. */
export interface Reveal {
  readonly offset: number;
  /** Bytes from there on that are to be in view sideways, as far as they fit; absent: the one. */
  readonly length?: number;
  readonly align: RevealAlign;
  readonly seq: number;
}

/** How the leading one of two linked panes stands. The other one keeps the cursor level with it, or else has the same top. */
export interface Lead {
  readonly top: number;
  readonly cursor: number;
  /** Rows on screen from the top to the cursor; null while it is out of sight. */
  readonly level: number | null;
}

export interface FileView {
  readonly mode: ViewMode;
  /** The pane that has the keyboard. */
  readonly pane: Pane;
  /** The pane that was touched or scrolled last: in the linked view the other one follows it. */
  readonly leads: Pane;
  /** As reported by the leading pane of the linked view. */
  readonly lead: Lead | null;
  /** Byte under the block cursor; `size` only in an empty file (0). */
  readonly cursor: number;
  /** The other end of the selection, both ends included (see selectionExtent); null when nothing is selected. */
  readonly anchor: number | null;
  /** First byte of the first visible row of the active pane, as reported by it. */
  readonly top: number;
  /** Encoding chosen by the person, else null for the detected one. */
  readonly encoding: string | null;
  /** What lies before this byte is hidden, as asked by the person; 0: nothing. */
  readonly start: number;
  readonly reveal: Reveal;
  /** `seq` of the last wish that a view followed: a later one waits for a view to be mounted. */
  readonly followed: number;
}

export type Theme = 'system' | 'dark' | 'light';

/** Remembered in the browser. */
export interface Settings {
  readonly theme: Theme;
  /** Bytes per hex row, 8–64, or as many as fit. */
  readonly rowBytes: number | 'fit';
  readonly grouping: 1 | 2 | 4 | 8;
  readonly addressRadix: 'hex' | 'decimal';
  /** Text column of the hex view: ASCII only, or the file's encoding. */
  readonly textColumn: 'ascii' | 'encoding';
  readonly wrap: boolean;
  readonly tabSize: number;
  /** Words such as ERROR and DEBUG near the start of a line are coloured. */
  readonly levels: boolean;
  /** Colour escapes (SGR) are shown as symbols, like every other escape, instead of being obeyed. */
  readonly rawEscapes: boolean;
  /** Row font size, CSS px, 9–24; the row height follows. */
  readonly fontSize: number;
}

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  rowBytes: 16,
  grouping: 1,
  addressRadix: 'hex',
  textColumn: 'ascii',
  wrap: false,
  tabSize: 8,
  levels: true,
  rawEscapes: false,
  fontSize: 13,
};

export interface AppState {
  /** The run of the server that the files are of; null before there are any. */
  readonly run: string | null;
  readonly files: readonly FileInfo[];
  readonly activeFile: string | null;
  readonly views: Readonly<Record<string, FileView>>;
  readonly settings: Settings;
}

export interface MoveOptions {
  /** Other end of the selection; null (or absent) clears it. */
  readonly anchor?: number | null;
  /** How views follow; absent: the cursor moves and nothing scrolls. */
  readonly reveal?: RevealAlign;
  /** Bytes from the cursor on that are to be in view, too; absent: the cursor's. */
  readonly length?: number;
}

export interface AppActions {
  /** Views are kept by id, also those of another run. */
  setFiles(files: readonly FileInfo[], run?: string): void;
  updateFile(file: FileInfo): void;
  activate(fileId: string): void;
  /** Moves the cursor (clamped to the file). */
  move(fileId: string, cursor: number, options: MoveOptions): void;
  /** Asks the views to scroll without moving the cursor. */
  reveal(fileId: string, offset: number, align: RevealAlign): void;
  /** Hides what lies before `start`; 0 shows it again. */
  hideBefore(fileId: string, start: number): void;
  setTop(fileId: string, top: number, lead?: Lead): void;
  /** A view has followed the present wish. */
  setFollowed(fileId: string): void;
  patchView(fileId: string, patch: Partial<Pick<FileView, 'mode' | 'pane' | 'leads' | 'encoding'>>): void;
  patchSettings(patch: Partial<Settings>): void;
}

export type AppStore = AppState & AppActions;

function initialView(file: FileInfo): FileView {
  const pane: Pane = file.kind === 'text' ? 'text' : 'hex';
  return {
    mode: pane,
    pane,
    leads: pane,
    lead: null,
    cursor: 0,
    anchor: null,
    top: 0,
    encoding: null,
    start: 0,
    reveal: { offset: 0, align: 'top', seq: 0 },
    followed: 0,
  };
}

function clampCursor(offset: number, size: number): number {
  return Math.max(0, Math.min(Math.floor(offset), Math.max(0, size - 1)));
}

/** A file that became shorter takes the cursor and the selection along. The same view when it did not. */
function within(
  view: FileView | undefined,
  file: FileInfo,
  known: FileInfo | undefined,
  anotherRun = false,
): FileView | undefined {
  // Of another state of the file nobody has asked to hide any. Every run counts generations anew.
  const other = anotherRun ? known?.identity !== file.identity : known?.generation !== file.generation;
  const renewed = view && view.start > 0 && (other || view.start > file.size);
  const shown = renewed ? { ...view, start: 0 } : view;
  // A cursor in what is hidden comes out with the first byte after it.
  const comesOut = shown && shown.cursor < shown.start && shown.start < file.size;
  return inside(comesOut ? { ...shown, cursor: shown.start } : shown, file.size);
}

function inside(view: FileView | undefined, size: number): FileView | undefined {
  if (!view || Math.max(view.cursor, view.anchor ?? 0) < Math.max(1, size)) return view;
  const anchor = view.anchor === null ? null : clampCursor(view.anchor, size);
  return { ...view, cursor: clampCursor(view.cursor, size), anchor };
}

/** Of a file that was empty it shows with the first bytes what it is; unless somebody has chosen a view. */
function firstLook(view: FileView, file: FileInfo, known: FileInfo | undefined): FileView {
  if (!known || known.size > 0 || file.size === 0 || known.kind === file.kind) return view;
  const { mode, pane, leads } = initialView(file);
  return view.mode === initialView(known).mode ? { ...view, mode, pane, leads } : view;
}

/** The file that is shown; once it is closed, the one that took its place, else the first. */
function stillActive(state: AppState, files: readonly FileInfo[]): string | null {
  const { activeFile } = state;
  if (files.some(({ id }) => id === activeFile)) return activeFile;
  const next = state.files.find(({ id }) => id === activeFile)?.next?.id;
  return files.find(({ id }) => id === next)?.id ?? files[0]?.id ?? null;
}

/** Who goes to a place that is hidden wants to see it. */
function shownFrom(view: FileView, target: number): Partial<FileView> {
  return target < view.start ? { start: 0 } : {};
}

export const appStore = createStore<AppStore>()((set, get) => {
  const patch = (fileId: string, change: (view: FileView, file: FileInfo) => Partial<FileView>): void => {
    const file = get().files.find((candidate) => candidate.id === fileId);
    const view = get().views[fileId];
    if (!file || !view) return;
    set((state) => ({ views: { ...state.views, [fileId]: { ...view, ...change(view, file) } } }));
  };
  return {
    run: null,
    files: [],
    activeFile: null,
    views: {},
    settings: DEFAULT_SETTINGS,
    setFiles: (files, run) =>
      set((state) => {
        const anotherRun = run !== undefined && state.run !== null && run !== state.run;
        return {
          run: run ?? state.run,
          files,
          activeFile: stillActive(state, files),
          views: Object.fromEntries(
            files.map((file) => {
              const known = state.files.find(({ id }) => id === file.id);
              return [file.id, within(state.views[file.id], file, known, anotherRun) ?? initialView(file)];
            }),
          ),
        };
      }),
    updateFile: (file) => {
      const { files } = get();
      set((state) => ({ files: state.files.map((candidate) => (candidate.id === file.id ? file : candidate)) }));
      const before = get().views[file.id];
      const known = files.find(({ id }) => id === file.id);
      const view = within(before && firstLook(before, file, known), file, known);
      if (view && view !== before) patch(file.id, () => view);
    },
    activate: (fileId) => set({ activeFile: fileId }),
    move: (fileId, cursor, options) =>
      patch(fileId, (view, file) => {
        const target = clampCursor(cursor, file.size);
        const anchor = options.anchor ?? null;
        return {
          cursor: target,
          anchor: anchor === null ? null : clampCursor(anchor, file.size),
          ...shownFrom(view, target),
          ...(options.reveal && {
            reveal: {
              offset: target,
              align: options.reveal,
              seq: view.reveal.seq + 1,
              ...(options.length !== undefined && { length: options.length }),
            },
          }),
        };
      }),
    reveal: (fileId, offset, align) =>
      patch(fileId, (view, file) => ({
        ...shownFrom(view, clampCursor(offset, file.size)),
        reveal: { offset: clampCursor(offset, file.size), align, seq: view.reveal.seq + 1 },
      })),
    hideBefore: (fileId, start) =>
      patch(fileId, (view, file) => {
        const seen = Math.min(start, Math.max(0, file.size - 1));
        return { start, anchor: null, cursor: Math.max(view.cursor, seen) };
      }),
    setTop: (fileId, top, lead) => patch(fileId, (view) => (lead ? { top, lead } : view.top === top ? {} : { top })),
    setFollowed: (fileId) => patch(fileId, (view) => ({ followed: view.reveal.seq })),
    patchView: (fileId, change) =>
      patch(fileId, () => ({
        ...(change.pane && { leads: change.pane }),
        // Lines may begin elsewhere then.
        ...(change.encoding !== undefined && { start: 0 }),
        ...change,
      })),
    patchSettings: (change) => set((state) => ({ settings: { ...state.settings, ...change } })),
  };
});

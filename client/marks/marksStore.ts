/** The marks of the files that are open: the same in all tabs, kept between visits, in step with what becomes of the files. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { FileInfo } from '../../shared/protocol.ts';
import { counted } from '../../shared/units.ts';
import { type AppStore, appStore } from '../state/store.ts';
import { notify } from '../state/ui.ts';
import type { FileMarks } from './format.ts';
import { MAX_MARKS, type Mark } from './marks.ts';
import { MAX_FILES, MarkVault } from './markVault.ts';

interface MarksState {
  readonly byFile: Readonly<Record<string, FileMarks>>;
  /** The list was asked for by key: it takes the keyboard as soon as it is there. */
  readonly listWanted: boolean;
}

const vault = new MarkVault(() => localStorage);
const store = createStore<MarksState>()(() => ({ byFile: {}, listWanted: false }));
const NO_MARKS: readonly Mark[] = [];

export function marksOf(identity: string): readonly Mark[] {
  return store.getState().byFile[identity]?.marks ?? NO_MARKS;
}

export function useMarks(identity: string): readonly Mark[] {
  return useStore(store, (state) => state.byFile[identity]?.marks ?? NO_MARKS);
}

/** Whether the file was rewritten under its marks. */
export function useRewritten(identity: string): boolean {
  return useStore(store, (state) => state.byFile[identity]?.rewritten === true);
}

export function useListWanted(): boolean {
  return useStore(store, (state) => state.listWanted);
}

export function wantList(listWanted: boolean): void {
  store.setState({ listWanted });
}

function put(identity: string, file: FileMarks): void {
  store.setState(({ byFile }) => ({ byFile: { ...byFile, [identity]: file } }));
}

let told = false;

function keep(identity: string, file: FileMarks): void {
  put(identity, file);
  const { kept, forgotten } = vault.write(identity, file);
  if (forgotten.length > 0) {
    const which = forgotten.length === 1 ? forgotten[0] : `${counted(forgotten.length, 'file')}`;
    notify(
      'warning',
      `Marks of ${which} were forgotten to make room: those of ${MAX_FILES} files are kept, the latest.`,
    );
  }
  if (!kept && !told)
    notify('warning', 'The browser does not keep marks: its storage is full or switched off. Export them.');
  told = !kept;
}

function recordOf({ identity, path, size }: FileInfo): FileMarks {
  const known = store.getState().byFile[identity];
  return { rewritten: false, marks: NO_MARKS, ...known, path, size, usedAt: Date.now() };
}

/** Changes the marks of a file; false, with a notice, when they would be too many. */
export function changeMarks(file: FileInfo, change: (marks: readonly Mark[]) => readonly Mark[]): boolean {
  const record = recordOf(file);
  const marks = change(record.marks);
  if (marks.length > MAX_MARKS && marks.length > record.marks.length) {
    notify('warning', `A file has at most ${counted(MAX_MARKS, 'mark')}. Remove some to set others.`);
    return false;
  }
  keep(file.identity, { ...record, marks, rewritten: record.rewritten && marks.length > 0 });
  return true;
}

/** The person has seen that the file was rewritten. */
export function acceptRewrite(file: FileInfo): void {
  keep(file.identity, { ...recordOf(file), rewritten: false });
}

/** Generation of each file, by id and identity, when it was last looked at. */
const generations = new Map<string, number>();

function look(file: FileInfo): void {
  const { id, identity, generation, size } = file;
  const key = `${id} ${identity}`;
  const before = generations.get(key);
  generations.set(key, generation);
  const known = store.getState().byFile[identity];
  if (!known) {
    const found = vault.read(identity);
    if (!found) return;
    // A file that is shorter than when it was last seen was cut, or written anew, while nobody looked.
    const rewritten = found.rewritten || size < found.size;
    keep(identity, { ...found, path: file.path, size, usedAt: Date.now(), rewritten });
    return;
  }
  if (known.marks.length === 0 || before === undefined || generation <= before || known.rewritten) return;
  keep(identity, { ...recordOf(file), rewritten: true });
}

/** Reads the marks of files as they are opened, and keeps tabs in step, from now on. */
export function followMarks(): void {
  const lookAtAll = (state: AppStore): void => state.files.forEach(look);
  lookAtAll(appStore.getState());
  appStore.subscribe((state, before) => {
    if (state.files !== before.files) lookAtAll(state);
  });
  window.addEventListener('storage', ({ storageArea, key }) => {
    const identity = storageArea === localStorage ? vault.identityOf(key) : null;
    if (identity === null) return;
    const known = store.getState().byFile[identity];
    const open = appStore.getState().files.some((file) => file.identity === identity);
    const found = vault.read(identity);
    if (found && open) put(identity, found);
    else if (known) put(identity, { ...known, marks: NO_MARKS, rewritten: false });
  });
}

/**
 * "Clear from here": what the file holds now is hidden from its views; the file itself, and the numbers of its lines, stay. The tab
 * remembers it when it is loaded anew, for the same state of the file.
 */
import type { FileInfo } from '../../shared/protocol.ts';
import { api } from './documents.ts';
import { currentRun } from './session.ts';
import { appStore } from './store.ts';
import type { Active } from './useApp.ts';

/** Where the file ends, or where its last line begins that has no end yet: it would be cut in two. */
async function presentEnd({ file, view }: Active): Promise<number> {
  if (file.size === 0 || view.mode === 'hex') return file.size;
  try {
    const query = { offset: file.size - 1, count: 1, text: 0 as const, generation: file.generation };
    const encoding = view.encoding === null ? {} : { encoding: view.encoding };
    const last = (await api.lines(file.id, { ...query, ...encoding })).lines[0];
    if (!last || last.column === null) return file.size;
    const end = last.offset + last.length + last.terminatorLength;
    return last.terminatorLength > 0 ? Math.min(end, file.size) : last.offset - last.column;
  } catch {
    // What cannot be read now is hidden as well as what can.
    return file.size;
  }
}

export async function clearFromHere(active: Active): Promise<void> {
  const { generation } = active.file;
  const start = await presentEnd(active);
  const file = appStore.getState().files.find(({ id }) => id === active.file.id);
  if (file?.generation === generation) appStore.getState().hideBefore(file.id, start);
}

const KEY = 'bigview.hidden';

/** Names a state of a file: generations are those of one run of the server. */
const stateOf = ({ id, generation }: FileInfo): string => `${currentRun()} ${id} ${generation}`;

function readHidden(): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

/** Hides what this tab had hidden before it was loaded anew. */
export function restoreHidden(files: readonly FileInfo[]): void {
  const hidden = readHidden();
  for (const file of files) {
    const start = hidden[stateOf(file)];
    const valid = typeof start === 'number' && Number.isSafeInteger(start) && start > 0 && start <= file.size;
    if (valid) appStore.getState().hideBefore(file.id, start);
  }
}

/** Remembers from now on what is hidden. */
export function rememberHidden(): () => void {
  let written = '';
  return appStore.subscribe(({ files, views }, before) => {
    if (views === before.views) return;
    const starts = files.map((file) => [stateOf(file), views[file.id]?.start ?? 0] as const);
    const text = JSON.stringify(Object.fromEntries(starts.filter(([, start]) => start > 0)));
    if (text === written) return;
    written = text;
    try {
      sessionStorage.setItem(KEY, text);
    } catch {
      // Without a memory all is shown after the next load.
    }
  });
}

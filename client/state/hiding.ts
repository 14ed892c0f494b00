/** "Clear from here": what the file holds now is hidden from its views; the file itself, and the numbers of its lines, stay. */
import { api } from './documents.ts';
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

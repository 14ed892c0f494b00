/** Setting marks and going to them. Everything is about the file that is shown. */
import { selectionExtent } from '../../shared/extent.ts';
import type { FileInfo } from '../../shared/protocol.ts';
import { jumpTo } from '../state/addressBar.ts';
import { cursorLineNow } from '../state/cursorLine.ts';
import { api } from '../state/documents.ts';
import { appStore } from '../state/store.ts';
import type { Tint } from '../state/tints.ts';
import { notify, openField } from '../state/ui.ts';
import { type Active, activeOf } from '../state/useApp.ts';
import { type Mark, markAt, sameMark, stepMark, withMark, withoutMark } from './marks.ts';
import { changeMarks, marksOf } from './marksStore.ts';

/** The next mark has the colour that was picked last. */
let nextTint: Tint = 7;

export function rememberTint(tint: Tint): void {
  nextTint = tint;
}

type Place = Pick<Mark, 'offset' | 'length'>;

/** What there is to mark: the selected bytes, the line in the text view, the byte in the hex view; null while that is not known. */
function placeNow({ view }: Active): Place | null {
  const selected = selectionExtent(view.cursor, view.anchor);
  if (selected) return { offset: selected.offset, length: selected.end - selected.offset };
  if (view.pane === 'hex') return { offset: view.cursor, length: 1 };
  const line = cursorLineNow();
  return line && { offset: line.offset, length: 0 };
}

/** As placeNow, with the start of the line from the server. Rejects as Api.lines. */
async function placeToMark(active: Active): Promise<Place | null> {
  const known = placeNow(active);
  if (known) return known;
  const { file, view } = active;
  const encoding = view.encoding === null ? {} : { encoding: view.encoding };
  const reply = await api.lines(file.id, { offset: view.cursor, count: 1, text: 0, ...encoding });
  const line = reply.lines[0];
  return line ? { offset: line.offset, length: 0 } : null;
}

let last = Promise.resolve();

/** Keys act in the order in which they were pressed, also while the start of a line is being looked up. */
function inTurn(act: (active: Active, place: Place) => void): void {
  const active = activeOf(appStore.getState());
  if (!active || active.file.size === 0) return;
  const place = placeToMark(active);
  last = last.then(async () => {
    try {
      const found = await place;
      if (found) act(active, found);
    } catch (error) {
      notify('error', `Not marked: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** What was unmarked last, by key: the same key at the same place brings it back as it was. */
let unmarked: { readonly identity: string; readonly mark: Mark } | null = null;

/** The place as a new mark, or as the one that was just taken from there. */
function markOf({ identity }: FileInfo, place: Place): Mark {
  const before = unmarked?.identity === identity && sameMark(unmarked.mark, place) ? unmarked.mark : null;
  return before ?? { ...place, name: '', tint: nextTint };
}

export function toggleMark(): void {
  inTurn(({ file }, place) => {
    const there = markAt(marksOf(file.identity), place);
    if (!there) {
      changeMarks(file, (marks) => withMark(marks, markOf(file, place)));
      return;
    }
    changeMarks(file, (marks) => withoutMark(marks, there));
    unmarked = { identity: file.identity, mark: there };
    if (there.name !== '') notify('info', `The mark ${there.name} was taken away; m at its place brings it back.`);
  });
}

/** Lets the name of the mark be typed; the place is marked with it unless it is. */
export function nameMark(): void {
  const active = activeOf(appStore.getState());
  if (!active || active.file.size === 0) return;
  const now = placeNow(active);
  const before = now && markAt(marksOf(active.file.identity), now);
  const value = before?.name ?? '';
  const done = (text: string): void =>
    // The place is that of the cursor now: moves may have been on their way when the field was opened.
    inTurn(({ file }, place) => {
      const there = markAt(marksOf(file.identity), place);
      const mark = there ?? markOf(file, place);
      const name = there !== null && text === value ? there.name : text.trim();
      changeMarks(file, (marks) => withMark(marks, { ...mark, name }));
    });
  const hint = before ? 'Enter keeps the name of the mark.' : 'Enter sets the mark; it may do without a name.';
  openField({ type: 'prompt', prompt: { title: 'Name of the mark', hint, value, done } });
}

export function goToMark(file: FileInfo, mark: Mark): void {
  jumpTo(file.id, mark.offset);
}

export function stepToMark(direction: 'next' | 'previous'): void {
  const active = activeOf(appStore.getState());
  if (!active) return;
  const { file, view } = active;
  const marks = marksOf(file.identity);
  const found = stepMark(marks, view.cursor, direction, file.size);
  if (!found) {
    const none = marks.length === 0 ? 'There are no marks in this file; m sets one.' : 'All marks are past the end.';
    notify('info', none);
    return;
  }
  if (found.around && found.mark.offset === view.cursor) notify('info', 'This is the only mark.');
  else if (found.around) notify('info', direction === 'next' ? 'On from the first mark.' : 'On from the last mark.');
  goToMark(file, found.mark);
}

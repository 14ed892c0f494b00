/** Marks out of and into files. */
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted } from '../../../shared/units.ts';
import { exportMarks, importMarks, markdownOf } from '../../marks/exchange.ts';
import { gatherMarks } from '../../marks/gather.ts';
import { merged } from '../../marks/marks.ts';
import { changeMarks, marksOf } from '../../marks/marksStore.ts';
import { appStore } from '../../state/store.ts';
import { notify } from '../../state/ui.ts';
import { activeOf } from '../../state/useApp.ts';
import { chooseText, saveText } from '../files.ts';

/** Adds the marks of an exported file. */
function takeIn(file: FileInfo, text: string): void {
  try {
    const { marks, identity } = importMarks(text);
    if (!changeMarks(file, (before) => merged(before, marks))) return;
    const foreign = identity !== null && identity !== file.identity;
    const past = marks.filter(({ offset }) => offset >= file.size).length;
    const notes = [
      foreign ? ' They were set in another file.' : '',
      past > 0 ? ` ${counted(past, 'mark')} of them ${past === 1 ? 'is' : 'are'} past the end of this file.` : '',
    ];
    const kind = foreign || past > 0 ? 'warning' : 'success';
    notify(kind, `${counted(marks.length, 'mark')} came in.${notes.join('')}`);
  } catch (error) {
    notify('error', `Not imported. ${error instanceof Error ? error.message : String(error)}`);
  }
}

export async function saveMarks(form: 'markdown' | 'json'): Promise<void> {
  const active = activeOf(appStore.getState());
  if (!active) return;
  const { file, view } = active;
  try {
    const marks = await gatherMarks(file, view.encoding, marksOf(file.identity));
    if (form === 'json') saveText(`${file.name}.marks.json`, 'application/json', exportMarks(file, marks));
    else saveText(`${file.name}.marks.md`, 'text/markdown', markdownOf(file, marks));
  } catch (error) {
    notify('error', `Not exported: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export async function takeChosen(): Promise<void> {
  const active = activeOf(appStore.getState());
  if (!active) return;
  try {
    takeIn(active.file, await chooseText('application/json,.json'));
  } catch (error) {
    notify('error', `Not imported. ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What marks can do by command. */
import { nameMark, stepToMark, takeIn, toggleMark } from '../../marks/commands.ts';
import { exportMarks, markdownOf } from '../../marks/format.ts';
import { gatherMarks } from '../../marks/gather.ts';
import { marksOf, useMarks, wantList } from '../../marks/marksStore.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import { appStore } from '../../state/store.ts';
import { notify, togglePanel, uiStore } from '../../state/ui.ts';
import { activeOf, useActiveFile, useApp } from '../../state/useApp.ts';
import { chooseText, saveText } from '../files.ts';

async function save(form: 'markdown' | 'json'): Promise<void> {
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

async function takeChosen(): Promise<void> {
  const active = activeOf(appStore.getState());
  if (!active) return;
  try {
    takeIn(active.file, await chooseText('application/json,.json'));
  } catch (error) {
    notify('error', `Not imported. ${error instanceof Error ? error.message : String(error)}`);
  }
}

const HANDLERS: CommandHandlers = {
  'mark.toggle': toggleMark,
  'mark.edit': nameMark,
  'mark.next': () => stepToMark('next'),
  'mark.previous': () => stepToMark('previous'),
  'mark.import': () => void takeChosen(),
  'mark.panel': () => {
    togglePanel('marks');
    wantList(uiStore.getState().layout.panelOpen);
  },
};

const EXPORTS: CommandHandlers = {
  'mark.exportMarkdown': () => void save('markdown'),
  'mark.exportJson': () => void save('json'),
};

export function useMarkCommands(): void {
  const file = useActiveFile();
  const some = useMarks(file?.identity ?? '').length > 0;
  useCommandHandlers(
    HANDLERS,
    useApp((state) => state.activeFile !== null),
  );
  useCommandHandlers(EXPORTS, some);
}

/** What marks can do by command. */
import { nameMark, stepToMark, toggleMark } from '../../marks/commands.ts';
import { useMarks, wantList } from '../../marks/marksStore.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import { notify, togglePanel, uiStore } from '../../state/ui.ts';
import { useActiveFile, useApp } from '../../state/useApp.ts';

/** Files are rarely made: what makes them is loaded when it is asked for. */
function withExchange(use: (exchange: typeof import('./exchangeMarks.ts')) => Promise<void>): () => void {
  return () => {
    import('./exchangeMarks.ts').then(use).catch((error: unknown) => {
      notify('error', `This cannot be done now: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
}

const HANDLERS: CommandHandlers = {
  'mark.toggle': toggleMark,
  'mark.edit': nameMark,
  'mark.next': () => stepToMark('next'),
  'mark.previous': () => stepToMark('previous'),
  'mark.import': withExchange(({ takeChosen }) => takeChosen()),
  'mark.panel': () => {
    togglePanel('marks');
    wantList(uiStore.getState().layout.panelOpen);
  },
};

const EXPORTS: CommandHandlers = {
  'mark.exportMarkdown': withExchange(({ saveMarks }) => saveMarks('markdown')),
  'mark.exportJson': withExchange(({ saveMarks }) => saveMarks('json')),
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

/** What following and rotated files can do by command. */
import { filterStore } from '../../filter/filterStore.ts';
import { isShown } from '../../search/visible.ts';
import { type CommandHandlers, runCommand, useCommandHandlers } from '../../state/commandRegistry.ts';
import { tellFollow } from '../../state/follow.ts';
import { clearFromHere } from '../../state/hiding.ts';
import { closeRotated, followNewFile } from '../../state/rotation.ts';
import { appStore } from '../../state/store.ts';
import { type Active, activeOf, useActiveFile, useActiveView } from '../../state/useApp.ts';

function withActive(act: (active: Active) => void): () => void {
  return () => {
    const active = activeOf(appStore.getState());
    if (active) act(active);
  };
}

const HANDLERS: CommandHandlers = {
  'follow.toggle': withActive(({ file }) => tellFollow('toggle', file)),
  'view.clear': withActive((active) => void clearFromHere(active)),
  'move.pageOrFollow': withActive(({ file, view }) => {
    const last = { offset: Math.max(0, file.size - 1), end: file.size };
    const pane = filterStore.getState().below ? 'filtered' : view.pane;
    if (file.size === 0 || isShown(file.id, pane, last)) tellFollow('toggle', file);
    else runCommand('move.pageDown');
  }),
};

export function useFollowCommands(): void {
  const file = useActiveFile();
  const hidden = useActiveView()?.start ?? 0;
  useCommandHandlers(HANDLERS, file !== null);
  useCommandHandlers(
    { 'view.showAll': withActive((active) => appStore.getState().hideBefore(active.file.id, 0)) },
    hidden > 0,
  );
  useCommandHandlers(
    { 'file.switch': withActive((active) => followNewFile(active.file)) },
    file?.pathState === 'replaced',
  );
  useCommandHandlers(
    { 'file.close': withActive((active) => void closeRotated(active.file)) },
    file?.role === 'rotated',
  );
}

/**
 * Keys act in the order in which they are pressed. A move may have to wait for rows that are not here yet (useTextCommands.ts); what
 * acts on where it leads (copying, marking, switching the view) then waits behind it.
 */
import type { CommandId } from './commands.ts';

/** They open something that takes the next keys, or end the waiting: never late. */
const AT_ONCE: readonly CommandId[] = ['select.clear', 'view.menu'];
/** They take the rows away that a move waits for. */
const SWITCHES: readonly CommandId[] = ['view.toggle', 'view.hex', 'view.text', 'view.both', 'view.pane'];

/** Keeps `act` for when the moves that wait now are done; false when none do. */
export type KeepForLater = (act: () => void) => boolean;

let keep: KeepForLater | null = null;

/** From now on what depends on moves is offered to `keeper`; returns how to end that. */
export function holdBehindMoves(keeper: KeepForLater): () => void {
  keep = keeper;
  return () => {
    if (keep === keeper) keep = null;
  };
}

/** True when `act` was kept for later: moves before it still wait. `rows`: the command is one of the rows. */
export function heldBehindMoves(id: CommandId, rows: boolean, act: () => void): boolean {
  const depends = SWITCHES.includes(id) || (rows && !id.startsWith('move.') && !AT_ONCE.includes(id));
  return depends && (keep?.(act) ?? false);
}

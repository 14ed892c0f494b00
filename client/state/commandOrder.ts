/**
 * Keys act in the order in which they are pressed. A move may have to wait for rows that are not here yet (useTextCommands.ts); what
 * acts on where it leads (copying, marking, switching the view) then waits behind it, but never longer than PATIENCE_MS: a key that
 * seems dead is worse than one that acts where the cursor was.
 */
import type { CommandId } from './commands.ts';

const PATIENCE_MS = 1_500;

/** They open something that takes the next keys, or end the waiting: never late. */
const AT_ONCE: readonly CommandId[] = ['select.clear', 'view.menu', 'mark.edit'];
/** They take the rows away that a move waits for, or go on from where it leads. */
const SWITCHES: readonly CommandId[] = [
  'view.toggle',
  'view.hex',
  'view.text',
  'view.both',
  'view.pane',
  'filter.toggle',
  'filter.display',
  'filter.next',
  'filter.previous',
];

let waits: (() => boolean) | null = null;
let held: (() => void)[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;

/** While `areWaiting` returns true, commands are held; returns how to end that. */
export function holdBehindMoves(areWaiting: () => boolean): () => void {
  waits = areWaiting;
  return () => {
    if (waits === areWaiting) waits = null;
    releaseHeld();
  };
}

/** Whether the command acts on where the moves before it lead. */
function depends(id: CommandId, rows: boolean): boolean {
  return SWITCHES.includes(id) || (rows && !id.startsWith('move.') && !AT_ONCE.includes(id));
}

/** True when `act` was kept for later: moves before it still wait. `rows`: the command is one of the rows. */
export function heldBehindMoves(id: CommandId, rows: boolean, act: () => void): boolean {
  if (waits?.() !== true || !depends(id, rows)) return false;
  held.push(act);
  timer ??= setTimeout(releaseHeld, PATIENCE_MS);
  return true;
}

/** The moves are done: what was held is carried out. */
export function releaseHeld(): void {
  if (timer !== null) clearTimeout(timer);
  timer = null;
  for (const act of held.splice(0)) act();
}

/** What was held is given up with the moves before it. */
export function dropHeld(): void {
  held = [];
  releaseHeld();
}

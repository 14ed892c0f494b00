/**
 * Who does a command right now. Views and the frame register handlers while they are active; the last to register for a
 * command has it, and the one before gets it back when that one goes. One keydown listener (`listenForKeys`) turns presses
 * into commands for the whole page.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { heldBehindMoves } from './commandOrder.ts';
import { COMMANDS, type Command, type CommandId, type CommandScope } from './commands.ts';
import { type Chord, type KeyPress, matchesChord, parseChord } from './keys.ts';

export interface Invocation {
  /** Shift was held on a moving key: the selection extends to where the cursor goes. */
  readonly extend: boolean;
}

export type CommandHandler = (invocation: Invocation) => void;
export type CommandHandlers = Partial<Record<CommandId, CommandHandler>>;

const NOT_EXTENDING: Invocation = { extend: false };
const registered: CommandHandlers[] = [];
const listeners = new Set<() => void>();
let version = 0;

function changed(): void {
  version += 1;
  for (const listener of listeners) listener();
}

/** Adds handlers and returns the function that takes them away again. */
export function registerCommands(handlers: CommandHandlers): () => void {
  registered.push(handlers);
  changed();
  return () => {
    registered.splice(registered.indexOf(handlers), 1);
    changed();
  };
}

function handlerOf(id: CommandId): CommandHandler | undefined {
  for (let at = registered.length - 1; at >= 0; at--) {
    const handler = registered[at]?.[id];
    if (handler) return handler;
  }
  return undefined;
}

/** True while something can do the command. */
export function canRun(id: CommandId): boolean {
  return handlerOf(id) !== undefined;
}

const ROWS_COMMANDS: ReadonlySet<CommandId> = new Set(
  COMMANDS.filter(({ scope }) => scope === 'rows').map(({ id }) => id),
);

/** Does the command, behind the moves that still wait; false when nobody can at the moment. */
export function runCommand(id: CommandId, invocation: Invocation = NOT_EXTENDING): boolean {
  const handler = handlerOf(id);
  if (handler === undefined) return false;
  if (!heldBehindMoves(id, ROWS_COMMANDS.has(id), () => handlerOf(id)?.(invocation))) handler(invocation);
  return true;
}

/**
 * Registers handlers while `active` is true. The object may be a new one at every render: the newest functions are called,
 * but which commands it has is read when it becomes active.
 */
export function useCommandHandlers(handlers: CommandHandlers, active: boolean): void {
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const ids = Object.keys(handlers).join(' ');
  useEffect(() => {
    if (!active || ids === '') return undefined;
    const forward = (id: string): [string, CommandHandler] => [id, (how) => latest.current[id as CommandId]?.(how)];
    return registerCommands(Object.fromEntries(ids.split(' ').map(forward)));
  }, [active, ids]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Re-renders whenever the set of commands that can run changes. */
export function useCommandsVersion(): number {
  return useSyncExternalStore(subscribe, () => version);
}

export const isMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform);

const EXTENDING_KEY = /^(Arrow\w+|Page(Up|Down)|Home|End)$/;

interface Binding {
  readonly command: Command<CommandId>;
  readonly chord: Chord;
  readonly extend: boolean;
}

const BINDINGS: readonly Binding[] = COMMANDS.flatMap((command): Binding[] =>
  command.keys.flatMap((text): Binding[] => {
    const chord = parseChord(text);
    const plain: Binding = { command, chord, extend: false };
    const extends_ = command.id.startsWith('move.') && EXTENDING_KEY.test(chord.key);
    return extends_ ? [plain, { command, chord: { ...chord, shift: true }, extend: true }] : [plain];
  }),
);

export interface CommandMatch extends Invocation {
  readonly command: Command<CommandId>;
  readonly chord: Chord;
}

/** The command that a key press means in a scope (`rows` includes what works everywhere), or null. */
export function commandForEvent(event: KeyPress, scope: CommandScope, mac = isMac): CommandMatch | null {
  for (const binding of BINDINGS) {
    if (binding.command.scope === 'rows' && scope !== 'rows') continue;
    if (matchesChord(event, binding.chord, mac)) return binding;
  }
  return null;
}

/** Elements inside which keys type or choose: only chords that cannot be typing work there. */
const TYPING =
  'input, textarea, select, [contenteditable]:not([contenteditable="false"]), [role="menu"], [role="dialog"]';

/** Marks the part of the page where the keys of `rows` commands work. */
export const ROWS_SCOPE_ATTRIBUTE = 'data-rows-scope';

/** Listens on the window; what an element has already handled (`preventDefault`) is left alone. */
export function listenForKeys(target: Window): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const element = event.target instanceof Element ? event.target : null;
    const typing = element?.closest(TYPING) != null;
    const nowhere = element === null || element === element.ownerDocument.body;
    const rows = !typing && (nowhere || element.closest(`[${ROWS_SCOPE_ATTRIBUTE}]`) !== null);
    const match = commandForEvent(event, rows ? 'rows' : 'global');
    if (!match) return;
    if (typing && !match.chord.ctrl && !match.chord.alt && !/^F\d+$/.test(match.chord.key)) return;
    if (runCommand(match.command.id, { extend: match.extend })) event.preventDefault();
  };
  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}

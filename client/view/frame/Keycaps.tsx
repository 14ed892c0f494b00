import { isMac } from '../../state/commandRegistry.ts';
import { COMMANDS, type Command, type CommandId } from '../../state/commands.ts';
import { ariaChord, keycaps } from '../../state/keys.ts';

export function commandOf(id: CommandId): Command<CommandId> {
  const found = COMMANDS.find((command) => command.id === id);
  if (!found) throw new Error(`no command ${id}`);
  return found;
}

/** A chord as keys on a keyboard. */
export function Keycaps({ chord }: { readonly chord: string }) {
  return (
    <span className="keycaps">
      {keycaps(chord, isMac).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}

/** The first shortcut of a command for `aria-keyshortcuts`. */
export function ariaKeys(id: CommandId): string | undefined {
  const first = commandOf(id).keys[0];
  return first === undefined ? undefined : ariaChord(first, isMac);
}

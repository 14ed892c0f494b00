import type { LucideIcon } from 'lucide-react';
import { runCommand } from '../../state/commandRegistry.ts';
import type { CommandId } from '../../state/commands.ts';
import { ariaKeys, commandOf } from './Keycaps.tsx';

interface CommandButtonProps {
  readonly command: CommandId;
  readonly icon: LucideIcon;
  /** Name, where the command's title would be too general. */
  readonly label?: string;
  /** For switches. */
  readonly pressed?: boolean;
}

/** A button in the bars that does a command; its tooltip has the name and the shortcut. */
export function CommandButton({ command, icon: Icon, label, pressed }: CommandButtonProps) {
  const name = label ?? commandOf(command).title.replace(/ …$/, '');
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={name}
      aria-pressed={pressed}
      aria-keyshortcuts={ariaKeys(command)}
      data-tip={name}
      data-tip-command={command}
      onClick={() => runCommand(command)}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}

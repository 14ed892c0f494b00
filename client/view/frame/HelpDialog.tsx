/** The keys, grouped, from the same table that drives them. Loaded when it is asked for. */
import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { COMMANDS, type CommandGroup } from '../../state/commands.ts';
import { uiStore, useUi } from '../../state/ui.ts';
import { focusRows } from './focus.ts';
import { GOTO_EXAMPLES } from './GotoPanel.tsx';
import { Keycaps } from './Keycaps.tsx';
import './help.css';

const GROUPS: readonly CommandGroup[] = ['Move', 'Select', 'View', 'Find', 'Filter', 'Mark', 'File', 'Help'];

/** Nine commands in a row that differ in a digit: the first one tells. */
const LIKE_ANOTHER = /^highlight\.quick[2-9]$/;

function Group({ group }: { readonly group: CommandGroup }) {
  const commands = COMMANDS.filter(
    ({ id, group: own, keys }) => own === group && keys.length > 0 && !LIKE_ANOTHER.test(id),
  );
  if (commands.length === 0) return null;
  return (
    <section className="help-group">
      <h3>{group}</h3>
      <dl>
        {commands.map((command) => (
          <div key={command.id}>
            <dt>{command.title.replace(/ …$/, '')}</dt>
            <dd>
              {command.keys.map((chord) => (
                <Keycaps key={chord} chord={chord} />
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function HelpDialog() {
  const version = useUi((state) => state.version);
  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) uiStore.setState({ help: false });
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className="scrim" />
        <Dialog.Popup
          className="help layer"
          finalFocus={() => {
            requestAnimationFrame(focusRows);
            return false;
          }}
        >
          <header className="help-header">
            <Dialog.Title className="help-title">Keyboard shortcuts</Dialog.Title>
            {version !== '' && <span className="help-version tabular">bigview {version}</span>}
            <Dialog.Close className="icon-button" aria-label="Close">
              <X className="icon" aria-hidden="true" />
            </Dialog.Close>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long text that the keyboard must be able to scroll */}
          <section className="help-body scrolls" tabIndex={0} aria-label="Shortcuts">
            {GROUPS.map((group) => (
              <Group key={group} group={group} />
            ))}
            <section className="help-group">
              <h3>Places to go to</h3>
              <dl>
                {GOTO_EXAMPLES.map(({ input, meaning }) => (
                  <div key={input}>
                    <dt>{meaning}</dt>
                    <dd>
                      <code className="mono">{input}</code>
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
            <p className="help-note">
              There are nine colours: <Keycaps chord="Ctrl+Shift+1" /> to <Keycaps chord="Ctrl+Shift+9" />. Shift with
              an arrow, Page, Home or End key extends the selection. <Keycaps chord="Escape" /> over the rows takes away
              one thing at a time: the selection, a search under way, a note, the marks of a search, which{' '}
              <Keycaps chord="n" /> brings back. All commands, with and without keys, are in the list of{' '}
              <Keycaps chord="Ctrl+K" />.
            </p>
          </section>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

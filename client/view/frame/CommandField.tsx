/**
 * The one field in the top bar. What is typed decides: `>` lists commands, anything else is a place to go to (a `:` in front is
 * allowed). A command that needs a choice turns it into a picker.
 */
import { Compass, ListFilter, SquareChevronRight } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { jumpTo } from '../../state/addressBar.ts';
import { type FieldMode, notify, openField, uiStore, useUi } from '../../state/ui.ts';
import { useActiveFile, useActiveView } from '../../state/useApp.ts';
import { focusRows } from './focus.ts';
import { GotoPanel } from './GotoPanel.tsx';
import { Keycaps } from './Keycaps.tsx';
import { type OptionEntry, OptionList, useOptions } from './OptionList.tsx';
import { resolveTarget, targetOf, useGoto } from './useGoto.ts';
import './commandField.css';

const PREFIX: Readonly<Record<FieldMode['type'], string>> = { closed: '', goto: '', commands: '>', picker: '' };
const ICONS = { closed: Compass, goto: Compass, commands: SquareChevronRight, picker: ListFilter } as const;

function placeholder(mode: FieldMode): string {
  if (mode.type === 'picker') return mode.picker.title;
  return mode.type === 'commands' ? 'Command' : 'Go to offset or line';
}

function useFieldText(mode: FieldMode): [string, (text: string) => void] {
  const [text, setText] = useState('');
  // A mode that was asked for from elsewhere starts with a field of its own.
  useEffect(() => setText(PREFIX[mode.type]), [mode]);
  return [text, setText];
}

function close(): void {
  openField({ type: 'closed' });
  focusRows();
}

export function CommandField() {
  const mode = useUi((state) => state.field);
  const file = useActiveFile();
  const view = useActiveView();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useFieldText(mode);
  const commands = mode.type === 'commands' || (mode.type === 'goto' && text.startsWith('>'));
  const listing = commands || mode.type === 'picker';
  const input = text.replace(/^:/, '');
  const goto = useGoto(mode.type === 'goto' && !commands ? input : '');
  const options = useOptions(mode, commands, text.replace(/^>/, ''));
  const Icon = commands ? ICONS.commands : ICONS[mode.type];

  useEffect(() => {
    if (mode.type !== 'closed') field.current?.focus();
  }, [mode]);

  const choose = (option: OptionEntry | undefined): void => {
    if (!option || option.disabled) return;
    close();
    option.run();
  };

  const go = async (): Promise<void> => {
    const target = targetOf(goto.outcome);
    if (!target || !file) return;
    const { preview } = goto;
    try {
      const offset =
        target.kind === 'offset' ? target.offset : ((preview ?? (await resolveTarget(target)))?.offset ?? null);
      // A file switch while the server looked for the line would put the cursor into the wrong one.
      if (offset === null) return;
      close();
      jumpTo(file.id, offset);
    } catch (error) {
      notify('error', error instanceof Error ? error.message : String(error));
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && listing) choose(options.active);
    else if (event.key === 'Enter') void go();
    else if (listing && (event.key === 'ArrowDown' || event.key === 'ArrowUp'))
      options.step(event.key === 'ArrowDown' ? 1 : -1);
    else if (listing && (event.key === 'PageDown' || event.key === 'PageUp'))
      options.step(event.key === 'PageDown' ? 8 : -8);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const open = mode.type !== 'closed';
  return (
    <div className={open ? 'field field-open' : 'field'}>
      <Icon className="icon field-icon" aria-hidden="true" />
      <input
        ref={field}
        className={listing ? 'field-input' : 'field-input mono'}
        role="combobox"
        aria-label={mode.type === 'picker' ? mode.picker.title : 'Go to, or > for commands'}
        aria-expanded={open}
        aria-controls="field-panel"
        aria-autocomplete="list"
        aria-activedescendant={listing ? options.activeId : undefined}
        aria-invalid={goto.outcome.kind === 'error' || undefined}
        value={open ? text : ''}
        placeholder={placeholder(mode)}
        disabled={!file}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={1000}
        onFocus={() => {
          if (uiStore.getState().field.type === 'closed') openField({ type: 'goto' });
        }}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={(event) => {
          if (!event.relatedTarget?.closest('.field')) openField({ type: 'closed' });
        }}
      />
      {!open && (
        <span className="field-hints" aria-hidden="true">
          <Keycaps chord=":" />
          <Keycaps chord=">" />
        </span>
      )}
      {open && (
        <div className="field-panel layer" id="field-panel">
          {listing ? (
            <OptionList options={options} onChoose={choose} />
          ) : (
            <GotoPanel input={input} state={goto} text={view?.pane === 'text'} onExample={setText} />
          )}
        </div>
      )}
    </div>
  );
}

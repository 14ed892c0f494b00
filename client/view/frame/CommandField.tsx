/**
 * The one field in the top bar. What is typed decides: `>` lists commands, `/` searches, `&` filters, anything else is a place to go to (a `:`
 * in front is allowed). A command that needs a choice turns it into a picker. While a file is searched, the closed field says for
 * what, and opens to it.
 */
import { Compass, Funnel, ListFilter, PencilLine, Search, SquareChevronRight } from 'lucide-react';
import { type FocusEvent, type KeyboardEvent, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { searchOf, useActiveSearch } from '../../search/searchStore.ts';
import { jumpTo } from '../../state/addressBar.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { type FieldMode, notify, openField, uiStore, useUi } from '../../state/ui.ts';
import { useActiveFile, useActiveView } from '../../state/useApp.ts';
import { applyToFilter } from '../filter/useFilterCommands.ts';
import { FieldSearch } from '../search/FieldSearch.tsx';
import { useSearchField, whenRight } from '../search/useSearchField.ts';
import { focusRows } from './focus.ts';
import { GotoPanel } from './GotoPanel.tsx';
import { Keycaps } from './Keycaps.tsx';
import { latePart } from './lateParts.ts';
import { type OptionEntry, OptionList, useOptions } from './OptionList.tsx';
import { asLine, evaluateHere, resolveTarget, targetOf, useGoto } from './useGoto.ts';
import './commandField.css';

const SearchFieldPanel = latePart(async () => (await import('../search/SearchFieldPanel.tsx')).SearchFieldPanel);

const PREFIX: Readonly<Record<FieldMode['type'], string>> = {
  closed: '',
  goto: '',
  commands: '>',
  picker: '',
  search: '',
  filter: '',
  prompt: '',
};
const ICONS = {
  closed: Compass,
  goto: Compass,
  commands: SquareChevronRight,
  picker: ListFilter,
  search: Search,
  filter: Funnel,
  prompt: PencilLine,
} as const;

function placeholder(mode: FieldMode, searched: string | undefined): string {
  if (mode.type === 'picker') return mode.picker.title;
  if (mode.type === 'prompt') return mode.prompt.title;
  if (mode.type === 'search') return 'Search';
  if (mode.type === 'filter') return 'Show only lines with …';
  if (mode.type === 'closed') return searched ?? 'Search, go to or do';
  return mode.type === 'commands' ? 'Command' : 'Go to offset or line';
}

function useFieldText(mode: FieldMode): [string, (text: string) => void] {
  const [text, setText] = useState('');
  // A mode that was asked for from elsewhere starts with a field of its own.
  useLayoutEffect(() => setText(mode.type === 'prompt' ? mode.prompt.value : PREFIX[mode.type]), [mode]);
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
  const search = useActiveSearch();
  const filtering = mode.type === 'filter' ? mode : null;
  const searching = mode.type === 'search' || filtering !== null;
  const find = useSearchField();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useFieldText(mode);
  const commands = mode.type === 'commands' || (mode.type === 'goto' && text.startsWith('>'));
  const listing = commands || mode.type === 'picker';
  const input = text.replace(/^:/, '');
  const goto = useGoto(mode.type === 'goto' && !commands ? input : '');
  const options = useOptions(mode, commands, text.replace(/^>/, ''));
  const Icon = commands ? ICONS.commands : mode.type === 'closed' && search ? Search : ICONS[mode.type];

  useEffect(() => {
    if (mode.type !== 'closed') field.current?.focus();
    // What was searched for last, or the name so far, is there to be typed over.
    if (mode.type === 'search' || mode.type === 'filter' || mode.type === 'prompt') field.current?.select();
  }, [mode]);

  const change = (typed: string): void => {
    if (searching) find.change(typed);
    else if (mode.type === 'goto' && /^[/&]/.test(typed)) {
      runCommand(typed.startsWith('/') ? 'search.open' : 'filter.open');
      find.change(typed.slice(1));
    } else setText(typed);
  };

  const choose = (option: OptionEntry | undefined): void => {
    if (!option || option.disabled) return;
    close();
    option.run();
  };

  const go = async (line: boolean): Promise<void> => {
    const meant = line ? asLine(input) : null;
    const target = targetOf(meant === null ? goto.outcome : evaluateHere(meant));
    if (!target || !file) return;
    const preview = meant === null ? goto.preview : null;
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
    else if (searching && event.key === 'Backspace' && find.typed === '') openField({ type: 'goto' });
    else if (filtering && event.key === 'Enter') {
      const { query } = find.reading;
      const other = event.altKey;
      // A wrong or missing pattern is said in the field.
      whenRight(query, () => {
        applyToFilter(query, filtering.layer, other);
        close();
      });
    } else if (searching) {
      if (!find.onKey(event)) return;
      if (event.key === 'Enter' && mode.type === 'search' && !mode.stays) whenRight(find.reading.query, close);
    } else if (event.key === 'Enter' && mode.type === 'prompt') {
      close();
      mode.prompt.done(text);
    } else if (event.key === 'Enter' && listing) choose(options.active);
    else if (event.key === 'Enter') void go(event.altKey);
    else if (listing && (event.key === 'ArrowDown' || event.key === 'ArrowUp'))
      options.step(event.key === 'ArrowDown' ? 1 : -1);
    else if (listing && (event.key === 'PageDown' || event.key === 'PageUp'))
      options.step(event.key === 'PageDown' ? 8 : -8);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const leave = (event: FocusEvent): void => {
    if (!(event.relatedTarget instanceof Element && event.relatedTarget.closest('.field')))
      openField({ type: 'closed' });
  };

  const open = mode.type !== 'closed';
  return (
    <div className={open ? 'field field-open' : 'field'}>
      <Icon className="icon field-icon" aria-hidden="true" />
      <input
        ref={field}
        className={listing || mode.type === 'prompt' || !open ? 'field-input' : 'field-input mono'}
        role="combobox"
        aria-label={
          mode.type === 'picker'
            ? mode.picker.title
            : mode.type === 'prompt'
              ? mode.prompt.title
              : filtering
                ? 'Filter'
                : searching
                  ? 'Search'
                  : 'Go to, or > for commands'
        }
        aria-expanded={open}
        aria-controls="field-panel"
        aria-autocomplete="list"
        aria-activedescendant={listing ? options.activeId : undefined}
        aria-invalid={goto.outcome.kind === 'error' || undefined}
        value={searching ? find.typed : open ? text : ''}
        placeholder={placeholder(mode, search?.query.pattern)}
        disabled={!file}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={searching ? 4096 : 1000}
        onFocus={() => {
          if (uiStore.getState().field.type !== 'closed') return;
          if (file && searchOf(file.id)) runCommand('search.field');
          else openField({ type: 'goto' });
        }}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={leave}
      />
      {!open && search && <FieldSearch search={search} />}
      {!open && !search && (
        <span className="field-hints" aria-hidden="true">
          <Keycaps chord="/" />
          <Keycaps chord="&" />
          <Keycaps chord=":" />
          <Keycaps chord=">" />
        </span>
      )}
      {open && (
        // biome-ignore lint/a11y/noStaticElementInteractions: keys and focus of the controls inside
        <div
          className="field-panel layer"
          id="field-panel"
          onBlur={leave}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close();
          }}
        >
          {searching ? (
            <Suspense fallback={<div className="search-panel" />}>
              <SearchFieldPanel reading={find.reading} filter={filtering} />
            </Suspense>
          ) : mode.type === 'prompt' ? (
            <p className="field-prompt">{mode.prompt.hint}</p>
          ) : listing ? (
            <OptionList options={options} onChoose={choose} />
          ) : (
            <GotoPanel input={input} state={goto} text={view?.pane === 'text'} onExample={setText} />
          )}
        </div>
      )}
    </div>
  );
}

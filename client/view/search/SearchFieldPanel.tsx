/** What is under the field while one types a search: kinds, switches, what is wrong and where, how far it is. Loaded late. */
import { ArrowDown, ArrowUp, CaseSensitive, CircleStop, type LucideIcon, WholeWord } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import type { FilterRole, SearchKind } from '../../../shared/protocol.ts';
import { formatPercent, formatRate, formatSize } from '../../../shared/units.ts';
import { filterStore, useFilters } from '../../filter/filterStore.ts';
import { checkQuery } from '../../search/check.ts';
import { summaryOf, troubleOf } from '../../search/describe.ts';
import { NUMBER_TYPES, numberTypeOf, patternStart, type Reading, sameQuery } from '../../search/query.ts';
import { type FileSearch, isRunning, patchDraft, useActiveSearch, useSearches } from '../../search/searchStore.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { useActiveView } from '../../state/useApp.ts';
import { Keycaps } from '../frame/Keycaps.tsx';
import { BYTE_ORDERS, keepFocus, type SegmentOption, Segments } from '../frame/Segments.tsx';
import { chooseKind, submit, tellWrongBy } from './useSearchField.ts';

interface KindChoice extends SegmentOption<SearchKind> {
  readonly chord: string;
  readonly example: string;
}

const kindChoice = (value: SearchKind, name: string, chord: string, example: string): KindChoice => {
  return { value, name, chord, tip: `${name} (${chord})`, example };
};

const KINDS: readonly KindChoice[] = [
  kindChoice('text', 'Text', 'Alt+T', 'any text, in the encoding of the file'),
  kindChoice('bytes', 'Bytes', 'Alt+B', 'de ad ?? e?  or  7f "ELF" 02'),
  kindChoice('number', 'Number', 'Alt+N', '42, 0xCAFE, 10..20, 3.25, u16be 7'),
  kindChoice('regex', 'Regex', 'Alt+R', 'ERROR|WARN, ^\\d+, status=5\\d\\d'),
];

const ROLES: readonly SegmentOption<FilterRole>[] = [
  { value: 'include', name: 'Show', tip: 'Lines with it are shown (Alt+X)', chord: 'Alt+X' },
  { value: 'exclude', name: 'Hide', tip: 'Lines with it are hidden (Alt+X)', chord: 'Alt+X' },
];

const nameOf = (kind: SearchKind): string => KINDS.find((choice) => choice.value === kind)?.name.toLowerCase() ?? kind;

interface SwitchProps {
  readonly on: boolean;
  readonly name: string;
  readonly chord?: string;
  readonly icon?: LucideIcon;
  readonly disabled?: boolean;
  readonly onToggle: () => void;
  readonly children?: ReactNode;
}

function Switch({ on, name, chord, icon: Icon, disabled, onToggle, children }: SwitchProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className="search-switch"
      aria-pressed={on}
      aria-label={name}
      aria-keyshortcuts={chord}
      data-tip={chord === undefined ? name : `${name} (${chord})`}
      disabled={disabled}
      onPointerDown={keepFocus}
      onClick={onToggle}
    >
      {Icon ? <Icon className="icon" aria-hidden="true" /> : children}
    </button>
  );
}

function Switches({ reading }: { readonly reading: Reading }) {
  const { query } = reading;
  const draft = useSearches((state) => state.draft);
  const { kind, caseSensitive, wholeWord, endian, aligned } = query;
  if (kind === 'bytes') return null;
  if (kind === 'number') {
    return (
      <>
        <select
          className="search-type"
          aria-label="Type of the number"
          value={numberTypeOf(query)}
          onChange={(event) => {
            const type = NUMBER_TYPES.find((name) => name === event.target.value);
            if (type) patchDraft({ numberType: type });
          }}
        >
          {NUMBER_TYPES.map((type) => (
            <option key={type}>{type}</option>
          ))}
        </select>
        <Segments
          name="Byte order"
          value={endian}
          options={BYTE_ORDERS}
          onChoose={(order) => patchDraft({ endian: order })}
          ofField
        />
        <Switch on={aligned} name="At multiples of its size only" onToggle={() => patchDraft({ aligned: !aligned })}>
          aligned
        </Switch>
      </>
    );
  }
  return (
    <>
      <Switch
        on={caseSensitive}
        name="Match case"
        chord="Alt+C"
        icon={CaseSensitive}
        // Between slashes the flag i says it.
        disabled={draft.typed !== query.pattern}
        onToggle={() => patchDraft({ caseSensitive: !draft.caseSensitive })}
      />
      {kind === 'text' && (
        <Switch
          on={wholeWord}
          name="Whole words"
          chord="Alt+W"
          icon={WholeWord}
          onToggle={() => patchDraft({ wholeWord: !wholeWord })}
        />
      )}
    </>
  );
}

interface ComplaintProps {
  readonly typed: string;
  readonly at: number;
  readonly length: number;
  readonly message: string;
}

function Complaint({ typed, at, length, message }: ComplaintProps) {
  const marked = typed.slice(at, at + length);
  // What stands before a far place is cut, so that the place is seen.
  const before = typed.slice(Math.max(0, at - 48), at);
  return (
    <div className="search-complaint" role="alert">
      <p className="goto-echo mono" aria-hidden="true">
        {at > 48 && '…'}
        {before}
        <mark>{marked === '' ? '\u00a0' : marked}</mark>
        {typed.slice(at + length)}
      </p>
      <p className="goto-error">{message}</p>
    </div>
  );
}

/** Another kind that it could be, offered for one key. */
function Offer({ reading }: { readonly reading: Reading }) {
  const { guessed, other, query } = reading;
  const offered: SearchKind | null = guessed ? 'text' : other;
  const choice = KINDS.find(({ value }) => value === offered);
  if (!choice) return null;
  return (
    <p className="search-offer">
      <span>{guessed ? `Read as ${nameOf(query.kind)}.` : `This looks like ${nameOf(choice.value)}.`}</span>
      <button
        type="button"
        tabIndex={-1}
        className="search-link"
        onPointerDown={keepFocus}
        onClick={() => chooseKind(choice.value)}
      >
        Search as {nameOf(choice.value)}
      </button>
      <Keycaps chord={choice.chord} />
    </p>
  );
}

/** Where the search stands. The slot has its height also when there is nothing to say. */
function Standing({ search }: { readonly search: FileSearch }) {
  const cursor = useActiveView()?.cursor ?? 0;
  const trouble = troubleOf(search);
  const running = isRunning(search);
  const { status } = search;
  return (
    <div className="search-standing">
      {running && status !== null && (
        <progress className="search-track" max={status.size} value={status.scannedBytes} aria-hidden="true" />
      )}
      <p className="search-sum tabular" role="status">
        {summaryOf(search, cursor)}
        {running && status !== null && (
          <span className="goto-dim">
            {' · '}
            {formatPercent(status.scannedBytes, status.size)} of {formatSize(status.size)} ·{' '}
            {formatRate(status.scannedBytes, status.elapsedMs)}
          </span>
        )}
      </p>
      {running && (
        <Switch on={false} name="Stop the search" onToggle={() => runCommand('search.cancel')} icon={CircleStop} />
      )}
      <Switch on={false} name="Previous hit" chord="Shift+Enter" icon={ArrowUp} onToggle={() => submit('previous')} />
      <Switch on={false} name="Next hit" chord="Enter" icon={ArrowDown} onToggle={() => submit('next')} />
      {trouble !== null && <p className="search-trouble goto-error">{trouble}</p>}
      {trouble === null && search.note !== null && <p className="search-trouble">{search.note}</p>}
    </div>
  );
}

/** Whether lines with the pattern are shown or hidden, and what the keys do. */
function FilterHints({ layer }: { readonly layer: number | null }) {
  const role = useFilters((state) => state.role);
  return (
    <div className="search-hints">
      <Segments
        name="What happens to lines with the pattern"
        value={role}
        options={ROLES}
        onChoose={(choice) => filterStore.setState({ role: choice })}
        ofField
      />
      <span className="search-example">lines with this pattern</span>
      <span>
        <Keycaps chord="Enter" /> {layer === null ? 'add' : 'save'}
      </span>
      <span>
        <Keycaps chord="Alt+Enter" /> {role === 'include' ? 'hide' : 'show'} instead
      </span>
    </div>
  );
}

function Hints({ kind }: { readonly kind: SearchKind }) {
  const example = KINDS.find((choice) => choice.value === kind)?.example;
  return (
    <div className="search-hints">
      <span className="search-example">
        {kind === 'text' ? 'Finds' : 'As in'} <code className={kind === 'text' ? undefined : 'mono'}>{example}</code>
      </span>
      <span>
        <Keycaps chord="Enter" /> find
      </span>
      <span>
        <Keycaps chord="ArrowUp" /> earlier
      </span>
    </div>
  );
}

interface SearchFieldPanelProps {
  readonly reading: Reading;
  /** The pattern is for a layer of the filter (null: a new one) and not for a search. */
  readonly filter: { readonly layer: number | null } | null;
}

export function SearchFieldPanel({ reading, filter }: SearchFieldPanelProps) {
  useEffect(() => tellWrongBy((query) => checkQuery(query) !== null), []);
  const search = useActiveSearch();
  const typed = useSearches((state) => state.draft.typed);
  const { query } = reading;
  const wrong = query.pattern === '' ? null : checkQuery(query);
  const shown = filter === null && search !== null && sameQuery(search.query, query) ? search : null;
  // What the server found wrong: such as text that the encoding does not have.
  const refused = shown?.problem?.position != null ? shown.problem : null;
  const complaint = wrong ?? (refused && { ...refused, position: refused.position ?? 0 });
  return (
    <div className="search-panel">
      <div className="search-bar">
        <Segments name="What the pattern is" value={query.kind} options={KINDS} onChoose={chooseKind} ofField />
        <Switches reading={reading} />
        <span className="search-space" />
        <Offer reading={reading} />
      </div>
      {complaint ? (
        <Complaint
          typed={typed}
          at={patternStart(typed, query) + complaint.position}
          length={complaint.length}
          message={complaint.message}
        />
      ) : filter ? (
        <FilterHints layer={filter.layer} />
      ) : shown ? (
        <Standing search={shown} />
      ) : (
        <Hints kind={query.kind} />
      )}
    </div>
  );
}

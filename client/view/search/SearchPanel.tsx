/** The side panel of a search: what was asked, how far it is, and every hit. */
import { CircleStop, Funnel, Play, X } from 'lucide-react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted, formatCount, formatDuration, formatPercent, formatRate, formatSize } from '../../../shared/units.ts';
import { kindOf, summaryOf, troubleOf } from '../../search/describe.ts';
import { type FileSearch, isRunning, shownHits, useSearches } from '../../search/searchStore.ts';
import { jumpTo } from '../../state/addressBar.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { useActiveView } from '../../state/useApp.ts';
import { CommandButton } from '../frame/IconButton.tsx';
import { Keycaps } from '../frame/Keycaps.tsx';
import { HitListView } from './HitListView.tsx';
import './searchPanel.css';

function Progress({ search }: { readonly search: FileSearch }) {
  const { status } = search;
  if (status === null) return <p className="search-far">Starting</p>;
  const { scannedBytes, size, elapsedMs, complete } = status;
  const far = complete
    ? `${formatSize(size)} in ${formatDuration(elapsedMs)}`
    : `${formatPercent(scannedBytes, size)} of ${formatSize(size)}`;
  return (
    <p className="search-far tabular">
      {far} · {formatRate(scannedBytes, elapsedMs)}
    </p>
  );
}

function Head({ file, search }: { readonly file: FileInfo; readonly search: FileSearch }) {
  const cursor = useActiveView()?.cursor ?? 0;
  const running = isRunning(search);
  const stopped = search.status?.cancelled === true;
  const trouble = troubleOf(search);
  const { status } = search;
  const stuckAt = status?.error?.offset ?? null;
  return (
    <div className="search-head">
      <button
        type="button"
        className="search-pattern mono"
        data-tip="Change the pattern"
        data-tip-command="search.open"
        onClick={() => runCommand('search.open')}
      >
        {search.query.pattern}
      </button>
      <p className="search-far">{kindOf(search.query)}</p>
      <div className="search-count">
        <p className="tabular" role="status">
          {summaryOf(search, cursor)}
        </p>
        {running && <CommandButton command="search.cancel" icon={CircleStop} />}
        {stopped && <CommandButton command="search.resume" icon={Play} />}
        <CommandButton command="filter.search" icon={Funnel} />
        <CommandButton command="search.clear" icon={X} />
      </div>
      {search.problem === null && <Progress search={search} />}
      <progress
        className="search-line"
        max={status?.size ?? 1}
        value={running ? (status?.scannedBytes ?? 0) : 0}
        aria-hidden="true"
      />
      {trouble !== null && <p className="search-wrong">{trouble}</p>}
      {stuckAt !== null && (
        <button type="button" className="button search-there" onClick={() => jumpTo(file.id, stuckAt)}>
          Go to offset {formatCount(stuckAt)}
        </button>
      )}
    </div>
  );
}

/** What to do about a search without hits. */
function adviceFor({ query, status }: FileSearch): string {
  if (status?.complete !== true) {
    return status?.cancelled ? 'Go on with the search, or change the pattern.' : 'Change the pattern and search again.';
  }
  const strict = query.kind === 'text' && (query.caseSensitive || query.wholeWord);
  if (strict) return 'Search in any case and for parts of words, or as a regular expression.';
  return 'What is written to the file is searched as it comes.';
}

function Body({ file, search }: { readonly file: FileInfo; readonly search: FileSearch | null }) {
  if (search === null) {
    return (
      <div className="search-empty">
        <p>Nothing is searched for in this file.</p>
        <p>
          Press <Keycaps chord="/" /> and type what to find: text, bytes, a number or a regular expression.
        </p>
        <p>
          <Keycaps chord="*" /> searches for the word at the cursor.
        </p>
      </div>
    );
  }
  const { status, problem, id } = search;
  if (problem !== null) {
    return (
      <div className="search-empty">
        <p>The search could not begin. Change the pattern and search again.</p>
      </div>
    );
  }
  if (status !== null && status.hits === 0 && !status.running) {
    return (
      <div className="search-empty">
        <p>{status.complete ? 'The file does not hold this.' : 'What was searched does not hold this.'}</p>
        <p>{adviceFor(search)}</p>
      </div>
    );
  }
  if (id === null || status === null) return null;
  if (shownHits(search) === 0 && search.hidden > 0) {
    return (
      <div className="search-empty">
        <p>{counted(search.hidden, 'hit')} in what is hidden, none since.</p>
        <p>
          <button type="button" className="button" onClick={() => runCommand('view.showAll')}>
            Show all
          </button>
        </p>
      </div>
    );
  }
  return <HitListView key={id} file={file} search={search} searchId={id} />;
}

export function SearchPanel({ file }: { readonly file: FileInfo }) {
  const search = useSearches((state) => state.byFile[file.id] ?? null);
  return (
    <>
      {search !== null && <Head file={file} search={search} />}
      <Body file={file} search={search} />
    </>
  );
}

/** The search in the status bar: which hit of how many, how far, how fast, and the way to stop it. */
import { CircleStop } from 'lucide-react';
import { formatPercent, formatRate } from '../../../shared/units.ts';
import { summaryOf, troubleOf } from '../../search/describe.ts';
import { type FileSearch, isRunning } from '../../search/searchStore.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import './search.css';

export function SearchStatus({ search, cursor }: { readonly search: FileSearch; readonly cursor: number }) {
  const { status, note, seeking } = search;
  const trouble = troubleOf(search);
  const running = isRunning(search);
  const said = trouble ?? note ?? (seeking !== null && running ? 'Looking for the next hit …' : null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="status-search" role="group" aria-label="Search">
      <button
        type="button"
        className="status-item"
        data-tip={`Hits of ${search.query.pattern.slice(0, 200)}. List them`}
        data-tip-command="search.panel"
        onClick={() => runCommand('search.panel')}
      >
        <span className="status-search-sum tabular">{summaryOf(search, cursor)}</span>
      </button>
      {running && status !== null && (
        <button
          type="button"
          className="status-item status-progress"
          aria-label={`Stop the search, ${formatPercent(status.scannedBytes, status.size)} done`}
          data-tip="Stop the search (Esc over the rows)"
          onClick={() => runCommand('search.cancel')}
        >
          <progress className="status-bar-track" max={status.size} value={status.scannedBytes} aria-hidden="true" />
          <span className="tabular status-percent">{formatPercent(status.scannedBytes, status.size)}</span>
          <span className="tabular status-dim status-search-rate">
            {formatRate(status.scannedBytes, status.elapsedMs)}
          </span>
          <CircleStop className="icon status-icon" aria-hidden="true" />
        </button>
      )}
      <output className={trouble === null ? 'status-note' : 'status-note status-lost'} aria-live="polite">
        {said !== null && <span data-tip={said}>{said}</span>}
      </output>
    </div>
  );
}

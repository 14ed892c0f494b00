/** What the closed field says about the search of the file: how many hits, and how far it is as a line along its lower edge. */
import { summaryOf } from '../../search/describe.ts';
import { type FileSearch, isRunning } from '../../search/searchStore.ts';
import { useActiveView } from '../../state/useApp.ts';
import './search.css';

export function FieldSearch({ search }: { readonly search: FileSearch }) {
  const cursor = useActiveView()?.cursor ?? 0;
  const { status } = search;
  const trouble = search.problem !== null || status?.error != null;
  return (
    <>
      <span
        className={trouble ? 'field-search field-search-trouble tabular' : 'field-search tabular'}
        aria-hidden="true"
      >
        {summaryOf(search, cursor)}
      </span>
      {isRunning(search) && status !== null && (
        <progress className="field-progress" max={status.size} value={status.scannedBytes} aria-hidden="true" />
      )}
    </>
  );
}

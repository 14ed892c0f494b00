/** What stands where rows would be while there are none. */

interface TextEmptyProps {
  readonly size: number;
  /** All that is there is hidden. */
  readonly cleared: boolean;
  /** Why the rows could not be had, one sentence; null: they wait, for a reason that is said elsewhere; undefined: nothing is wrong. */
  readonly error: string | null | undefined;
  /** Why the filter has no rows, one sentence; null where all rows are shown. */
  readonly filter: string | null;
  readonly onRetry: () => void;
}

export function TextEmpty({ size, cleared, error, filter, onRetry }: TextEmptyProps) {
  if (size === 0) {
    return <p className="text-empty">This file is empty. Lines written to it will appear here.</p>;
  }
  if (cleared) return <p className="text-empty">Nothing has come since. What comes appears here by itself.</p>;
  if (error === null) return <p className="text-empty">Waiting for the server.</p>;
  if (error !== undefined) {
    return (
      <div className="text-empty text-failed">
        <span>{error}</span>
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      </div>
    );
  }
  return filter === null ? null : <p className="text-empty">{filter}</p>;
}

/** What the columns of a text view are, and how a filter stands whose rows it shows. */
import { Funnel, Rows2, X } from 'lucide-react';
import { formatCount } from '../../../shared/units.ts';
import { CommandButton } from '../frame/IconButton.tsx';

interface TextHeaderProps {
  /** First visible column of characters, 0-based. */
  readonly column: number;
  /** Of the filter; null where all rows are shown. */
  readonly summary: string | null;
  /** The line with the cursor is none of the filter's. */
  readonly lost: boolean;
  /** Rows of the place that was gone to cannot be had yet: these are of another. */
  readonly waits: boolean;
}

export function TextHeader({ column, summary, lost, waits }: TextHeaderProps) {
  return (
    <div className="text-header">
      <span className="text-header-line" aria-hidden="true">
        Line
      </span>
      <span className="text-header-text" aria-hidden="true">
        {column >= 1 ? `Text from column ${formatCount(column + 1)}` : 'Text'}
      </span>
      {summary !== null && (
        <div className="text-header-filter">
          <span className="tabular" role="status" aria-label="Filter">
            {waits && <span className="text-header-lost">Waiting for the server</span>}
            {lost && !waits && <span className="text-header-lost">The line at the cursor is not among them</span>}
            {summary}
          </span>
          <CommandButton command="filter.panel" icon={Funnel} />
          <CommandButton command="filter.display" icon={Rows2} />
          <CommandButton command="filter.toggle" icon={X} label="Switch the filter off" />
        </div>
      )}
    </div>
  );
}

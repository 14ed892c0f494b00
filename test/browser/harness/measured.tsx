/** Rows of unknown heights, for the runway alone: no bytes. Row r says so and is 20 to 100 px high. */
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { type Runway, useRunway } from '../../../client/rows/useRunway.ts';
import { RowsViewport } from '../../../client/view/rows.tsx';

export interface MeasuredHarness {
  runway: Runway;
  /** Renames the rows and gives their new number, as when the line index has become known. */
  rename(delta: number, rowCount: number): void;
  setWidth(px: number): void;
}

/** Lines of a row's text; by the name it was given first, which a rename does not change. */
function linesOf(name: number): number {
  return 1 + (((name % 1_000) * 7 + Math.floor(name / 1_000) * 3) % 5);
}

export function MeasuredPage() {
  const [state, setState] = useState({ rowCount: 2 ** 36, shifted: 0, width: 600 });
  const runway = useRunway({ rowCount: state.rowCount, rowHeight: 20, measured: true, initialRow: 0 });
  const harness: MeasuredHarness = {
    runway,
    rename: (delta, rowCount) =>
      flushSync(() => {
        runway.shift(delta);
        setState((before) => ({ ...before, rowCount, shifted: before.shifted + delta }));
      }),
    setWidth: (width) => setState((before) => ({ ...before, width })),
  };
  Object.assign(window, { measured: harness });
  return (
    <div style={{ display: 'flex', width: state.width, height: 600 }}>
      <RowsViewport
        runway={runway}
        label="Measured rows"
        measured={true}
        activeRow={null}
        idPrefix="m"
        columnCount={1}
        contentWidth={null}
        announcement=""
        renderRow={(item) => {
          const name = item.row - state.shifted;
          return (
            <div data-name={name} style={{ height: linesOf(name) * 20 }}>
              {item.row}
            </div>
          );
        }}
      />
    </div>
  );
}

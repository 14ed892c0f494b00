import { Suspense, useEffect, useRef } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { shownAs, useFilter, useFilters } from '../../filter/filterStore.ts';
import { useActiveView } from '../../state/useApp.ts';
import { FilterSplit } from '../filter/FilterSplit.tsx';
import { holdPlaces } from '../text/heldPlace.ts';
import { focusRowsIfLost } from './focus.ts';
import { latePart } from './lateParts.ts';
import { PaneFrame } from './PaneFrame.tsx';

const SplitPanes = latePart(async () => (await import('./SplitPanes.tsx')).SplitPanes);

interface PanesProps {
  readonly file: FileInfo;
  /** One of them has the keyboard. */
  readonly active: boolean;
}

/** One pane, or both. */
function FullPanes({ file, active }: PanesProps) {
  const view = useActiveView();
  if (!view) return null;
  const { mode, pane } = view;
  if (mode !== 'both') return <PaneFrame file={file} pane={mode} filtered={false} active={active} />;
  return (
    <Suspense fallback={<PaneFrame file={file} pane={pane} filtered={false} active={active} />}>
      <SplitPanes file={file} pane={active ? pane : null} />
    </Suspense>
  );
}

/** The view of the file, and below it the filtered lines where they have a pane of their own. */
export function Panes({ file }: { readonly file: FileInfo }) {
  const display = shownAs(useFilter(file.id));
  const split = display === 'split';
  useEffect(holdPlaces, []);
  const shown = useRef(display);
  useEffect(() => {
    // A file that is new on the screen gets the keyboard from the frame.
    if (shown.current !== display) focusRowsIfLost();
    shown.current = display;
  }, [display]);
  const below = useFilters((state) => state.below) && split;
  return (
    <FilterSplit file={file} split={split} below={below}>
      <FullPanes file={file} active={!below} />
    </FilterSplit>
  );
}

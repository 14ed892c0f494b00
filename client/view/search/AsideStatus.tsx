/** In the place of a search that was put away: the way back to it, for a while. */
import { useEffect, useState } from 'react';
import type { FileSearch } from '../../search/searchStore.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { Keycaps } from '../frame/Keycaps.tsx';
import './search.css';

/** The next step brings it back after that as well, ms. */
const SHOWN_MS = 20_000;

export function AsideStatus({ search }: { readonly search: FileSearch }) {
  const [over, setOver] = useState<number | null>(null);
  const { seq } = search;
  useEffect(() => {
    const timer = setTimeout(() => setOver(seq), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [seq]);
  if (over === seq) return null;
  return (
    <output aria-live="polite">
      <button
        type="button"
        className="status-item status-aside"
        data-tip={`Bring back the search for ${search.query.pattern.slice(0, 200)}, with its hits`}
        onClick={() => runCommand('search.back')}
      >
        Search put away
        <Keycaps chord="n" />
      </button>
    </output>
  );
}

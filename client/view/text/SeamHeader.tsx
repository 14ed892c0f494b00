/** Over the first line of a file that took the place of another one: when that was, and where the one before is. */
import { Scissors } from 'lucide-react';
import type { FileSeam } from '../../../shared/protocol.ts';
import { formatClock } from '../../../shared/units.ts';
import { appStore } from '../../state/store.ts';
import './seam.css';

export function SeamHeader({ name, seam }: { readonly name: string; readonly seam: FileSeam }) {
  const { id } = seam;
  return (
    <div className="text-seam" role="note">
      <Scissors className="icon" aria-hidden="true" />
      <span className="text-seam-says">
        <bdi>{name}</bdi> was replaced at <span className="tabular">{formatClock(seam.atMs)}</span>;{' '}
        {id === null ? 'the one before is no longer kept.' : 'the one before is kept as '}
      </span>
      {id !== null && (
        <button type="button" className="text-seam-link" onClick={() => appStore.getState().activate(id)}>
          <bdi>{seam.name}</bdi>
        </button>
      )}
    </div>
  );
}

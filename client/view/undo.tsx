/** The last thing that was taken away in a panel can be had back: a line at the panel's foot, and Ctrl+Z. */
import { type KeyboardEvent, useState } from 'react';
import { isMac } from '../state/commandRegistry.ts';
import { keycaps } from '../state/keys.ts';
import './undo.css';

interface Offer {
  readonly sentence: string;
  readonly undo: () => void;
}

export interface Undo {
  readonly offered: Offer | null;
  offer(sentence: string, undo: () => void): void;
  take(): void;
  /** For the panel: Ctrl+Z, where it does not belong to a field. */
  onKeyDown(event: KeyboardEvent): void;
}

export function useUndo(): Undo {
  const [offered, setOffered] = useState<Offer | null>(null);
  const take = (): void => {
    offered?.undo();
    setOffered(null);
  };
  return {
    offered,
    offer: (sentence, undo) => setOffered({ sentence, undo }),
    take,
    onKeyDown: (event) => {
      const chord = (isMac ? event.metaKey : event.ctrlKey) && !event.shiftKey && !event.altKey;
      const typing = event.target instanceof Element && event.target.closest('input:not([type="checkbox"])') !== null;
      if (!offered || !chord || typing || event.key.toLowerCase() !== 'z') return;
      event.preventDefault();
      take();
    },
  };
}

export function UndoBar({ undo }: { readonly undo: Undo }) {
  return (
    <div className="undo-place" role="status">
      {undo.offered && (
        <p className="undo">
          <span>{undo.offered.sentence}</span>
          <button type="button" className="button" data-tip={keycaps('Ctrl+Z', isMac).join(' ')} onClick={undo.take}>
            Undo
          </button>
        </p>
      )}
    </div>
  );
}

/**
 * The measures of row text. A cell is one column of the monospaced font; letter-spacing brings it to whole CSS px, so that columns
 * never land between two pixels and a byte's place is a multiplication.
 */
import { useSyncExternalStore } from 'react';

export interface CellMetrics {
  /** Whole CSS px. */
  readonly cellWidth: number;
  /** What has to be added to each character's own advance, CSS px. */
  readonly letterSpacing: number;
  /** Whole CSS px. */
  readonly rowHeight: number;
}

/** Row height for a font size, both CSS px: 20 for 13. */
export function rowHeightFor(fontSize: number): number {
  return Math.round(fontSize * 1.54);
}

const SAMPLE = '0'.repeat(64);
let fontsLoaded = 0;
let measured: { key: string; metrics: CellMetrics } | null = null;

function subscribe(listener: () => void): () => void {
  const onLoad = () => {
    fontsLoaded++;
    listener();
  };
  document.fonts.addEventListener('loadingdone', onLoad);
  return () => document.fonts.removeEventListener('loadingdone', onLoad);
}

function measure(fontSize: number): CellMetrics {
  const key = `${fontSize}:${fontsLoaded}`;
  if (measured?.key === key) return measured.metrics;
  const family = getComputedStyle(document.documentElement).getPropertyValue('--font-rows').trim() || 'monospace';
  const context = document.createElement('canvas').getContext('2d');
  if (context) context.font = `${fontSize}px ${family}`;
  const advance = context ? context.measureText(SAMPLE).width / SAMPLE.length : fontSize * 0.6;
  const cellWidth = Math.max(1, Math.round(advance));
  const metrics = { cellWidth, letterSpacing: cellWidth - advance, rowHeight: rowHeightFor(fontSize) };
  measured = { key, metrics };
  return metrics;
}

/** The metrics of the row font at `fontSize` CSS px; renders again when the web font has come. */
export function useCellMetrics(fontSize: number): CellMetrics {
  return useSyncExternalStore(subscribe, () => measure(fontSize));
}

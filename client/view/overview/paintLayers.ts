/** Paints what is spread over the whole file: hits, marks. One pass over the offsets, one rectangle a run of device rows. */

/** Places of one kind, 0-based byte offsets, in any order. */
export interface OverviewLayer {
  readonly kind: 'hit' | 'mark';
  readonly offsets: Float64Array;
}

/** Custom property with the colour of each kind, and the lane it is drawn in as shares of the width. */
const STYLE: Readonly<Record<OverviewLayer['kind'], { colour: string; from: number; to: number }>> = {
  hit: { colour: '--hit-mark', from: 0.35, to: 1 },
  mark: { colour: '--accent', from: 0, to: 0.3 },
};

/** Device px of a single place. */
const TICK_PX = 2;

/** Runs `[start, end)` of device rows that hold an offset; `rows` in all. */
export function occupiedRows(offsets: Float64Array, size: number, rows: number): [number, number][] {
  const hit = new Uint8Array(rows);
  for (const offset of offsets) {
    const row = Math.min(rows - 1, Math.floor((offset / size) * rows));
    if (row >= 0) hit.fill(1, row, Math.min(rows, row + TICK_PX));
  }
  const runs: [number, number][] = [];
  for (let row = 0; row < rows; row++) {
    const last = runs[runs.length - 1];
    if (hit[row] !== 1) continue;
    if (last?.[1] === row) last[1] = row + 1;
    else runs.push([row, row + 1]);
  }
  return runs;
}

/** `probe` is any element of the page: colours are resolved on it, as a canvas does not know custom properties. */
export function paintLayers(
  canvas: HTMLCanvasElement,
  probe: HTMLElement,
  layers: readonly OverviewLayer[],
  size: number,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (size <= 0) return;
  for (const layer of layers) {
    const style = STYLE[layer.kind];
    probe.style.color = `var(${style.colour})`;
    context.fillStyle = getComputedStyle(probe).color;
    const left = Math.round(canvas.width * style.from);
    const width = Math.round(canvas.width * style.to) - left;
    for (const [start, end] of occupiedRows(layer.offsets, size, canvas.height)) {
      context.fillRect(left, start, width, end - start);
    }
  }
}

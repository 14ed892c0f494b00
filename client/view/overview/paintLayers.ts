/** Paints what is spread over the whole file: hits, marks. One pass over the offsets, one rectangle a run of device rows. */
import type { Tint } from '../../state/tints.ts';

/** Places of one kind, 0-based byte offsets, in any order. */
export interface OverviewPlaces {
  readonly kind: 'hit';
  readonly offsets: Float64Array;
}

/** Marks of one colour, in order of their places. */
export interface OverviewMarks {
  readonly kind: 'mark';
  readonly offsets: Float64Array;
  readonly tint: Tint;
  /** What each is called, for the tooltip. */
  readonly names: readonly string[];
}

/** How many places there are in each of equal parts of `[0, size)`. */
export interface OverviewDensity {
  readonly kind: 'density';
  readonly buckets: readonly number[];
  readonly size: number;
  /** Of a layer of the filter: its colour, and which of how many lanes beside each other it has. Absent: hits of the search. */
  readonly layer?: { readonly tint: Tint; readonly lane: number; readonly lanes: number };
}

export type OverviewLayer = OverviewPlaces | OverviewMarks | OverviewDensity;

/** Custom property with the colour of each kind (marks have one of their own), and the lane it is drawn in as shares of the width. */
const STYLE: Readonly<Record<OverviewLayer['kind'], { colour: string; from: number; to: number }>> = {
  density: { colour: '--hit-mark', from: 0.5, to: 1 },
  hit: { colour: '--hit-mark', from: 0.35, to: 1 },
  mark: { colour: '--accent', from: 0, to: 0.3 },
};
/** Where layers of the filter are drawn, beside each other. */
const FILTER_LANES = { from: 0.26, to: 0.5 };

function styleOf(layer: OverviewLayer): { colour: string; from: number; to: number } {
  if (layer.kind === 'mark') return { ...STYLE.mark, colour: `--tint-${layer.tint}` };
  const own = layer.kind === 'density' ? layer.layer : undefined;
  if (own === undefined) return STYLE[layer.kind];
  const share = (FILTER_LANES.to - FILTER_LANES.from) / own.lanes;
  const from = FILTER_LANES.from + own.lane * share;
  return { colour: `--tint-${own.tint}`, from, to: from + share };
}

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

/** Names of the marks within `reach` bytes of an offset, the nearest first, `most` at most. */
export function marksNear(
  layers: readonly OverviewLayer[],
  offset: number,
  reach: number,
  most: number,
): readonly { readonly name: string; readonly tint: Tint }[] {
  const near: { name: string; tint: Tint; distance: number }[] = [];
  for (const layer of layers) {
    if (layer.kind !== 'mark') continue;
    for (const [index, at] of layer.offsets.entries()) {
      const distance = Math.abs(at - offset);
      if (distance <= reach) near.push({ name: layer.names[index] ?? '', tint: layer.tint, distance });
    }
  }
  return near.sort((a, b) => a.distance - b.distance).slice(0, most);
}

/**
 * How dense each of `rows` device rows is, 0 to 1: by the logarithm of the densest bucket in it, so that one place among millions is
 * seen as well as where most are. A place is TICK_PX tall at least.
 */
export function densityOfRows(density: OverviewDensity, size: number, rows: number): Float32Array {
  const { buckets } = density;
  const counts = new Float64Array(rows);
  const perBucket = (density.size / buckets.length / size) * rows;
  let most = 0;
  for (const [index, count] of buckets.entries()) {
    if (count === 0) continue;
    most = Math.max(most, count);
    const first = Math.min(rows - 1, Math.floor(index * perBucket));
    const end = Math.min(rows, Math.max(first + TICK_PX, Math.ceil((index + 1) * perBucket)));
    for (let row = first; row < end; row++) counts[row] = Math.max(counts[row] ?? 0, count);
  }
  return Float32Array.from(counts, (count) => (count === 0 ? 0 : Math.log1p(count) / Math.log1p(most)));
}

/** Least share of its lane that a row with anything in it takes. */
const LEAST_WIDTH = 0.3;

/** Bars from the right edge, the longer the denser. */
function paintDensity(
  context: CanvasRenderingContext2D,
  levels: Float32Array,
  lane: { readonly left: number; readonly width: number },
): void {
  // Where hits are everywhere they are a background; few stand out.
  const filled = levels.reduce((sum, level) => sum + (level > 0 ? 1 : 0), 0) / levels.length;
  context.globalAlpha = 1 - 0.55 * filled;
  for (const [row, level] of levels.entries()) {
    if (level === 0) continue;
    const width = Math.round(lane.width * (LEAST_WIDTH + (1 - LEAST_WIDTH) * level));
    context.fillRect(lane.left + lane.width - width, row, width, 1);
  }
  context.globalAlpha = 1;
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
    const style = styleOf(layer);
    probe.style.color = `var(${style.colour})`;
    context.fillStyle = getComputedStyle(probe).color;
    const left = Math.round(canvas.width * style.from);
    const width = Math.round(canvas.width * style.to) - left;
    if (layer.kind === 'density') {
      paintDensity(context, densityOfRows(layer, size, canvas.height), { left, width });
      continue;
    }
    for (const [start, end] of occupiedRows(layer.offsets, size, canvas.height)) {
      context.fillRect(left, start, width, end - start);
    }
  }
}

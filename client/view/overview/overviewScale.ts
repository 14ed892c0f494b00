/** Arithmetic of the overview scrollbar: bytes to px and back. Everything is a plain number; px may be fractions. */
import type { Extent } from '../../../shared/extent.ts';

/** A thumb must stay large enough to be grabbed. */
export const MIN_THUMB_PX = 24;
/** Sideways px for each further division of the speed by ten. */
const FINE_STEP_PX = 64;

export interface Thumb {
  readonly top: number;
  readonly height: number;
}

/** The last offset at which the view can begin. */
export function lastTop(visible: Extent, size: number): number {
  return Math.max(0, size - (visible.end - visible.offset));
}

/**
 * The thumb in a track of `height` px: as long as the visible part, at least MIN_THUMB_PX, at the very top at offset 0 and at the
 * very bottom when the end of the file is visible.
 */
export function thumbFor(visible: Extent, size: number, height: number): Thumb {
  const length = Math.min(size, visible.end - visible.offset);
  if (size <= 0 || length >= size) return { top: 0, height };
  const thumb = Math.min(height, Math.max(MIN_THUMB_PX, (height * length) / size));
  const place = Math.min(1, visible.offset / lastTop(visible, size));
  return { top: place * (height - thumb), height: thumb };
}

/** The thumb on whole device px: a move that nobody can see changes nothing in the page. */
export function snapThumb(thumb: Thumb, scale: number): Thumb {
  const top = Math.round(thumb.top * scale) / scale;
  return { top, height: Math.round((thumb.top + thumb.height) * scale) / scale - top };
}

/** How far one px of the thumb moves the view, bytes. */
export function bytesPerPx(visible: Extent, size: number, height: number): number {
  const travel = height - thumbFor(visible, size, height).height;
  return travel <= 0 ? 0 : lastTop(visible, size) / travel;
}

/**
 * Slows a drag down: by ten for each FINE_STEP_PX that the pointer is beside the track, and with Alt to the geometric mean between
 * full speed and one row a px, but never below a quarter of a row (`rowBytes`) a px. 1 is full speed.
 */
export function fineFactor(sideways: number, alt: boolean, perPx: number, rowBytes: number): number {
  const finest = Math.min(1, rowBytes / 4 / perPx);
  const beside = 10 ** -Math.floor(Math.max(0, sideways) / FINE_STEP_PX);
  const held = alt ? Math.min(1 / 8, Math.sqrt(rowBytes / perPx)) : 1;
  return Math.max(finest, Math.min(1, beside, held));
}

/** y of an offset in the track, px. */
export function trackY(offset: number, size: number, height: number): number {
  return size <= 0 ? 0 : (Math.min(offset, size) / size) * height;
}

/** Offset at y of the track: a whole byte of the file. */
export function trackOffset(y: number, size: number, height: number): number {
  const share = height <= 0 ? 0 : Math.max(0, Math.min(1, y / height));
  return Math.max(0, Math.min(Math.floor(share * size), size - 1));
}

/**
 * Whether some font of this machine has the control pictures (U+2400 and on): the row font has none, and a system may have none.
 * Asked by drawing one: what no font has looks like an unassigned character does.
 */
const UNASSIGNED = '\u0378';
const PICTURE = '\u241b';
const PX = 24;

let known: boolean | null = null;

function pixels(text: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = PX * 2;
  canvas.height = PX * 2;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return '';
  context.font = `${PX}px ${getComputedStyle(document.documentElement).getPropertyValue('--font-rows') || 'monospace'}`;
  context.fillText(text, PX / 2, PX * 1.5);
  return context.getImageData(0, 0, PX * 2, PX * 2).data.join();
}

export function hasControlPictures(): boolean {
  known ??= pixels(PICTURE) !== pixels(UNASSIGNED);
  return known;
}

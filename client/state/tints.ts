/** The nine colours that a person gives to words, lines and marks; their looks are in view/tokens.css and view/tints.css. */

export const TINTS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
export type Tint = (typeof TINTS)[number];

const NAMES: Readonly<Record<Tint, string>> = {
  1: 'Red',
  2: 'Lime',
  3: 'Green',
  4: 'Teal',
  5: 'Cyan',
  6: 'Indigo',
  7: 'Purple',
  8: 'Pink',
  9: 'Grey',
};

export function tintName(tint: Tint): string {
  return NAMES[tint];
}

export function isTint(value: unknown): value is Tint {
  return (TINTS as readonly unknown[]).includes(value);
}

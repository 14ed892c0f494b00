/** What the browser remembers between visits. Everything read back is validated: another version may have written it. */
import { DEFAULT_SETTINGS, type Settings } from './store.ts';

/** The panels that the side can show; one that this version lacks gives way to the first (view/frame/panels.ts). */
const PANEL_TABS = ['inspector', 'search', 'filters', 'highlighters', 'marks'] as const;
export type PanelTab = (typeof PANEL_TABS)[number];

export interface Layout {
  /** Share of the first pane when both are shown, per cent. */
  readonly split: number;
  /** Share of the full view above the filtered one, per cent. */
  readonly filterSplit: number;
  readonly panelOpen: boolean;
  readonly panelTab: PanelTab;
  readonly littleEndian: boolean;
}

export const DEFAULT_LAYOUT: Layout = {
  split: 50,
  filterSplit: 50,
  panelOpen: false,
  panelTab: 'inspector',
  littleEndian: true,
};

export const FONT_SIZES = { min: 9, max: 24 } as const;

type Check<T> = (value: unknown) => value is T;

const isBoolean: Check<boolean> = (value) => typeof value === 'boolean';
const oneOf =
  <const T>(...allowed: readonly T[]): Check<T> =>
  (value): value is T =>
    (allowed as readonly unknown[]).includes(value);
const integer =
  (min: number, max: number): Check<number> =>
  (value): value is number =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

function either<A, B>(first: Check<A>, second: Check<B>): Check<A | B> {
  return (value): value is A | B => first(value) || second(value);
}

const SETTINGS: { readonly [K in keyof Settings]: Check<Settings[K]> } = {
  theme: oneOf('system', 'dark', 'light'),
  rowBytes: either(integer(8, 64), oneOf('fit')),
  grouping: oneOf(1, 2, 4, 8),
  addressRadix: oneOf('hex', 'decimal'),
  textColumn: oneOf('ascii', 'encoding'),
  wrap: isBoolean,
  tabSize: integer(1, 16),
  levels: isBoolean,
  rawEscapes: isBoolean,
  fontSize: integer(FONT_SIZES.min, FONT_SIZES.max),
};

const share: Check<number> = (value): value is number => typeof value === 'number' && value >= 10 && value <= 90;

const LAYOUT: { readonly [K in keyof Layout]: Check<Layout[K]> } = {
  split: share,
  filterSplit: share,
  panelOpen: isBoolean,
  panelTab: oneOf(...PANEL_TABS),
  littleEndian: isBoolean,
};

/** Takes over each field that is valid, the default for every other. Never throws. */
function restore<T extends object>(
  text: string | null,
  defaults: T,
  checks: { readonly [K in keyof T]: Check<T[K]> },
): T {
  let found: unknown = null;
  try {
    found = JSON.parse(text ?? 'null');
  } catch {
    // Not ours, or cut off: the defaults.
  }
  const result = { ...defaults };
  if (typeof found !== 'object' || found === null) return result;
  for (const name of Object.keys(checks) as (keyof T)[]) {
    const value: unknown = (found as Partial<Record<keyof T, unknown>>)[name];
    if (checks[name](value)) result[name] = value;
  }
  return result;
}

export function restoreSettings(text: string | null): Settings {
  return restore(text, DEFAULT_SETTINGS, SETTINGS);
}

export function restoreLayout(text: string | null): Layout {
  return restore(text, DEFAULT_LAYOUT, LAYOUT);
}

/** localStorage may be switched off or full; then nothing is remembered, and that is all. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** False when nothing was remembered: see readStored. */
export function writeStored(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Calls `changed` when another tab of this browser has stored something under `key`. Returns how to end that. */
export function followStored(key: string, changed: (text: string | null) => void): () => void {
  const onStorage = (event: StorageEvent): void => {
    if (event.storageArea === localStorage && event.key === key) changed(event.newValue);
  };
  window.addEventListener('storage', onStorage);
  return () => window.removeEventListener('storage', onStorage);
}

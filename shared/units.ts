/** Numbers as a person reads them. Pure; separators are a display matter, so digits also come as groups. */

const BINARY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `1.5 GiB`: three significant digits at most, never rounded up into the next unit's name (`1,024 KiB`). */
export function formatSize(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (unit < BINARY_UNITS.length - 1 && roundTo(value, unit === 0 ? 0 : digitsAfter(value)) >= 1024) {
    value /= 1024;
    unit += 1;
  }
  const fixed = unit === 0 ? String(Math.round(value)) : value.toFixed(digitsAfter(value));
  const trimmed = fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
  return `${groupThousands(trimmed)} ${BINARY_UNITS[unit] ?? ''}`;
}

function digitsAfter(value: number): number {
  return value < 10 ? 2 : value < 100 ? 1 : 0;
}

function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** Bytes per millisecond as `1.5 GiB/s`. */
export function formatRate(bytes: number, milliseconds: number): string {
  return `${formatSize(milliseconds > 0 ? Math.round((bytes / milliseconds) * 1000) : 0)}/s`;
}

/** `1,234,567` for labels and speech; where text can be copied use `digitGroups`. */
export function formatCount(count: number): string {
  return groupThousands(String(count));
}

function groupThousands(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Digits cut from the right into groups of `length`: `['1', '234', '567']`. Joined they are the plain number. */
export function digitGroups(digits: string, length: 3 | 4): readonly string[] {
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= length) groups.unshift(digits.slice(Math.max(0, end - length), end));
  return groups;
}

/** Upper-case hex of a non-negative integer, at least `digits` long. Exact for every safe integer. */
export function formatHex(value: number, digits = 1): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** Hex digits an address needs in a file of `size` bytes: whole groups of four, at least two of them. */
export function addressDigits(size: number): number {
  return Math.max(8, Math.ceil(Math.max(0, size - 1).toString(16).length / 4) * 4);
}

/**
 * How far `part` is into `whole`, as `42.7%`. 100% is only said at the end, 0% only at the start.
 */
export function formatPercent(part: number, whole: number): string {
  if (whole <= 0 || part >= whole) return '100%';
  if (part <= 0) return '0%';
  const tenths = Math.round((part / whole) * 1000);
  return tenths === 0 ? '<0.1%' : `${(Math.min(tenths, 999) / 10).toFixed(1)}%`;
}

/** `41 ms`, `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`: for elapsed and remaining time. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 99.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
}

/** Plural by count: `1 line`, `2 lines`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Unix ms as `12:03:04`, in the time of this machine. */
export function formatClock(atMs: number): string {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

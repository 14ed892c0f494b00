/** Pure parts of RFC 9110 range requests and of the name of a download. */
import type { Extent } from '../../shared/extent.ts';

/** RFC 9110 section 14.1.2, one range only. `null`: no range, or one to be ignored; `'unsatisfiable'`: 416. */
export function parseRange(header: string | undefined, size: number): Extent | 'unsatisfiable' | null {
  const set = /^bytes=(.*)$/i.exec(header ?? '')?.[1];
  const specs = set?.split(',').map((spec) => spec.trim());
  const filled = specs?.filter((spec) => spec !== '');
  // Several ranges may be answered with the whole file (section 14.2), which nobody can use to multiply our work.
  if (filled?.length !== 1) return null;
  const match = /^(\d*)-(\d*)$/.exec(filled[0] ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return null;
  // Numbers past 2^53 lose digits here, but stay far past any size.
  if (first === '') {
    const suffix = Number(last);
    if (suffix === 0) return 'unsatisfiable';
    // There is no way to write the range of nothing: the whole of an empty file is a plain 200.
    return size === 0 ? null : { offset: Math.max(0, size - suffix), end: size };
  }
  const offset = Number(first);
  if (last !== '' && Number(last) < offset) return null;
  if (offset >= size) return 'unsatisfiable';
  return { offset, end: last === '' ? size : Math.min(size, Number(last) + 1) };
}

/** `attachment` with a name that is safe in a header and on any disk, and the true one as far as RFC 8187 can carry it. */
export function attachment(name: string): string {
  const safe = name.replace(/[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]/gu, '_');
  const clean = [...safe].slice(0, 200).join('');
  const ascii = clean.replace(/[^ -~]|[%"\\]/g, '_') || 'file';
  const extended = encodeURIComponent(clean).replace(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${extended}`;
}

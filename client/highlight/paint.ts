/**
 * Which parts of a row's text get which colour: matches of all rules, made disjoint. Pure; runs in a worker (paintWorker.ts), as an
 * expression may take any time.
 */
import type { CompiledRule } from './rules.ts';

/** What one row shows. */
export interface Paint {
  /** Colour of the whole line; 0 for none. */
  readonly line: number;
  /** Start, end and colour of each coloured part, in turns: ascending, disjoint, neighbours of one colour joined. */
  readonly spans: readonly number[];
  /** Rules (by their place in the list) that the row matches. */
  readonly rules: readonly number[];
}

export const NO_PAINT: Paint = { line: 0, spans: [], rules: [] };

/**
 * Put where a text was cut: before it, `^` must not match, behind it not `$`. No character of a text: it stands for nothing.
 */
export const CUT = '\uffff';

/** Matches of one rule in one row that are looked at; the rest of such a row stays as it is. */
const MAX_MATCHES = 1_000;

/** Starts and ends of what the expression (with the flag `g`) matches, in turns; matches of nothing are left out. */
export function findMatches(expression: RegExp, text: string): readonly number[] {
  const found: number[] = [];
  const first = text.startsWith(CUT) ? 1 : 0;
  const last = text.endsWith(CUT) ? text.length - 1 : text.length;
  expression.lastIndex = first;
  for (let count = 0; count < MAX_MATCHES; count++) {
    const match = expression.exec(text);
    if (!match) break;
    const end = match.index + match[0].length;
    if (end === match.index) {
      // On to the next character; in Unicode mode the engine goes back to the start of it.
      expression.lastIndex = end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
      if (end >= last) break;
      continue;
    }
    const stop = Math.min(end, last);
    if (stop > match.index) found.push(match.index, stop);
  }
  return found;
}

/** `matches` has what each rule matches; earlier rules have the place. */
export function paintRow(text: string, rules: readonly CompiledRule[], matches: readonly (readonly number[])[]): Paint {
  const matching = rules.flatMap((_, index) => ((matches[index]?.length ?? 0) > 0 ? [index] : []));
  if (matching.length === 0) return NO_PAINT;
  const line = matching.find((index) => rules[index]?.applies === 'line');
  const cells = new Uint8Array(text.length);
  for (const index of matching.toReversed()) {
    const rule = rules[index];
    if (rule?.applies !== 'match') continue;
    const ends = matches[index] ?? [];
    for (let at = 0; at + 1 < ends.length; at += 2) cells.fill(rule.tint, ends[at], ends[at + 1]);
  }
  return { line: line === undefined ? 0 : (rules[line]?.tint ?? 0), spans: runs(cells), rules: matching };
}

function runs(cells: Uint8Array): readonly number[] {
  const spans: number[] = [];
  for (let at = 0; at < cells.length; ) {
    const tint = cells[at] ?? 0;
    let end = at + 1;
    while (cells[end] === tint) end += 1;
    if (tint > 0) spans.push(at, end, tint);
    at = end;
  }
  return spans;
}

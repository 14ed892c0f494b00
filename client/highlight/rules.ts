/**
 * What is highlighted: sets of rules that a person keeps, and quick ones for single words. Pure; highlightStore.ts keeps them, and
 * format.ts reads and writes them.
 */
import type { Tint } from '../state/tints.ts';

export interface HighlightRule {
  /** Unique among all rules; means nothing outside of this browser. */
  readonly id: string;
  readonly pattern: string;
  /** Plain text, or an ECMAScript regular expression. */
  readonly kind: 'text' | 'regex';
  readonly matchCase: boolean;
  /** No letter, digit or underscore beside the match. */
  readonly wholeWord: boolean;
  /** Colours the match, or the whole line that holds one. */
  readonly applies: 'match' | 'line';
  readonly tint: Tint;
  readonly on: boolean;
}

export interface HighlightSet {
  readonly id: string;
  readonly name: string;
  readonly on: boolean;
  /** Where two rules meet, the first has the place. */
  readonly rules: readonly HighlightRule[];
}

/** A word highlighted by key. */
export interface QuickHighlight {
  readonly pattern: string;
  readonly wholeWord: boolean;
  readonly tint: Tint;
}

export interface Highlighters {
  readonly sets: readonly HighlightSet[];
  /** Newest first; they have the place before every rule. */
  readonly quick: readonly QuickHighlight[];
}

export const NO_HIGHLIGHTERS: Highlighters = { sets: [], quick: [] };

export const MAX_SETS = 32;
/** In all sets together. */
export const MAX_RULES = 200;
export const MAX_QUICK = 99;
/** UTF-16 units. */
export const MAX_PATTERN = 1_000;
export const MAX_SET_NAME = 100;

export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function ruleCount(sets: readonly HighlightSet[]): number {
  return sets.reduce((sum, { rules }) => sum + rules.length, 0);
}

export function newRule(tint: Tint): HighlightRule {
  const switches = { kind: 'text', matchCase: false, wholeWord: false, applies: 'match' } as const;
  return { id: newId(), pattern: '', ...switches, tint, on: true };
}

/** The list with the entry at `from` at place `to` instead; unchanged when there is no such place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const entry = list[from];
  if (entry === undefined || to < 0 || to >= list.length || from === to) return list;
  const others = list.filter((_, index) => index !== from);
  return [...others.slice(0, to), entry, ...others.slice(to)];
}

/** The colour that is used least by the rules of a set, for the next one. */
export function nextTint(rules: readonly { readonly tint: Tint }[], all: readonly Tint[]): Tint {
  const used = (tint: Tint): number => rules.filter((rule) => rule.tint === tint).length;
  return all.reduce((best, tint) => (used(tint) < used(best) ? tint : best));
}

/** A word that has the colour loses it; one that has another, or none, gets it. */
export function toggleQuick(quick: readonly QuickHighlight[], word: QuickHighlight): readonly QuickHighlight[] {
  const same = quick.find((other) => other.pattern === word.pattern && other.wholeWord === word.wholeWord);
  const others = quick.filter((other) => other !== same);
  return same?.tint === word.tint ? others : [word, ...others];
}

/** A rule in the form that finds its matches; ready for `new RegExp`. */
export interface CompiledRule {
  /** Null for a quick one. */
  readonly id: string | null;
  readonly source: string;
  readonly flags: string;
  readonly applies: 'match' | 'line';
  readonly tint: Tint;
}

const WORD = '[\\p{L}\\p{M}\\p{N}_]';

function compiles(source: string, flags: string): boolean {
  try {
    new RegExp(source, flags);
    return true;
  } catch {
    return false;
  }
}

/**
 * Source and flags of a pattern; null when it is empty or no expression. Unicode mode is tried first: there `.` is a whole
 * character. What only the older mode takes, as `\-`, is read in that.
 */
export function compilePattern(
  rule: Pick<HighlightRule, 'pattern' | 'kind' | 'matchCase' | 'wholeWord'>,
): { readonly source: string; readonly flags: string } | null {
  const { pattern, kind, matchCase, wholeWord } = rule;
  if (pattern === '') return null;
  const plain = kind === 'text' ? pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') : pattern;
  const flags = matchCase ? 'g' : 'gi';
  if (compiles(plain, `${flags}u`)) {
    const source = wholeWord ? `(?<!${WORD})(?:${plain})(?!${WORD})` : plain;
    return { source, flags: `${flags}u` };
  }
  if (!compiles(plain, flags)) return null;
  return { source: wholeWord ? `(?<!\\w)(?:${plain})(?!\\w)` : plain, flags };
}

/** All that is switched on and can be used, in order of precedence. */
export function compileAll({ sets, quick }: Highlighters): readonly CompiledRule[] {
  const found: CompiledRule[] = [];
  for (const { pattern, wholeWord, tint } of quick) {
    const compiled = compilePattern({ pattern, kind: 'text', matchCase: true, wholeWord });
    if (compiled) found.push({ id: null, ...compiled, applies: 'match', tint });
  }
  for (const rule of sets.filter((set) => set.on).flatMap((set) => set.rules)) {
    const compiled = rule.on ? compilePattern(rule) : null;
    if (compiled) found.push({ id: rule.id, ...compiled, applies: rule.applies, tint: rule.tint });
  }
  return found;
}

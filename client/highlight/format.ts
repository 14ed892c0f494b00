/** Highlighters as the browser keeps them. */
import { asArray, asObject, asOneOf, asSwitch, asText, FormatError, parseJson } from '../state/formats.ts';
import { isTint, type Tint } from '../state/tints.ts';
import {
  type Highlighters,
  type HighlightRule,
  type HighlightSet,
  MAX_PATTERN,
  MAX_QUICK,
  MAX_RULES,
  MAX_SET_NAME,
  MAX_SETS,
  NO_HIGHLIGHTERS,
  newId,
  type QuickHighlight,
  ruleCount,
} from './rules.ts';

function asTint(value: unknown, where: string): Tint {
  if (isTint(value)) return value;
  throw new FormatError(`${where} must be a whole number from 1 to 9, but is ${JSON.stringify(value) ?? 'missing'}.`);
}

function readRule(value: unknown, where: string): HighlightRule {
  const { id, pattern, kind, matchCase, wholeWord, applies, colour, on } = asObject(value, where);
  return {
    id: typeof id === 'string' && /^[\w-]{1,40}$/.test(id) ? id : newId(),
    pattern: asText(pattern, `${where}: “pattern”`, MAX_PATTERN),
    kind: kind === undefined ? 'text' : asOneOf(kind, `${where}: “kind”`, ['text', 'regex']),
    matchCase: asSwitch(matchCase, `${where}: “matchCase”`, false),
    wholeWord: asSwitch(wholeWord, `${where}: “wholeWord”`, false),
    applies: applies === undefined ? 'match' : asOneOf(applies, `${where}: “applies”`, ['match', 'line']),
    tint: asTint(colour, `${where}: “colour”`),
    on: asSwitch(on, `${where}: “on”`, true),
  };
}

/** `take` handles what is wrong with one rule: by throwing on, or by leaving the rule out. */
export function readSet(
  value: unknown,
  where: string,
  take: (read: () => HighlightRule) => HighlightRule | null,
): HighlightSet {
  const { id, name, on, rules } = asObject(value, where);
  const label = asText(name, `${where}: “name”`, MAX_SET_NAME);
  return {
    id: typeof id === 'string' && /^[\w-]{1,40}$/.test(id) ? id : newId(),
    name: label,
    on: asSwitch(on, `${where}: “on”`, true),
    rules: asArray(rules, `${where}: “rules”`, MAX_RULES)
      .map((rule, index) => take(() => readRule(rule, `Rule ${index + 1} of “${label}”`)))
      .filter((rule) => rule !== null),
  };
}

export function ruleOut({ tint, id: _id, ...rule }: HighlightRule): object {
  return { ...rule, colour: tint };
}

/** As the browser keeps it. */
export function storedHighlighters({ sets, quick }: Highlighters): object {
  return {
    sets: sets.map((set) => ({ ...set, rules: set.rules.map((rule) => ({ id: rule.id, ...ruleOut(rule) })) })),
    quick: quick.map(({ tint, ...word }) => ({ ...word, colour: tint })),
  };
}

function readQuick(value: unknown): QuickHighlight {
  const { pattern, wholeWord, colour } = asObject(value, 'A word');
  return {
    pattern: asText(pattern, '“pattern”', MAX_PATTERN),
    wholeWord: asSwitch(wholeWord, '“wholeWord”', false),
    tint: asTint(colour, '“colour”'),
  };
}

/** What is wrong is left out. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

function distinct<T extends { readonly id: string }>(list: readonly T[], seen: Set<string>): readonly T[] {
  return list.map((entry) => {
    const taken = seen.has(entry.id);
    const kept = taken ? { ...entry, id: newId() } : entry;
    seen.add(kept.id);
    return kept;
  });
}

/** Takes over what is valid of what the browser kept; another version may have written it. Never throws. */
export function restoreHighlighters(text: string | null): Highlighters {
  const stored = orNull(() => asObject(parseJson(text ?? 'null'), 'What was kept'));
  if (stored === null) return NO_HIGHLIGHTERS;
  const list = (value: unknown, most: number): readonly unknown[] =>
    Array.isArray(value) ? (value as readonly unknown[]).slice(0, most) : [];
  const sets: HighlightSet[] = [];
  const seen = new Set<string>();
  for (const value of list(stored.sets, MAX_SETS)) {
    const set = orNull(() => readSet(value, 'Set', orNull));
    if (set && ruleCount(sets) + set.rules.length <= MAX_RULES) sets.push({ ...set, rules: distinct(set.rules, seen) });
  }
  const quick = list(stored.quick, MAX_QUICK)
    .map((value) => orNull(() => readQuick(value)))
    .filter((word) => word !== null);
  return { sets: distinct(sets, new Set()), quick };
}

/** Highlighters as a file: JSON that comes back. Loaded with the panel. */
import { asArray, asFileOf, FormatError } from '../state/formats.ts';
import { readSet, ruleOut } from './format.ts';
import { type HighlightSet, MAX_RULES, MAX_SETS, newId, ruleCount } from './rules.ts';

/** The sets of an exported file, with ids of their own. Throws a FormatError that says what is wrong, and where. */
export function importHighlighters(text: string): readonly HighlightSet[] {
  const { sets } = asFileOf('highlighters', text);
  const read = asArray(sets, '“sets”', MAX_SETS).map((set, index) =>
    readSet(set, `Set ${index + 1}`, (rule) => rule()),
  );
  if (ruleCount(read) > MAX_RULES) {
    throw new FormatError(`The file has ${ruleCount(read)} rules; at most ${MAX_RULES} are taken.`);
  }
  return read.map((set) => ({ ...set, id: newId(), rules: set.rules.map((rule) => ({ ...rule, id: newId() })) }));
}

export function exportHighlighters(sets: readonly HighlightSet[]): string {
  const plain = sets.map(({ name, on, rules }) => ({ name, on, rules: rules.map(ruleOut) }));
  return `${JSON.stringify({ bigview: 'highlighters', version: 1, sets: plain }, null, 2)}\n`;
}

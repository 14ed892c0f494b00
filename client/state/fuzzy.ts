/** Finding commands by a few of their letters. Pure. */

export interface FuzzyMatch {
  /** Greater is better. */
  readonly score: number;
  /** Indexes of the matched characters of the label. */
  readonly at: readonly number[];
}

const isStart = (label: string, index: number): boolean => index === 0 || !/[a-z0-9]/i.test(label.charAt(index - 1));

/**
 * Matches the letters of `query` in order, blanks ignored; null when they are not all there. Letters at the start of a word
 * and letters in a row count most, so each letter is looked for there first, as far as the rest can still follow.
 */
export function fuzzyMatch(query: string, label: string): FuzzyMatch | null {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const text = label.toLowerCase();
  const best: (FuzzyMatch | null)[][] = [];
  const from = (letter: number, start: number, inRow: boolean): FuzzyMatch | null => {
    if (letter === wanted.length) return { score: 0, at: [] };
    const key = start * 2 + Number(inRow);
    best[letter] ??= [];
    const known = best[letter][key];
    if (known !== undefined) return known;
    let found: FuzzyMatch | null = null;
    for (
      let index = text.indexOf(wanted.charAt(letter), start);
      index >= 0;
      index = text.indexOf(wanted.charAt(letter), index + 1)
    ) {
      const rest = from(letter + 1, index + 1, true);
      if (!rest) break;
      const bonus = (isStart(label, index) ? 8 : 0) + (inRow && index === start ? 9 : 0);
      const score = rest.score + 1 + bonus - Math.min(3, (index - start) * 0.1);
      if (!found || score > found.score) found = { score, at: [index, ...rest.at] };
    }
    best[letter][key] = found;
    return found;
  };
  const match = from(0, 0, false);
  // Among equals the shorter label is the closer one.
  return match && { score: match.score - label.length * 0.01, at: match.at };
}

/** The items that match, best first; an empty query keeps all in their order. */
export function fuzzyFilter<T>(
  query: string,
  items: readonly T[],
  label: (item: T) => string,
): readonly { item: T; at: readonly number[] }[] {
  if (query.trim() === '') return items.map((item) => ({ item, at: [] }));
  return items
    .map((item) => ({ item, match: fuzzyMatch(query, label(item)) }))
    .filter((entry): entry is { item: T; match: FuzzyMatch } => entry.match !== null)
    .sort((a, b) => b.match.score - a.match.score)
    .map(({ item, match }) => ({ item, at: match.at }));
}

/** Searches in words. Pure. */
import { counted, formatCount, formatHex } from '../../shared/units.ts';
import { numberTypeOf, type SearchQuery } from './query.ts';
import { currentHit, type FileSearch, isRunning, shownHits } from './searchStore.ts';

/** How many hits there are, and which of them the cursor is on; counts of a search that goes on say so. */
export function summaryOf(search: FileSearch, cursor: number): string {
  const { status, problem } = search;
  if (problem !== null) return 'not searched';
  if (status === null) return 'searching';
  const running = isRunning(search);
  const partly = running ? ' so far' : status.complete ? '' : ' in what was searched';
  const hits = shownHits(search);
  const hidden = search.hidden === 0 ? '' : ` · ${formatCount(search.hidden)} hidden`;
  if (hits === 0) return `${running ? 'no hit yet' : `no hit${partly}`}${hidden}`;
  const behind = `${partly}${hidden}`;
  const current = currentHit(search, cursor);
  if (current === null || current.number === null) return `${counted(hits, 'hit')}${behind}`;
  const number = current.number + 1 - search.hidden;
  return `hit ${formatCount(number)} of ${formatCount(Math.max(hits, number))}${behind}`;
}

/** What is wrong with the search, one or two sentences; null when nothing is. */
export function troubleOf(search: FileSearch): string | null {
  if (search.problem !== null) return sentence(search.problem.message);
  const { error } = search.status ?? {};
  if (!error) return null;
  const where =
    error.offset === null ? '' : ` It is at offset ${formatCount(error.offset)} (0x${formatHex(error.offset)}).`;
  return `${sentence(error.message)}${where}`;
}

export function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? '' : '.';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

/** The kind and the switches of a query. */
export function kindOf(query: SearchQuery): string {
  const { kind, caseSensitive, wholeWord, flags, endian, aligned } = query;
  const words = {
    text: ['Text', caseSensitive ? 'match case' : 'any case', ...(wholeWord ? ['whole words'] : [])],
    regex: ['Regex', caseSensitive ? 'match case' : 'any case', ...(flags === '' ? [] : [`flags ${flags}`])],
    bytes: ['Bytes'],
    number: ['Number', `${numberTypeOf(query)} ${endian.toUpperCase()}`, ...(aligned ? ['aligned'] : [])],
  };
  return words[kind].join(', ');
}

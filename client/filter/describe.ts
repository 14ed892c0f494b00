/** Filters in words. Pure. */
import { counted, formatCount, formatPercent } from '../../shared/units.ts';
import { sentence } from '../search/describe.ts';
import { activeLayers } from './filterSet.ts';
import type { LayerState } from './filterState.ts';
import type { FileFilter } from './filterStore.ts';

/** Lines that match of all there are, context, and how far it is; `lines` is null while the file's are not counted. */
export function filterSummary({ set, state }: FileFilter, lines: number | null): string {
  const { rows, problem } = state;
  if (!set.on) return 'switched off';
  if (!rows?.status) return problem === null ? 'starting' : 'not filtered';
  const { matches, rows: shown, complete, decidedBytes, size } = rows.status;
  const all = lines === null ? counted(matches, 'line') : `${formatCount(matches)} of ${counted(lines, 'line')}`;
  const context = shown > matches ? ` + ${formatCount(shown - matches)} of context` : '';
  const far = complete ? '' : ` so far · ${formatPercent(decidedBytes, size)}`;
  return `${all}${context}${far}`;
}

/** What is said in place of rows while there are none; `hidden`: what came before some place is hidden. */
export function emptySentence({ set, state }: FileFilter, hidden: boolean): string {
  const { rows, problem, layers } = state;
  if (problem !== null) return sentence(problem);
  const active = activeLayers(set);
  if (active.length > 0 && active.every(({ id }) => layers[id]?.problem != null)) {
    return 'No layer can be searched for; the Filters panel says why.';
  }
  const { status } = rows ?? {};
  if (!status) return 'Filtering begins.';
  if (status.stale) return 'The file was changed, so its lines are filtered anew.';
  if (status.error) return sentence(status.error.message);
  if (status.rows > 0) return 'Reading the filtered lines.';
  if (status.running) return `No line passes the filter yet, ${formatPercent(status.decidedBytes, status.size)} done.`;
  if (hidden) return 'No line that passes the filter has come since. What comes appears here by itself.';
  return 'No line passes the filter. Change or turn off a layer, or combine them otherwise.';
}

/** What is wrong with a layer, or null. */
export function layerTrouble(state: LayerState | undefined): string | null {
  if (!state) return null;
  const message = state.problem ?? state.status?.error?.message;
  return message === undefined ? null : sentence(message);
}

/** Lines that hold the pattern, as far as it is searched. */
export function layerCount(state: LayerState | undefined): string {
  if (!state?.status) return '–';
  const { hits, complete } = state.status;
  return complete ? formatCount(hits) : `${formatCount(hits)} …`;
}

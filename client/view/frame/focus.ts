/** Where the keyboard goes. Panes are found by their place in the document, so views need to know nothing about it. */
import { filterStore } from '../../filter/filterStore.ts';
import { ROWS_SCOPE_ATTRIBUTE } from '../../state/commandRegistry.ts';
import { appStore, type Pane } from '../../state/store.ts';
import { activeOf } from '../../state/useApp.ts';

function rowsOf(pane: Pane | 'filtered'): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-pane="${pane}"] [${ROWS_SCOPE_ATTRIBUTE}][tabindex="0"]`);
}

/**
 * Gives the keyboard to the rows of the active pane, without scrolling. Where there are none, as in an empty file, it is taken from
 * what had it: a field that keeps it would swallow every key from then on.
 */
export function focusRows(): void {
  const view = activeOf(appStore.getState())?.view;
  if (!view) return;
  const below = filterStore.getState().below ? rowsOf('filtered') : null;
  const rows = below ?? rowsOf(view.pane);
  if (rows) rows.focus({ preventScroll: true });
  else if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** For panes that take the place of others: the keyboard that went with those comes back, unless something else was given it. */
export function focusRowsIfLost(): void {
  const { activeElement, body } = document;
  if (activeElement === null || activeElement === body) focusRows();
}

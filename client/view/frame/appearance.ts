/** Settings that are the whole page's: theme and size of the rows, as attributes and custom properties of the root element. */
import { rowHeightFor } from '../../rows/metrics.ts';
import { appStore, type Settings } from '../../state/store.ts';

function apply(root: HTMLElement, settings: Settings): void {
  if (settings.theme === 'system') delete root.dataset.theme;
  else root.dataset.theme = settings.theme;
  root.style.setProperty('--row-font-size', `${settings.fontSize}px`);
  root.style.setProperty('--row-height', `${rowHeightFor(settings.fontSize)}px`);
}

export function followAppearance(root: HTMLElement): void {
  apply(root, appStore.getState().settings);
  appStore.subscribe((state, before) => {
    if (state.settings !== before.settings) apply(root, state.settings);
  });
}

/** What is told over the rows and can be closed by Escape there: toasts, and what became of a copy. */
import { dismissToast, uiStore } from './ui.ts';

const closers: (() => void)[] = [];

/** There is a note that `close` takes away, until the returned function is called. */
export function holdNote(close: () => void): () => void {
  closers.push(close);
  return () => {
    const at = closers.indexOf(close);
    if (at >= 0) closers.splice(at, 1);
  };
}

/** Closes the newest note; false when there is none. */
export function closeNote(): boolean {
  const close = closers.at(-1);
  const toast = uiStore.getState().toasts.at(-1);
  if (close) close();
  else if (toast !== undefined) dismissToast(toast);
  return close !== undefined || toast !== undefined;
}

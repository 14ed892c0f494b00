/**
 * Parts of the window that are not needed for the first rows: loaded once the page is idle, so that they are there at once when
 * asked for, also after the server is gone.
 */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

const loaders: (() => Promise<unknown>)[] = [];

export function latePart<Props>(load: () => Promise<ComponentType<Props>>): LazyExoticComponent<ComponentType<Props>> {
  let loading: Promise<{ default: ComponentType<Props> }> | null = null;
  const once = (): Promise<{ default: ComponentType<Props> }> => {
    loading ??= load().then(
      (part) => ({ default: part }),
      (error: unknown) => {
        loading = null;
        throw error;
      },
    );
    return loading;
  };
  loaders.push(once);
  return lazy(once);
}

const SETTLE_MS = 600;

/** Loads all late parts soon. A failure shows when the part is asked for. */
export function loadLateParts(): () => void {
  const timer = setTimeout(() => {
    for (const load of loaders) load().catch(() => undefined);
  }, SETTLE_MS);
  return () => clearTimeout(timer);
}

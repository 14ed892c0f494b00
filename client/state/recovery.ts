/**
 * When to try again. One place says that the server can be reached (again): whoever waits to repeat something hears it here, and
 * does not wait any longer. And one wait, that of the line itself, can be cut short.
 */

const listeners = new Set<() => void>();

/** `listener` hears it every time, until the returned function is called. */
export function onRecovered(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellRecovered(): void {
  for (const listener of [...listeners]) listener();
}

/** Resolves after `ms`, or as soon as the server can be reached again. */
export function recoveredWithin(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(done, ms);
    const stop = onRecovered(done);
  });
}

let wakeUp: (() => void) | null = null;

/** Tries to reach the server now instead of at the announced moment. */
export function retryNow(): void {
  wakeUp?.();
}

/** The line waits before its next try; resolves early by `retryNow`, or when `signal` aborts. */
export function untilRetry(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      if (wakeUp === done) wakeUp = null;
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    wakeUp = done;
    if (signal.aborted) done();
  });
}

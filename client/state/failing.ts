/**
 * Notices that requests fail although the line to the server holds: what is between lets the one through and not the others. That is said
 * where a lost server is, until a request of the kind succeeds, or until none has failed for longer than what fails is left alone.
 */
import { isUnreached, pauseAskedFor } from '../api/errors.ts';
import { onRecovered } from './recovery.ts';
import { uiStore } from './ui.ts';

/** Whoever still wants what failed asks again sooner than this, ms. */
const FORGET_MS = 12_000;

/** What fails, by kind of request, with the timer that forgets it. */
const failing = new Map<string, ReturnType<typeof setTimeout>>();

function tell(): void {
  const now = failing.size > 0;
  if (uiStore.getState().failing !== now) uiStore.setState({ failing: now });
}

function forget(kind: string): void {
  clearTimeout(failing.get(kind));
  failing.delete(kind);
  tell();
}

onRecovered(() => {
  for (const kind of [...failing.keys()]) forget(kind);
});

/** The same outcome as `request`, of which it is noticed whether it came through. */
export async function noticed<T>(kind: string, request: Promise<T>): Promise<T> {
  try {
    const reply = await request;
    forget(kind);
    return reply;
  } catch (error) {
    if (isUnreached(error)) {
      clearTimeout(failing.get(kind));
      failing.set(
        kind,
        setTimeout(() => forget(kind), FORGET_MS + pauseAskedFor(error)),
      );
      tell();
    }
    throw error;
  }
}

/** Notices that what is on screen is being waited for: says so, and takes it back, without touching the requests. */
import { uiStore } from './ui.ts';

/** A disk that spins up takes as long. */
const PATIENCE_MS = 3_000;

let late = 0;

function count(change: number): void {
  late += change;
  const slow = late > 0;
  if (uiStore.getState().slow !== slow) uiStore.setState({ slow });
}

/** The same outcome as `request`, which is counted as late once it has taken too long. */
export async function watched<T>(request: Promise<T>): Promise<T> {
  let counted = false;
  const timer = setTimeout(() => {
    counted = true;
    count(1);
  }, PATIENCE_MS);
  try {
    return await request;
  } finally {
    clearTimeout(timer);
    if (counted) count(-1);
  }
}

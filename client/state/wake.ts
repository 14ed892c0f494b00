/** Notices that the machine has slept, or has another network: timers stand still meanwhile, and connections may be dead. */
import { tryAnew } from './connection.ts';

const TICK_MS = 2_000;
/** Ticks of a visible tab that come later than this were not late, but slept through. */
const SLEPT_MS = 10_000;

export function followWaking(): () => void {
  let last = Date.now();
  const tick = (): void => {
    const now = Date.now();
    const slept = now - last > TICK_MS + SLEPT_MS;
    last = now;
    // Timers of hidden tabs are late anyway; those are looked after when they are shown.
    if (slept && document.visibilityState === 'visible') tryAnew();
  };
  const timer = setInterval(tick, TICK_MS);
  const restart = (): void => {
    last = Date.now();
  };
  document.addEventListener('visibilitychange', restart);
  window.addEventListener('online', tryAnew);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', restart);
    window.removeEventListener('online', tryAnew);
  };
}

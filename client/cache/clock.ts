/** Time as the cache needs it; tests bring their own. */
export interface Clock {
  /** ms, from any start. */
  now(): number;
  /** Runs `callback` once, before the next frame is drawn. */
  frame(callback: () => void): void;
  /** Runs `callback` after `ms`; the result takes it back. */
  delay(ms: number, callback: () => void): () => void;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  frame: (callback) => {
    requestAnimationFrame(callback);
  },
  delay: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Where the built parts lie. In the bundle every server module sits in `dist/server`; run from source (tests), the workers
 * and kernels of the last build are used.
 */
const here = import.meta.url;
const built = here.endsWith('.ts') ? new URL('../dist/server/', here) : new URL('./', here);

/** URL of a built server file: `scanWorker.js`, `count.wasm` … */
export function serverAsset(name: string): URL {
  return new URL(name, built);
}

/** Directory of the built client. */
export function clientDirectory(): URL {
  return new URL('../client/', built);
}

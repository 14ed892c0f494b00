/** Starts the worker. The CSP takes scripts of our own only, and asks for it in the form of a trusted address. */
import workerUrl from './paintWorker.ts?worker&url';
import type { PaintWorker } from './rowPainter.ts';

interface TrustedTypePolicies {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): unknown };
}

declare global {
  interface Window {
    /** Not in every browser; without it an address is just a string. */
    readonly trustedTypes?: TrustedTypePolicies;
  }
}

function ownScript(address: string): string {
  const url = new URL(address, import.meta.url);
  if (url.origin !== location.origin) throw new TypeError(`not a script of this server: ${url.href}`);
  return url.href;
}

const policy = window.trustedTypes?.createPolicy('bigview-workers', { createScriptURL: ownScript });

export function spawnPaintWorker(): PaintWorker {
  const address = policy ? policy.createScriptURL(workerUrl) : ownScript(workerUrl);
  return new Worker(address as string, { type: 'module' });
}

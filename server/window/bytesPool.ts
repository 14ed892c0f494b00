/**
 * Targets for windows, used again. A fresh 64 KiB for every request costs as much as the copy into it: page faults, and
 * garbage collections that are driven by memory outside the heap. Only whole pages are kept, the size that the client asks for.
 */
import { PAGE_BYTES } from '../../shared/limits.ts';

/** 4 MiB; as many replies as are under way at once in ordinary use. */
const MAX_KEPT = 64;

export class BytesPool {
  readonly #kept: Buffer[] = [];

  /** A target of `length` bytes with whatever was in it before. */
  take(length: number): Buffer {
    return (length === PAGE_BYTES ? this.#kept.pop() : undefined) ?? Buffer.allocUnsafeSlow(length);
  }

  /** Gives a target from `take` back; nothing may read or write it any more. */
  give(target: Buffer): void {
    if (target.length === PAGE_BYTES && this.#kept.length < MAX_KEPT) this.#kept.push(target);
  }
}

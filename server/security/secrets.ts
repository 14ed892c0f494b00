/**
 * Secrets of one run. The bearer token opens the API; a one-time code from the URL fragment is traded for it; a ticket stands
 * for one download by the browser itself, which cannot send a bearer token. All are random and compared in constant time: over
 * hashes, so that neither length nor prefix of the secret can be timed.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Life of a one-time code and of a download ticket, ms. */
export const ONE_TIME_MS = 60_000;

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** 256 random bits, URL-safe. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A secret that is only ever compared. */
export class Secret {
  readonly #hash: Buffer;
  constructor(secret: string) {
    this.#hash = hash(secret);
  }

  equals(candidate: string): boolean {
    return timingSafeEqual(this.#hash, hash(candidate));
  }
}

const BEARER = /^bearer +([!-~]+)$/i;

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken(header: string | undefined): string | null {
  return (header && BEARER.exec(header)?.[1]) || null;
}

interface Entry<T> {
  readonly secret: Secret;
  readonly value: T;
  readonly expires: number;
}

/** Secrets that work once and expire; the oldest go first when there are more than `limit`. Each stands for a value. */
export class OneTimeSecrets<T> {
  readonly #limit: number;
  readonly #now: () => number;
  #entries: Entry<T>[] = [];

  /** `now` in ms, monotonic. */
  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  issue(value: T): string {
    const secret = randomSecret();
    this.#prune();
    this.#entries.push({ secret: new Secret(secret), value, expires: this.#now() + ONE_TIME_MS });
    if (this.#entries.length > this.#limit) this.#entries.shift();
    return secret;
  }

  /** What the secret stands for, or null; looks at every entry, whichever matches. */
  peek(secret: string): T | null {
    return this.#find(secret)?.value ?? null;
  }

  /** As `peek`, and the secret never works again. */
  redeem(secret: string): T | null {
    const found = this.#find(secret);
    if (!found) return null;
    this.#entries = this.#entries.filter((entry) => entry !== found);
    return found.value;
  }

  #find(secret: string): Entry<T> | null {
    this.#prune();
    let found: Entry<T> | null = null;
    for (const entry of this.#entries) if (entry.secret.equals(secret)) found = entry;
    return found;
  }

  #prune(): void {
    const now = this.#now();
    this.#entries = this.#entries.filter((entry) => entry.expires > now);
  }
}

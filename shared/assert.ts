/** Throws when an invariant of our own code does not hold; never used on outside input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant violated: ${message}`);
}

/** Makes the compiler prove that a switch over a union is exhaustive. Throws if outside data got here all the same. */
export function assertUnreachable(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

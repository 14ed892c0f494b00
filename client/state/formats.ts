/**
 * Reading JSON that a person, another program or another version wrote. What is wrong is said in one sentence that names the place;
 * nothing is taken over that was not looked at.
 */

/** One sentence for a person. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(`This is not JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A value as it is shown in a sentence. */
function shown(value: unknown): string {
  const text = value === undefined ? 'missing' : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

export function asObject(value: unknown, where: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new FormatError(`${where} must be an object, but is ${shown(value)}.`);
}

/** An array of at most `most` entries. */
export function asArray(value: unknown, where: string, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new FormatError(`${where} must be an array, but is ${shown(value)}.`);
  if (value.length > most) throw new FormatError(`${where} has ${value.length} entries; at most ${most} are taken.`);
  return value;
}

/** A string of at most `most` UTF-16 units. */
export function asText(value: unknown, where: string, most: number): string {
  if (typeof value !== 'string') throw new FormatError(`${where} must be a string, but is ${shown(value)}.`);
  if (value.length > most)
    throw new FormatError(`${where} is ${value.length} characters long; at most ${most} are taken.`);
  return value;
}

/** `absent` where there is no such field. */
export function asSwitch(value: unknown, where: string, absent: boolean): boolean {
  if (value === undefined) return absent;
  if (typeof value === 'boolean') return value;
  throw new FormatError(`${where} must be true or false, but is ${shown(value)}.`);
}

export function asInteger(value: unknown, where: string, least: number, most: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
  throw new FormatError(`${where} must be a whole number from ${least} to ${most}, but is ${shown(value)}.`);
}

export function asOneOf<const T extends string>(value: unknown, where: string, allowed: readonly T[]): T {
  const found = allowed.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new FormatError(`${where} must be one of ${allowed.join(', ')}, but is ${shown(value)}.`);
}

/** The object of a file that bigview wrote as `kind`; only version 1 is known. */
export function asFileOf(kind: string, text: string): JsonObject {
  const file = asObject(parseJson(text), 'The file');
  if (file.bigview !== kind) {
    throw new FormatError(
      `This file does not hold ${kind}: its “bigview” must be "${kind}", but is ${shown(file.bigview)}.`,
    );
  }
  if (file.version !== 1) {
    throw new FormatError(`“version” is ${shown(file.version)}; only version 1 is known.`);
  }
  return file;
}

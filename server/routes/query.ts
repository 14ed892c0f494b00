/**
 * Strict query strings: a parameter that is unknown, given twice or malformed is an error that names it. Nothing is guessed:
 * what a script misspells must not silently show another part of the file.
 */
import { canonicalEncoding } from '../window/encoding.ts';
import { badParameter, HttpError } from './reply.ts';

export type Query = ReadonlyMap<string, string>;

function decode(part: string): string {
  if (!part.includes('%') && !part.includes('+')) return part;
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    throw new HttpError(400, 'bad-request', 'the query holds a malformed percent escape', {
      value: part.slice(0, 100),
    });
  }
}

/** The path of a request target, and its query without the `?` ('' when there is none). */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Throws 400 on any parameter outside `known` or given twice. */
export function parseQuery(query: string, known: readonly string[]): Query {
  const parameters = new Map<string, string>();
  if (query === '') return parameters;
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (!known.includes(name)) {
      const limit = known.length === 0 ? 'no parameters' : `one of ${known.join(', ')}`;
      throw new HttpError(400, 'bad-request', `unknown parameter ${name.slice(0, 100)}`, {
        parameter: name.slice(0, 100),
        value: value.slice(0, 100),
        limit,
      });
    }
    if (parameters.has(name)) throw badParameter(name, value, 'given once');
    parameters.set(name, value);
  }
  return parameters;
}

const INTEGER = /^-?(0|[1-9]\d{0,15})$/;

/** The integer `name`, or null when it is absent. Throws 400 outside `[min, max]`, both included. */
export function optionalInteger(query: Query, name: string, min: number, max: number): number | null {
  const text = query.get(name);
  if (text === undefined) return null;
  const value = INTEGER.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max) || Object.is(value, -0)) {
    throw badParameter(name, text, `an integer from ${min} to ${max}`);
  }
  return value;
}

/** As `optionalInteger`, and 400 when it is absent. */
export function requiredInteger(query: Query, name: string, min: number, max: number): number {
  const value = optionalInteger(query, name, min, max);
  if (value === null) throw badParameter(name, '', `given: an integer from ${min} to ${max}`);
  return value;
}

/** Encodings of one byte a character that browsers decode and Node does not. Where their lines are, is the same as in any. */
const BROWSER_ONLY = new Set(['iso-8859-16', 'x-user-defined']);

/**
 * The WHATWG name of the parameter `encoding`, null when it is absent. Throws 400 for a label that cannot be decoded here;
 * unless `text` is wanted, those that only browsers decode are taken for another single-byte encoding.
 */
export function readEncoding(query: Query, text: boolean): string | null {
  const label = query.get('encoding');
  if (label === undefined) return null;
  if (!text && BROWSER_ONLY.has(label.toLowerCase())) return 'windows-1252';
  const name = canonicalEncoding(label);
  if (name === null) throw badParameter('encoding', label, 'a label that TextDecoder knows');
  return name;
}

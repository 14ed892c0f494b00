import type { IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES } from '../../shared/limits.ts';
import { HttpError } from './reply.ts';

/** Requests whose bodies are no HTTP: nothing more will come of them, and Node does not tell them. */
const broken = new WeakSet<IncomingMessage>();
const BROKEN = 'bigview-broken';

/** Who reads the body of `req`, now or later, hears that it is malformed. */
export function breakBody(req: IncomingMessage): void {
  broken.add(req);
  req.emit(BROKEN);
}

/** Levels of objects and arrays; ours have three. Whoever looks at thousands of them, or shows them, runs out of stack. */
const MAX_DEPTH = 16;
const JSON_TYPE = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;

/**
 * The request's body as a JSON object. Express's own parser inflates and takes other charsets; a body here is a few plain
 * fields, and a strict type keeps HTML forms (which can only send three other types) out.
 * Throws 415, 413 or 400.
 */
export async function readJsonObject(req: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!JSON_TYPE.test(req.headers['content-type'] ?? '') || req.headers['content-encoding'] !== undefined) {
    throw new HttpError(415, 'bad-request', 'the body must be application/json', { limit: 'application/json' });
  }
  const tooLarge = (): HttpError =>
    new HttpError(413, 'too-large', `the body must not exceed ${MAX_BODY_BYTES} bytes`, {
      limit: String(MAX_BODY_BYTES),
    });
  if (Number(req.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const parts: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    req.on('data', (part: Buffer) => {
      length += part.length;
      if (length <= MAX_BODY_BYTES) parts.push(part);
      else reject(tooLarge());
    });
    req.on('end', resolve);
    req.on('error', reject);
    req.on('close', () => reject(new HttpError(400, 'bad-request', 'the body ended early')));
    const malformed = (): void => reject(new HttpError(400, 'bad-request', 'the body is malformed'));
    if (broken.has(req)) malformed();
    else req.once(BROKEN, malformed);
  });
  let value: unknown;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts));
    value = JSON.parse(text);
  } catch {
    throw new HttpError(400, 'bad-request', 'the body is not JSON');
  }
  if (depthOf(text) > MAX_DEPTH) {
    throw new HttpError(400, 'bad-request', `the body is nested more than ${MAX_DEPTH} levels deep`, {
      limit: String(MAX_DEPTH),
    });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HttpError(400, 'bad-request', 'the body must be a JSON object');
  }
  return value as Readonly<Record<string, unknown>>;
}

/** Levels of objects and arrays in what is known to be JSON. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth);
    else if (token === ']' || token === '}') depth--;
  }
  return deepest;
}

/** Throws 400 when the object has a member outside `known`. */
export function checkMembers(body: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  for (const name of Object.keys(body)) {
    if (!known.includes(name)) {
      throw new HttpError(400, 'bad-request', `unknown member ${name.slice(0, 100)}`, {
        parameter: name.slice(0, 100),
        limit: `one of ${known.join(', ')}`,
      });
    }
  }
}

/** An integer member in `[min, max]`; throws 400 otherwise. */
export function integerMember(body: Readonly<Record<string, unknown>>, name: string, min: number, max: number): number {
  const value = body[name];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const limit = `an integer from ${min} to ${max}`;
  throw new HttpError(400, 'bad-request', `${name} must be ${limit}`, {
    parameter: name,
    value: JSON.stringify(value)?.slice(0, 100) ?? '',
    limit,
  });
}

/** The body of `POST …/searches`, member by member. Which members go with which kind is checked as well: nothing is ignored. */
import { MAX_FILE_BYTES } from '../../shared/limits.ts';
import type { SearchKind, SearchRequest } from '../../shared/protocol.ts';
import { canonicalEncoding } from '../window/encoding.ts';
import { checkMembers, integerMember } from './body.ts';
import { badParameter } from './reply.ts';

type Body = Readonly<Record<string, unknown>>;

const KINDS: readonly SearchKind[] = ['text', 'bytes', 'number', 'regex'];
const NUMBER_TYPES = ['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'f32', 'f64'] as const;

/** Members of each kind besides `kind`, `pattern`, `from` and `report`. */
const MEMBERS: Readonly<Record<SearchKind, readonly string[]>> = {
  text: ['caseSensitive', 'wholeWord', 'encoding'],
  bytes: [],
  number: ['numberType', 'endian', 'align'],
  regex: ['caseSensitive', 'flags', 'over', 'encoding'],
};

/** Throws 400 that names what is wrong; the pattern itself is not looked at. */
export function readSearchRequest(body: Body): SearchRequest {
  const kind = oneOf(body, 'kind', KINDS);
  if (kind === undefined) throw badParameter('kind', '', `one of ${KINDS.join(', ')}`);
  checkMembers(body, ['kind', 'pattern', 'from', 'report', ...MEMBERS[kind]]);
  const { pattern } = body;
  if (typeof pattern !== 'string') throw badParameter('pattern', shown(pattern), 'a string');
  return {
    kind,
    pattern,
    ...given('caseSensitive', flag(body, 'caseSensitive')),
    ...given('wholeWord', flag(body, 'wholeWord')),
    ...given('flags', text(body, 'flags')),
    ...given('over', oneOf(body, 'over', ['lines', 'bytes'] as const)),
    ...given('numberType', oneOf(body, 'numberType', NUMBER_TYPES)),
    ...given('endian', oneOf(body, 'endian', ['le', 'be'] as const)),
    ...given('align', oneOf(body, 'align', [1, 2, 4, 8] as const)),
    ...given('encoding', encoding(body)),
    ...given('report', oneOf(body, 'report', ['matches', 'lines'] as const)),
    ...given('from', body.from === undefined ? undefined : integerMember(body, 'from', 0, MAX_FILE_BYTES)),
  };
}

/** Absent members stay absent. */
function given<K extends string, V>(name: K, value: V | undefined): { readonly [name in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in K]?: V });
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

function oneOf<T extends string | number>(body: Body, name: string, allowed: readonly T[]): T | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw badParameter(name, shown(value), `one of ${allowed.join(', ')}`);
  return found;
}

function flag(body: Body, name: string): boolean | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== 'boolean') throw badParameter(name, shown(value), 'true or false');
  return value;
}

function text(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value !== undefined && typeof value !== 'string') throw badParameter(name, shown(value), 'a string');
  return value;
}

function encoding(body: Body): string | undefined {
  const label = text(body, 'encoding');
  if (label === undefined) return undefined;
  const name = canonicalEncoding(label);
  if (name === null) throw badParameter('encoding', label, 'a label that TextDecoder knows');
  return name;
}

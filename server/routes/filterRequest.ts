/** The body of `POST …/filters`, member by member. */

import { MAX_FILE_BYTES, MAX_FILTER_CONTEXT, MAX_FILTER_LAYERS } from '../../shared/limits.ts';
import type { FilterRequest } from '../../shared/protocol.ts';
import type { FilterWish } from '../filter/fileFilters.ts';
import { checkMembers, integerMember } from './body.ts';
import { badParameter } from './reply.ts';

type Body = Readonly<Record<string, unknown>>;

const LAYERS = `1 to ${MAX_FILTER_LAYERS} layers {search, role}`;

/** Throws 400 that names what is wrong; whether the searches are there is not looked at. */
export function readFilterRequest(body: Body): FilterWish {
  checkMembers(body, ['layers', 'combine', 'before', 'after', 'from']);
  const { layers, combine = 'any' } = body;
  if (!Array.isArray(layers) || layers.length < 1 || layers.length > MAX_FILTER_LAYERS) {
    throw badParameter('layers', shown(layers), LAYERS);
  }
  if (combine !== 'any' && combine !== 'all' && combine !== 'none') {
    throw badParameter('combine', shown(combine), 'one of any, all, none');
  }
  return {
    layers: layers.map((layer: unknown, i) => readLayer(layer, i)),
    combine,
    before: context(body, 'before'),
    after: context(body, 'after'),
    from: body.from === undefined ? 0 : integerMember(body, 'from', 0, MAX_FILE_BYTES),
  };
}

function readLayer(layer: unknown, index: number): FilterRequest['layers'][number] {
  const name = `layers[${index}]`;
  if (typeof layer !== 'object' || layer === null) throw badParameter(name, shown(layer), '{search, role}');
  checkMembers(layer as Body, ['search', 'role']);
  const { search, role } = layer as Body;
  if (typeof search !== 'string') throw badParameter(`${name}.search`, shown(search), 'the id of a search');
  if (role !== 'include' && role !== 'exclude') {
    throw badParameter(`${name}.role`, shown(role), 'include or exclude');
  }
  return { search, role };
}

function context(body: Body, name: 'before' | 'after'): number {
  return body[name] === undefined ? 0 : integerMember(body, name, 0, MAX_FILTER_CONTEXT);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? '';
}

/** The search routes as functions, under the rules of client.ts. */
import type {
  SearchExtentReply,
  SearchHistogramReply,
  SearchHitsReply,
  SearchNearReply,
  SearchReply,
  SearchRequest,
  SearchStatus,
} from '../../shared/protocol.ts';
import { type ApiOptions, json, query, request } from './client.ts';

/** Most hits that one request may ask for. */
const MAX_HITS_ASKED = 1_024;

export type Direction = 'next' | 'previous';

export interface SearchApi {
  /** Refused with `bad-pattern`, and where it is wrong. */
  create(fileId: string, search: SearchRequest): Promise<SearchReply>;
  status(fileId: string, id: string): Promise<SearchStatus>;
  control(fileId: string, id: string, action: 'cancel' | 'resume'): Promise<SearchStatus>;
  remove(fileId: string, id: string): Promise<void>;
  /** Hits by number, with their lines. */
  hits(fileId: string, id: string, start: number, count: number, signal?: AbortSignal): Promise<SearchHitsReply>;
  /** Hits that touch `[from, to)`, at most MAX_HITS_ASKED, without lines. */
  hitsIn(fileId: string, id: string, from: number, to: number, signal?: AbortSignal): Promise<SearchExtentReply>;
  /** The hit at or after an offset, or the last before it; waits up to `waitMs` until it is certain. */
  near(
    fileId: string,
    id: string,
    offset: number,
    direction: Direction,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<SearchNearReply>;
  histogram(fileId: string, id: string, buckets: number): Promise<SearchHistogramReply>;
}

export function createSearchApi(options: ApiOptions): SearchApi {
  const all = (fileId: string): string => `/api/files/${encodeURIComponent(fileId)}/searches`;
  const at = (fileId: string, id: string): string => `${all(fileId)}/${encodeURIComponent(id)}`;
  return {
    create: async (fileId, body) => json(await request(options, all(fileId), { method: 'POST', body })),
    status: async (fileId, id) => json(await request(options, at(fileId, id), {})),
    control: async (fileId, id, action) =>
      json(await request(options, at(fileId, id), { method: 'POST', body: { action } })),
    remove: async (fileId, id) => {
      await request(options, at(fileId, id), { method: 'DELETE' });
    },
    hits: async (fileId, id, start, count, signal) =>
      json(await request(options, `${at(fileId, id)}/hits?${query({ start, count })}`, { signal })),
    hitsIn: async (fileId, id, from, to, signal) => {
      const extent = query({ from, to, count: MAX_HITS_ASKED, lines: 0 });
      return json(await request(options, `${at(fileId, id)}/hits?${extent}`, { signal }));
    },
    near: async (fileId, id, near, direction, wait, signal) =>
      json(await request(options, `${at(fileId, id)}/hits?${query({ near, direction, wait })}`, { signal })),
    histogram: async (fileId, id, buckets) =>
      json(await request(options, `${at(fileId, id)}/histogram?${query({ buckets })}`, {})),
  };
}

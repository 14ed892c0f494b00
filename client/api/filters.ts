/** The filter routes as functions, under the rules of client.ts. */
import type {
  DownloadReply,
  FilterDownloadRequest,
  FilterHistogramReply,
  FilterReply,
  FilterRequest,
  FilterRowsReply,
  FilterStatus,
} from '../../shared/protocol.ts';
import { type ApiOptions, json, query, request } from './client.ts';

/** Most rows that one request may ask for. */
export const MAX_ROWS_ASKED = 1_024;

/** Rows by number, or those from the row that holds a byte (else the next one) on; a negative count: those before it. */
export type RowsPlace = { readonly start: number } | { readonly offset: number };

export interface FilterApi {
  create(fileId: string, filter: FilterRequest): Promise<FilterReply>;
  status(fileId: string, id: string): Promise<FilterStatus>;
  rows(fileId: string, id: string, place: RowsPlace, count: number, signal?: AbortSignal): Promise<FilterRowsReply>;
  /** As `rows`, without the numbers of the lines, which cost most. */
  extents(fileId: string, id: string, place: RowsPlace, count: number, signal: AbortSignal): Promise<FilterRowsReply>;
  histogram(fileId: string, id: string, buckets: number): Promise<FilterHistogramReply>;
  download(fileId: string, id: string, body: FilterDownloadRequest): Promise<DownloadReply>;
  remove(fileId: string, id: string): Promise<void>;
}

export function createFilterApi(options: ApiOptions): FilterApi {
  const all = (fileId: string): string => `/api/files/${encodeURIComponent(fileId)}/filters`;
  const at = (fileId: string, id: string): string => `${all(fileId)}/${encodeURIComponent(id)}`;
  return {
    create: async (fileId, body) => json(await request(options, all(fileId), { method: 'POST', body })),
    status: async (fileId, id) => json(await request(options, at(fileId, id), {})),
    rows: async (fileId, id, place, count, signal) =>
      json(await request(options, `${at(fileId, id)}/rows?${query({ ...place, count })}`, { signal })),
    extents: async (fileId, id, place, count, signal) =>
      json(await request(options, `${at(fileId, id)}/rows?${query({ ...place, count, lines: 0 })}`, { signal })),
    histogram: async (fileId, id, buckets) =>
      json(await request(options, `${at(fileId, id)}/histogram?${query({ buckets })}`, {})),
    download: async (fileId, id, body) =>
      json(await request(options, `${at(fileId, id)}/downloads`, { method: 'POST', body })),
    remove: async (fileId, id) => {
      await request(options, at(fileId, id), { method: 'DELETE' });
    },
  };
}

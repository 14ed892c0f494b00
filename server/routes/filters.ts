/** `/api/files/:id/filters…`: what docs/http-api.md says under "Filters". */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, RequestHandler, Response } from 'express';
import { MAX_FILE_BYTES, MAX_FILTER_ROWS } from '../../shared/limits.ts';
import type {
  DownloadReply,
  FilterHistogramReply,
  FilterReply,
  FilterRow,
  FilterRowsReply,
} from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import { FileFilters, LayerError, TooManyFilters } from '../filter/fileFilters.ts';
import type { Filter } from '../filter/filter.ts';
import { terminatorLengths } from '../filter/rowEnds.ts';
import type { FilteredRow } from '../filter/rowPacking.ts';
import type { FileSearches } from '../search/fileSearches.ts';
import { hitLines } from '../search/hitLines.ts';
import { checkMembers, readJsonObject } from './body.ts';
import { type Context, fileById } from './context.ts';
import { readFailure } from './fileErrors.ts';
import { serveFiltered } from './filterExport.ts';
import { readFilterRequest } from './filterRequest.ts';
import { answerInTurn } from './inTurn.ts';
import { methodsAt } from './methods.ts';
import { optionalInteger, parseQuery, requiredInteger, splitTarget } from './query.ts';
import { badParameter, HttpError, notFound, sendBody, sendJson, staleGeneration } from './reply.ts';
import { serveProgress } from './searchEvents.ts';

const MAX_BUCKETS = 4_096;

interface Place {
  readonly file: OpenFile;
  readonly filter: Filter;
}

type FilterHandler = (place: Place, req: Request, res: Response, query: string) => Promise<void> | void;

/** Adds the routes to `app`; what they start ends with the server. */
export function mountFilters(app: Express, context: Context, searchesOf: (file: OpenFile) => FileSearches): void {
  const byFile = new Map<OpenFile, FileFilters>();
  const filtersOf = (file: OpenFile): FileFilters => {
    const known = byFile.get(file) ?? new FileFilters(file, searchesOf(file));
    byFile.set(file, known);
    return known;
  };
  context.closers.add(() => {
    for (const filters of byFile.values()) filters.close();
  });
  context.files.listen(() => {
    for (const [file, filters] of byFile) {
      if (context.files.byId(file.id) === file) continue;
      filters.close();
      byFile.delete(file);
    }
  });
  const at = methodsAt(app);
  const fileOf = (req: Request): OpenFile => fileById(context, String(req.params.id));
  const onFilter =
    (handler: FilterHandler): RequestHandler =>
    (req, res) => {
      const file = fileOf(req);
      const filter = filtersOf(file).get(String(req.params.fid));
      if (!filter) throw notFound('there is no such filter');
      return handler({ file, filter }, req, res, splitTarget(req.url).query);
    };
  const base = '/api/files/:id/filters';

  at(base, { POST: (req, res) => create(filtersOf(fileOf(req)), fileOf(req), req, res) });
  at(`${base}/:fid`, {
    GET: onFilter(({ file, filter }, _req, res, query) => {
      parseQuery(query, []);
      file.look();
      filter.noticeSource();
      sendJson(res, 200, filter.status());
    }),
    DELETE: onFilter(({ file, filter }, _req, res, query) => {
      parseQuery(query, []);
      filtersOf(file).delete(filter.id);
      sendBody(res, 204, {}, '');
    }),
  });
  at(`${base}/:fid/events`, {
    GET: onFilter(({ filter }, req, res, query) => {
      parseQuery(query, []);
      serveProgress(context, filter, req, res);
    }),
  });
  at(`${base}/:fid/rows`, { GET: onFilter((place, _req, res, query) => serveRows(context, place, res, query)) });
  at(`${base}/:fid/histogram`, { GET: onFilter(({ filter }, _req, res, query) => serveHistogram(filter, res, query)) });
  at(`${base}/:fid/content`, {
    GET: onFilter((place, req, res, query) => {
      const format = readFormat(parseQuery(query, ['format']).get('format') ?? 'lines');
      return serveFiltered(context, place, format, req, res);
    }),
  });
  at(`${base}/:fid/downloads`, {
    POST: onFilter((place, req, res, query) => issueDownload(context, filtersOf(place.file), place, req, res, query)),
  });
}

async function create(filters: FileFilters, file: OpenFile, req: IncomingMessage, res: ServerResponse): Promise<void> {
  parseQuery(splitTarget(req.url ?? '').query, []);
  const wish = readFilterRequest(await readJsonObject(req));
  file.look();
  try {
    const filter = filters.create(wish);
    const reply: FilterReply = { id: filter.id };
    sendJson(res, 201, reply, { Location: `/api/files/${file.id}/filters/${filter.id}` });
  } catch (error) {
    if (error instanceof TooManyFilters) throw new HttpError(503, 'busy', error.message, {}, { 'Retry-After': 1 });
    if (!(error instanceof LayerError)) throw error;
    if (error.reason === 'stale') throw staleGeneration(file.source.generation, file.source.size);
    const parameter = `layers[${error.index}].search`;
    const value = wish.layers[error.index]?.search ?? '';
    if (error.reason === 'wrong') throw badParameter(parameter, value, error.limit);
    throw new HttpError(404, 'not-found', `${parameter}: there is no such search`, {
      parameter,
      value: value.slice(0, 100),
    });
  }
}

/** Throws 409 when the rows are of a state of the file that is gone, 404 when they went while their turn was waited for. */
function assertFresh({ filter, file }: Place): void {
  if (filter.closed) throw notFound('there is no such filter');
  file.look();
  filter.noticeSource();
  if (filter.stale || filter.source !== file.source) throw staleGeneration(file.source.generation, file.source.size);
}

async function serveRows(context: Context, place: Place, res: ServerResponse, text: string): Promise<void> {
  const query = parseQuery(text, ['start', 'offset', 'count', 'lines']);
  const flag = query.get('lines');
  if (flag !== undefined && flag !== '0' && flag !== '1') throw badParameter('lines', flag, '0 or 1');
  const offset = optionalInteger(query, 'offset', 0, MAX_FILE_BYTES);
  if (offset !== null && query.has('start'))
    throw badParameter('start', query.get('start') ?? '', 'given without offset');
  const number = offset === null ? requiredInteger(query, 'start', 0, MAX_FILE_BYTES) : null;
  const count = requiredInteger(query, 'count', offset === null ? 0 : -MAX_FILTER_ROWS, MAX_FILTER_ROWS);
  assertFresh(place);
  await answerInTurn(context, res, () => readRows(place, { number, offset, count, lines: flag !== '0' }));
}

interface RowsQuery {
  /** Number of the first row that is asked for; null: that of the row at `offset`. */
  readonly number: number | null;
  readonly offset: number | null;
  /** Negative: that many before it. */
  readonly count: number;
  readonly lines: boolean;
}

async function readRows(place: Place, { number, offset, count, lines }: RowsQuery): Promise<FilterRowsReply> {
  assertFresh(place);
  const { filter } = place;
  const from = number ?? (await rowAt(place, offset ?? 0));
  // All of this at once: rows may come at every wait.
  const start = count < 0 ? Math.max(0, from + count) : from;
  const rows = filter.rows.range(start, count < 0 ? from - start : count);
  const last = rows.at(-1);
  const reply = {
    generation: filter.generation,
    size: filter.size,
    version: filter.version,
    start,
    total: filter.rows.total,
    exact: filter.isExact(last ? last.offset + 1 : count < 0 ? (offset ?? 0) : Infinity),
  };
  const whole = { ...reply, rows: await describe(place, rows, reply.size, lines) };
  assertFresh(place);
  return whole;
}

/** Number of the row that holds the byte at `offset`, else of the next one. */
async function rowAt(place: Place, offset: number): Promise<number> {
  const { filter, file } = place;
  const number = filter.rows.countBefore(offset + 1);
  const [row] = number > 0 ? filter.rows.range(number - 1, 1) : [];
  if (!row) return number;
  let end = row.offset + row.length;
  if (end <= offset && offset < end + 2 * filter.space.format.unitBytes) {
    const [length] = await terminatorLengths(filter.source, [row], filter.space).catch((error: unknown) => {
      throw readFailure(file, error);
    });
    end += length ?? 0;
  }
  // Counted again: it may have got another number meanwhile.
  return filter.rows.countBefore(end > offset ? row.offset : offset + 1);
}

async function describe(
  place: Place,
  rows: readonly FilteredRow[],
  size: number,
  lines: boolean,
): Promise<readonly FilterRow[]> {
  if (rows.length === 0) return [];
  const { file, filter } = place;
  const { content } = file;
  if (content.source !== filter.source) throw staleGeneration(content.source.generation, content.source.size);
  try {
    const ends = await terminatorLengths(filter.source, rows, { ...filter.space, size });
    const offsets = rows.map(({ offset }) => offset);
    const numbers = lines ? await hitLines(filter.source, await content.index(filter.encoding), offsets) : [];
    return rows.map(({ offset, length, match, mask }, i) => ({
      offset,
      length,
      terminatorLength: ends[i] ?? 0,
      line: numbers[i] ?? null,
      match,
      layers: layersOf(mask),
    }));
  } catch (error) {
    throw readFailure(file, error);
  }
}

function layersOf(mask: number): readonly number[] {
  const layers: number[] = [];
  for (let layer = 0, rest = mask; rest > 0; layer++, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) layers.push(layer);
  return layers;
}

async function serveHistogram(filter: Filter, res: ServerResponse, text: string): Promise<void> {
  const buckets = requiredInteger(parseQuery(text, ['buckets']), 'buckets', 1, MAX_BUCKETS);
  // All of one moment: rows go on coming while they are counted.
  const { generation, size, complete } = filter;
  const total = filter.rows.matches;
  const counts = await filter.rows.histogram(size, buckets);
  const reply: FilterHistogramReply = { generation, size, buckets: counts, total, complete };
  sendJson(res, 200, reply);
}

function readFormat(format: unknown): 'lines' | 'numbers' {
  if (format === 'lines' || format === 'numbers') return format;
  throw badParameter(
    'format',
    typeof format === 'string' ? format : (JSON.stringify(format) ?? ''),
    'lines or numbers',
  );
}

async function issueDownload(
  context: Context,
  filters: FileFilters,
  place: Place,
  req: IncomingMessage,
  res: ServerResponse,
  query: string,
): Promise<void> {
  parseQuery(query, []);
  const body = await readJsonObject(req);
  checkMembers(body, ['format']);
  const format = readFormat(body.format);
  assertFresh(place);
  const ticket = context.tickets.issue((request, response) => {
    if (filters.get(place.filter.id) !== place.filter) throw notFound('the filter of this download is gone');
    return serveFiltered(context, place, format, request, response);
  });
  const reply: DownloadReply = { url: `/api/downloads/${ticket}` };
  sendJson(res, 201, reply);
}

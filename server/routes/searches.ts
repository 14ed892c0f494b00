/** `/api/files/:id/searches…`: what docs/http-api.md says under "Searches". */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, RequestHandler, Response } from 'express';
import { assert } from '../../shared/assert.ts';
import { MAX_FILE_BYTES } from '../../shared/limits.ts';
import { PatternError } from '../../shared/patternError.ts';
import type {
  SearchExtentReply,
  SearchHistogramReply,
  SearchHit,
  SearchHitsReply,
  SearchNearReply,
  SearchReply,
} from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import { FileSearches, TooManySearches } from '../search/fileSearches.ts';
import { hitLines } from '../search/hitLines.ts';
import type { Hit } from '../search/hitStore.ts';
import type { Search } from '../search/search.ts';
import { searchPool } from '../search/searchPool.ts';
import { StaleReadError } from '../source/source.ts';
import { checkMembers, readJsonObject } from './body.ts';
import { closeSignal } from './bytes.ts';
import { type Context, fileById } from './context.ts';
import { answerInTurn } from './inTurn.ts';
import { methodsAt } from './methods.ts';
import { optionalInteger, parseQuery, type Query, requiredInteger, splitTarget } from './query.ts';
import { badParameter, HttpError, notFound, sendBody, sendJson, staleGeneration } from './reply.ts';
import { serveProgress } from './searchEvents.ts';
import { readSearchRequest } from './searchRequest.ts';

/** Whoever looks at a file will want to find something in it: two threads are started when the page has settled, ms. */
const WARM_AFTER_MS = 2_000;
const WARM_THREADS = 2;
const MAX_HITS = 1_024;
const MAX_BUCKETS = 4_096;
const MAX_WAIT_MS = 30_000;
const DEFAULT_WAIT_MS = 10_000;

type SearchHandler = (place: Place, req: Request, res: Response, query: string) => Promise<void> | void;

interface Place {
  readonly file: OpenFile;
  readonly search: Search;
}

/** Adds the routes to `app`; what they start ends with the server. Returns the searches of any file. */
export function mountSearches(app: Express, context: Context): (file: OpenFile) => FileSearches {
  const byFile = new Map<OpenFile, FileSearches>();
  const searchesOf = (file: OpenFile): FileSearches => {
    const known = byFile.get(file) ?? new FileSearches(file);
    byFile.set(file, known);
    return known;
  };
  const warm = setTimeout(() => searchPool().warm(WARM_THREADS), WARM_AFTER_MS).unref();
  context.closers.add(() => {
    clearTimeout(warm);
    for (const searches of byFile.values()) searches.close();
  });
  context.files.listen(() => {
    for (const [file, searches] of byFile) {
      if (context.files.byId(file.id) === file) continue;
      searches.close();
      byFile.delete(file);
    }
  });

  const at = methodsAt(app);
  const fileOf = (req: Request): OpenFile => fileById(context, String(req.params.id));
  const onSearch =
    (handler: SearchHandler): RequestHandler =>
    (req, res) => {
      const file = fileOf(req);
      const search = searchesOf(file).get(String(req.params.sid));
      if (!search) throw notFound('there is no such search');
      return handler({ file, search }, req, res, splitTarget(req.url).query);
    };
  const base = '/api/files/:id/searches';

  at(base, { POST: (req, res) => create(context, searchesOf(fileOf(req)), fileOf(req), req, res) });
  at(`${base}/:sid`, {
    GET: onSearch(({ search }, _req, res, query) => {
      parseQuery(query, []);
      sendJson(res, 200, search.status());
    }),
    POST: onSearch(({ search }, req, res, query) => control(search, req, res, query)),
    DELETE: onSearch(({ file, search }, _req, res, query) => {
      parseQuery(query, []);
      searchesOf(file).delete(search.id);
      sendBody(res, 204, {}, '');
    }),
  });
  at(`${base}/:sid/events`, {
    GET: onSearch(({ search }, req, res, query) => {
      parseQuery(query, []);
      serveProgress(context, search, req, res);
    }),
  });
  at(`${base}/:sid/hits`, { GET: onSearch((place, _req, res, query) => serveHits(context, place, res, query)) });
  at(`${base}/:sid/histogram`, { GET: onSearch(({ search }, _req, res, query) => serveHistogram(search, res, query)) });
  return searchesOf;
}

async function create(
  context: Context,
  searches: FileSearches,
  file: OpenFile,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  parseQuery(splitTarget(req.url ?? '').query, []);
  const request = readSearchRequest(await readJsonObject(req));
  file.look();
  try {
    const search = await searches.create(request);
    const reply: SearchReply = { id: search.id };
    sendJson(res, 201, reply, { Location: `/api/files/${file.id}/searches/${search.id}` });
  } catch (error) {
    // Closed while the request came in or its file was sampled.
    fileById(context, file.id);
    if (error instanceof StaleReadError) throw staleGeneration(file.source.generation, file.source.size);
    if (error instanceof TooManySearches) throw new HttpError(503, 'busy', error.message, {}, { 'Retry-After': 1 });
    if (!(error instanceof PatternError)) throw error;
    const { position, length } = error;
    throw new HttpError(400, 'bad-pattern', error.message, { parameter: 'pattern', position, length });
  }
}

async function control(search: Search, req: IncomingMessage, res: ServerResponse, query: string): Promise<void> {
  parseQuery(query, []);
  const body = await readJsonObject(req);
  checkMembers(body, ['action']);
  if (body.action === 'cancel') search.cancel();
  else if (body.action === 'resume') search.start();
  else throw badParameter('action', JSON.stringify(body.action) ?? '', 'cancel or resume');
  sendJson(res, 200, search.status());
}

/** Throws 409 when the hits are of a state of the file that is gone, 404 when they went while their turn was waited for. */
function assertFresh(search: Search, file: OpenFile): void {
  if (search.closed) throw notFound('there is no such search');
  file.look();
  search.noticeSource();
  if (search.stale || search.source !== file.source) throw staleGeneration(file.source.generation, file.source.size);
}

async function serveHits(context: Context, place: Place, res: ServerResponse, text: string): Promise<void> {
  const query = parseQuery(text, ['start', 'count', 'near', 'direction', 'wait', 'from', 'to', 'lines']);
  const flag = query.get('lines');
  if (flag !== undefined && flag !== '0' && flag !== '1') throw badParameter('lines', flag, '0 or 1');
  assertFresh(place.search, place.file);
  const lines = flag !== '0';
  if (query.has('near')) return serveNear(context, place, res, query, lines);
  const read = query.has('from') ? readExtent(place, query, lines) : readRange(place, query, lines);
  await answerInTurn(context, res, () => {
    assertFresh(place.search, place.file);
    return read();
  });
}

/** Hits that touch `[from, to)`, for what is on the screen. Throws at once what is wrong with the query. */
function readExtent(place: Place, query: Query, lines: boolean): () => Promise<SearchExtentReply> {
  for (const name of ['start', 'direction', 'wait']) {
    const value = query.get(name);
    if (value !== undefined) throw badParameter(name, value, 'given without from only');
  }
  const from = requiredInteger(query, 'from', 0, MAX_FILE_BYTES);
  const to = requiredInteger(query, 'to', from, MAX_FILE_BYTES);
  const count = requiredInteger(query, 'count', 1, MAX_HITS);
  const { search } = place;
  return async () => {
    const { start, hits, more, exact } = search.hits.touching(from, to, count);
    return {
      generation: search.generation,
      size: search.size,
      start,
      hits: await withLines(place, hits, lines),
      total: search.total,
      more,
      exact,
    };
  };
}

/** Hits by their numbers. */
function readRange(place: Place, query: Query, lines: boolean): () => Promise<SearchHitsReply> {
  for (const name of ['direction', 'wait', 'to']) {
    const value = query.get(name);
    if (value !== undefined) throw badParameter(name, value, 'given with near only');
  }
  const start = requiredInteger(query, 'start', 0, MAX_FILE_BYTES);
  const count = requiredInteger(query, 'count', 0, MAX_HITS);
  const { search } = place;
  return async () => {
    const { hits, exact } = search.hits.range(start, count);
    const total = search.total;
    return {
      generation: search.generation,
      size: search.size,
      start,
      hits: await withLines(place, hits, lines),
      total,
      exact,
    };
  };
}

async function serveNear(
  context: Context,
  place: Place,
  res: ServerResponse,
  query: Query,
  lines: boolean,
): Promise<void> {
  for (const name of ['start', 'count', 'from', 'to']) {
    const value = query.get(name);
    if (value !== undefined) throw badParameter(name, value, 'given without near only');
  }
  const near = requiredInteger(query, 'near', 0, MAX_FILE_BYTES);
  const direction = query.get('direction') ?? 'next';
  if (direction !== 'next' && direction !== 'previous') throw badParameter('direction', direction, 'next or previous');
  const wait = optionalInteger(query, 'wait', 0, MAX_WAIT_MS) ?? DEFAULT_WAIT_MS;
  const { search, file } = place;
  const gone = closeSignal(res);
  const found = await search.findNear(near, direction, AbortSignal.any([gone, AbortSignal.timeout(wait)]));
  if (gone.aborted) return;
  // The wait for the search is over: what takes a turn is the line.
  await answerInTurn(context, res, async (): Promise<SearchNearReply> => {
    assertFresh(search, file);
    const [hit] = await withLines(place, found.hit && found.decided ? [found.hit] : [], lines);
    return {
      generation: search.generation,
      size: search.size,
      hit: hit ?? null,
      number: hit ? found.number : null,
      total: search.total,
      exact: found.exact,
      decided: found.decided,
    };
  });
}

async function withLines({ file, search }: Place, hits: readonly Hit[], lines: boolean): Promise<readonly SearchHit[]> {
  if (!lines || hits.length === 0) return hits.map((hit) => ({ ...hit, line: null }));
  const { encoding } = search.plan;
  const { content } = file;
  if (search.source !== content.source) throw staleGeneration(content.source.generation, content.source.size);
  const index = await content.index(encoding === 'bytes' ? null : encoding);
  const numbers = await hitLines(
    content.source,
    index,
    hits.map(({ offset }) => offset),
  );
  assert(numbers.length === hits.length, 'every hit has a line or null');
  return hits.map((hit, i) => ({ ...hit, line: numbers[i] ?? null }));
}

async function serveHistogram(search: Search, res: ServerResponse, text: string): Promise<void> {
  const buckets = requiredInteger(parseQuery(text, ['buckets']), 'buckets', 1, MAX_BUCKETS);
  // All of one moment: the search goes on while hits are counted.
  const { generation, size, total, complete } = search;
  const counts = await search.hits.histogram(buckets);
  const reply: SearchHistogramReply = { generation, size, buckets: counts, total, complete };
  sendJson(res, 200, reply);
}

/** `GET /api/files/:id/lines`: lines by number or around an offset. */
import type { ServerResponse } from 'node:http';
import { MAX_COLUMNS, MAX_FILE_BYTES, MAX_LINES } from '../../shared/limits.ts';
import type { LinesReply } from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import type { Context } from './context.ts';
import { checkGeneration, readFailure } from './fileErrors.ts';
import { answerInTurn } from './inTurn.ts';
import { optionalInteger, parseQuery, readEncoding, requiredInteger } from './query.ts';
import { badParameter, staleGeneration } from './reply.ts';

const PARAMETERS = ['start', 'offset', 'count', 'columns', 'column', 'encoding', 'split', 'text', 'generation'];

/** Characters of a line when `columns` is not given. */
const DEFAULT_COLUMNS = 4_096;
/** Bytes of a piece of a long line (`split`). */
const MIN_SPLIT = 256;
const MAX_SPLIT = 65_536;

interface LinesQuery {
  readonly start: number | null;
  readonly offset: number | null;
  readonly count: number;
  readonly generation: number | null;
  readonly encoding: string | null;
  readonly options: {
    readonly columns: number;
    readonly column: number;
    readonly text: boolean;
    readonly split: number | null;
  };
}

function readQuery(text: string): LinesQuery {
  const query = parseQuery(text, PARAMETERS);
  const start = optionalInteger(query, 'start', 0, MAX_FILE_BYTES);
  const offset = optionalInteger(query, 'offset', 0, MAX_FILE_BYTES);
  if ((start === null) === (offset === null)) {
    throw badParameter(start === null ? 'start' : 'offset', query.get('offset') ?? '', 'given alone: start or offset');
  }
  const flag = query.get('text');
  if (flag !== undefined && flag !== '0' && flag !== '1') throw badParameter('text', flag, '0 or 1');
  return {
    start,
    offset,
    count: requiredInteger(query, 'count', -MAX_LINES, MAX_LINES),
    generation: optionalInteger(query, 'generation', 0, Number.MAX_SAFE_INTEGER),
    encoding: readEncoding(query, flag !== '0'),
    options: {
      columns: optionalInteger(query, 'columns', 0, MAX_COLUMNS) ?? DEFAULT_COLUMNS,
      column: optionalInteger(query, 'column', 0, MAX_FILE_BYTES) ?? 0,
      text: flag !== '0',
      split: optionalInteger(query, 'split', MIN_SPLIT, MAX_SPLIT),
    },
  };
}

export async function serveLines(context: Context, file: OpenFile, res: ServerResponse, text: string): Promise<void> {
  const query = readQuery(text);
  // A grown file has other last lines; one that was cut has a new generation.
  file.look();
  checkGeneration(file, query.generation);
  await answerInTurn(context, res, async (signal) => {
    const reply = await read(file, query, signal);
    if (query.generation !== null && reply.generation !== query.generation) {
      throw staleGeneration(file.source.generation, file.source.size);
    }
    return reply;
  });
  file.windowServed();
}

async function read(file: OpenFile, query: LinesQuery, signal: AbortSignal): Promise<LinesReply> {
  try {
    const reader = await file.lineReader(query.encoding);
    return query.start !== null
      ? await reader.byLine(query.start, query.count, query.options, signal)
      : await reader.byOffset(query.offset ?? 0, query.count, query.options, signal);
  } catch (error) {
    throw readFailure(file, error);
  } finally {
    file.notice();
  }
}

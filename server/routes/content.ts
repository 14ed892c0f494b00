/** `GET /api/files/:id/content` with the range requests of RFC 9110, and downloads of an extent by a single-use ticket. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Extent } from '../../shared/extent.ts';
import { MAX_FILE_BYTES } from '../../shared/limits.ts';
import { type DownloadReply, GENERATION_HEADER, SIZE_HEADER } from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import { SECURITY_HEADERS } from '../security/headers.ts';
import type { Source } from '../source/source.ts';
import { checkMembers, integerMember, readJsonObject } from './body.ts';
import { type Context, fileById, type Ticket } from './context.ts';
import { checkGeneration } from './fileErrors.ts';
import { attachment, parseRange } from './range.ts';
import { HttpError, notFound, pastEnd, sendJson, staleGeneration } from './reply.ts';
import { streamExtent } from './stream.ts';

/** Strong: changes whenever a byte may have. */
function entityTag(source: Source): string {
  const { device, inode, size, mtimeNs, ctimeNs } = source.identity;
  const state = [device, inode, size, mtimeNs, ctimeNs, source.generation].join(':');
  return `"${createHash('sha256').update(state).digest('base64url').slice(0, 27)}"`;
}

type Headers = Readonly<Record<string, string | number>>;

/** Head of a content reply, without its length. */
function contentHeaders(source: Source, name: string): Headers {
  return {
    ...SECURITY_HEADERS,
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': attachment(name),
    [GENERATION_HEADER]: source.generation,
    [SIZE_HEADER]: source.size,
  };
}

/** Whether a list of entity tags (`*`, `"a", W/"b"`) names `tag`; weak ones never match a strong comparison. */
function listsTag(header: string, tag: string, weakMatches: boolean): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((part) => {
    const candidate = part.trim();
    return candidate === tag || (weakMatches && candidate === `W/${tag}`);
  });
}

/**
 * Preconditions in the order of RFC 9110 section 13.2.2. No Last-Modified is sent (its seconds are too coarse for a file that
 * is being written), so the conditions on dates never hold and If-Range takes our ETag only.
 */
export async function serveContent(
  context: Context,
  file: OpenFile,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  file.look();
  const { source } = file;
  const { generation, size } = source;
  const tag = entityTag(source);
  const headers: Headers = { ...contentHeaders(source, file.name), 'Accept-Ranges': 'bytes', ETag: tag };
  const match = req.headers['if-match'];
  if (match !== undefined && !listsTag(match, tag, false)) {
    throw new HttpError(412, 'stale-generation', 'the file is not in that state', { generation, size }, { ETag: tag });
  }
  const noneMatch = req.headers['if-none-match'];
  if (noneMatch !== undefined && listsTag(noneMatch, tag, true)) {
    res.writeHead(304, { ...SECURITY_HEADERS, ETag: tag });
    res.end();
    return;
  }
  if (req.method === 'HEAD') {
    res.writeHead(200, { ...headers, 'Content-Length': size });
    res.end();
    return;
  }
  const ifRange = req.headers['if-range'];
  const range = ifRange === undefined || ifRange === tag ? parseRange(req.headers.range, size) : null;
  if (range === 'unsatisfiable') {
    throw pastEnd('Range', req.headers.range ?? '', `a start below ${size}`, generation, size);
  }
  if (range === null) {
    await streamExtent(context, file, res, { offset: 0, end: size }, generation, 200, headers);
  } else {
    const contentRange = `bytes ${range.offset}-${range.end - 1}/${size}`;
    await streamExtent(context, file, res, range, generation, 206, { ...headers, 'Content-Range': contentRange });
  }
}

/** `POST /api/files/:id/downloads`. The ticket stands for these bytes in their present state. */
export async function issueTicket(
  context: Context,
  file: OpenFile,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = await readJsonObject(req);
  checkMembers(body, ['offset', 'length', 'generation']);
  const offset = integerMember(body, 'offset', 0, MAX_FILE_BYTES);
  const length = integerMember(body, 'length', 0, MAX_FILE_BYTES);
  const pinned = body.generation === undefined ? null : integerMember(body, 'generation', 0, MAX_FILE_BYTES);
  // It may have been closed while the request came in.
  fileById(context, file.id);
  file.look();
  checkGeneration(file, pinned);
  const { generation, size } = file.source;
  if (offset > size) throw pastEnd('offset', offset, `at most ${size}`, generation, size);
  const part = { offset, end: offset + Math.min(length, size - offset) };
  const ticket: Ticket = (request, response) => servePart(context, file, part, generation, request, response);
  const reply: DownloadReply = { url: `/api/downloads/${context.tickets.issue(ticket)}` };
  sendJson(res, 201, reply);
}

/** `GET /api/downloads/:ticket`. A HEAD does not use the ticket up. */
export async function serveTicket(
  context: Context,
  secret: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const ticket = req.method === 'HEAD' ? context.tickets.peek(secret) : context.tickets.redeem(secret);
  if (!ticket) throw notFound('this download was made already, or its link is too old');
  await ticket(req, res);
}

/** Part of the file in its state `generation`, as a download. */
async function servePart(
  context: Context,
  file: OpenFile,
  part: Extent,
  generation: number,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  file.look();
  const { source } = file;
  if (source.generation !== generation) throw staleGeneration(source.generation, source.size);
  const whole = part.offset === 0 && part.end === source.size;
  const headers = contentHeaders(source, whole ? file.name : `${file.name}.${part.offset}-${part.end}.bin`);
  if (req.method === 'HEAD') {
    res.writeHead(200, { ...headers, 'Content-Length': part.end - part.offset });
    res.end();
    return;
  }
  await streamExtent(context, file, res, part, generation, 200, headers);
}

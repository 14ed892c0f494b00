/** The routes of the API behind express. Who may call them was decided before, by the gate (app.ts). */
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import type { FilesReply, SessionReply } from '../../shared/protocol.ts';
import type { OpenFile } from '../files/openFile.ts';
import { SpillError } from '../search/spill.ts';
import { checkMembers, readJsonObject } from './body.ts';
import { serveBytes } from './bytes.ts';
import { issueTicket, serveContent, serveTicket } from './content.ts';
import { type Context, fileById } from './context.ts';
import { serveEvents } from './events.ts';
import { closeFile, followPath, reopenFile } from './files.ts';
import { mountFilters } from './filters.ts';
import { serveLines } from './lines.ts';
import { parseQuery, readEncoding, splitTarget } from './query.ts';
import { HttpError, methodNotAllowed, notFound, sendError, sendJson } from './reply.ts';
import { mountSearches } from './searches.ts';

type Handler = (req: Request, res: Response) => Promise<void> | void;
type FileHandler = (file: OpenFile, req: Request, res: Response) => Promise<void> | void;

const queryOf = (req: Request): string => splitTarget(req.url).query;

/** Every route with its one method; GET answers HEAD as well, anything else is 405. */
class Routes {
  readonly app: Express = express();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    this.app.disable('x-powered-by');
    this.app.disable('etag');
    // Queries are parsed by each route, strictly; paths are what they are.
    this.app.set('query parser', false);
    this.app.set('trust proxy', false);
    this.app.enable('case sensitive routing');
    this.app.enable('strict routing');
  }

  get(path: string, handler: Handler): void {
    this.app
      .route(path)
      .get(handler)
      .all(() => {
        throw methodNotAllowed(['GET', 'HEAD']);
      });
  }

  post(path: string, handler: Handler): void {
    this.app
      .route(path)
      .post(handler)
      .all(() => {
        throw methodNotAllowed(['POST']);
      });
  }

  getFile(path: string, handler: FileHandler): void {
    this.get(`/api/files/:id${path}`, (req, res) => handler(fileById(this.#context, String(req.params.id)), req, res));
  }

  postFile(path: string, handler: FileHandler): void {
    this.post(`/api/files/:id${path}`, (req, res) => handler(fileById(this.#context, String(req.params.id)), req, res));
  }
}

async function openSession(context: Context, req: Request, res: Response): Promise<void> {
  const body = await readJsonObject(req);
  checkMembers(body, ['code']);
  if (typeof body.code !== 'string' || context.codes.redeem(body.code) === null) {
    throw new HttpError(
      401,
      'unauthorized',
      'this link was used already or is too old; get a fresh one in the terminal',
    );
  }
  const reply: SessionReply = { token: context.tokenText };
  sendJson(res, 200, reply);
}

async function controlIndex(
  context: Context,
  file: OpenFile,
  encoding: string | null,
  req: Request,
  res: Response,
): Promise<void> {
  const body = await readJsonObject(req);
  checkMembers(body, ['action']);
  // Closed meanwhile, it must not be scanned: its descriptor may be another file's.
  fileById(context, file.id);
  const index = await file.index(encoding);
  if (body.action === 'cancel') index.cancel();
  else if (body.action === 'resume') index.resume();
  else {
    throw new HttpError(400, 'bad-request', 'action must be cancel or resume', {
      parameter: 'action',
      value: JSON.stringify(body.action)?.slice(0, 100) ?? '',
      limit: 'cancel or resume',
    });
  }
  sendJson(res, 200, index.status());
}

/** Express's own handler prints stacks; ours knows HttpError, hits that their disk refuses, and express's complaints about paths. */
function errorHandler(): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    const malformed =
      error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
    if (error instanceof SpillError) sendError(req, res, new HttpError(502, 'unreadable', error.message));
    else if (error instanceof HttpError || !malformed) sendError(req, res, error);
    else sendError(req, res, new HttpError(400, 'bad-request', 'the path is malformed'));
  };
}

/** The express application for everything under `/api`. */
export function createApi(context: Context): Express {
  const routes = new Routes(context);
  routes.post('/api/session', (req, res) => {
    parseQuery(queryOf(req), []);
    return openSession(context, req, res);
  });
  routes.get('/api/files', async (req, res) => {
    parseQuery(queryOf(req), []);
    const { all, revision } = context.files;
    const files = await Promise.all(all.map((file) => currentInfo(file, null)));
    const { run, start, version } = context;
    const reply: FilesReply = { run, files, revision, start, version };
    sendJson(res, 200, reply);
  });
  routes.app.delete('/api/files/:id', (req, res) => {
    parseQuery(queryOf(req), []);
    closeFile(context, fileById(context, String(req.params.id)), res);
  });
  routes.getFile('', async (file, req, res) => {
    sendJson(res, 200, await currentInfo(file, encodingOf(queryOf(req))));
  });
  routes.postFile('/reopen', (file, req, res) => {
    parseQuery(queryOf(req), []);
    return reopenFile(context, file, req, res);
  });
  routes.postFile('/follow', (file, req, res) => {
    parseQuery(queryOf(req), []);
    return followPath(context, file, req, res);
  });
  routes.getFile('/bytes', (file, req, res) => serveBytes(context, file, req, res, queryOf(req)));
  routes.getFile('/lines', (file, req, res) => serveLines(context, file, res, queryOf(req)));
  routes.getFile('/content', (file, req, res) => {
    parseQuery(queryOf(req), []);
    return serveContent(context, file, req, res);
  });
  routes.getFile('/events', (file, req, res) => {
    serveEvents(context, file, encodingOf(queryOf(req)), req, res);
  });
  routes.postFile('/downloads', (file, req, res) => {
    parseQuery(queryOf(req), []);
    return issueTicket(context, file, req, res);
  });
  routes.postFile('/index', (file, req, res) => controlIndex(context, file, encodingOf(queryOf(req)), req, res));
  routes.get('/api/downloads/:ticket', (req, res) => {
    parseQuery(queryOf(req), []);
    return serveTicket(context, String(req.params.ticket), req, res);
  });
  mountFilters(routes.app, context, mountSearches(routes.app, context));
  routes.app.use(() => {
    throw notFound('there is no such route');
  });
  routes.app.use(errorHandler());
  return routes.app;
}

function currentInfo(file: OpenFile, encoding: string | null): ReturnType<OpenFile['info']> {
  file.look();
  // May take its time where the path leads over a network: for who asks again.
  void file.lookUpPath();
  return file.info(encoding);
}

/** The only parameter of routes that tell about the index: whose lines are meant. */
function encodingOf(query: string): string | null {
  return readEncoding(parseQuery(query, ['encoding']), false);
}

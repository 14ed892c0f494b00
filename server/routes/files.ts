/** What changes the list of files: the switch to a new file of the same path, and closing what had it before. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NotReplaceable } from '../files/fileList.ts';
import type { OpenFile } from '../files/openFile.ts';
import { OpenError } from '../source/openError.ts';
import { checkMembers, readJsonObject } from './body.ts';
import type { Context } from './context.ts';
import { HttpError, sendBody, sendJson } from './reply.ts';

/** `POST /api/files/:id/reopen`: which file is meant was said on the command line, so the body is empty. */
export async function reopenFile(
  context: Context,
  file: OpenFile,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  checkMembers(await readJsonObject(req), []);
  try {
    await context.files.switch(file);
  } catch (error) {
    if (error instanceof NotReplaceable) throw new HttpError(409, 'not-replaceable', error.message);
    if (error instanceof OpenError) throw new HttpError(409, 'unopenable', error.message, { value: error.code });
    throw error;
  }
  file.look();
  sendJson(res, 200, await file.info(null));
}

/** `POST /api/files/:id/follow`: whether the server goes on with every file that gets the path. */
export async function followPath(
  context: Context,
  file: OpenFile,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const body = await readJsonObject(req);
  checkMembers(body, ['on']);
  const { on } = body;
  if (typeof on !== 'boolean') {
    throw new HttpError(400, 'bad-request', 'on must be true or false', {
      parameter: 'on',
      value: JSON.stringify(on)?.slice(0, 100) ?? '',
      limit: 'true or false',
    });
  }
  if (!context.followed.set(file, on)) {
    throw new HttpError(409, 'not-replaceable', `${file.name} is not shown by its path`);
  }
  sendJson(res, 200, await file.info(null));
}

/** `DELETE /api/files/:id`: only for files that had a path before. */
export function closeFile(context: Context, file: OpenFile, res: ServerResponse): void {
  if (!context.files.remove(file)) {
    throw new HttpError(409, 'not-replaceable', `${file.name} is a file of the command line and stays open`);
  }
  sendBody(res, 204, {}, '');
}

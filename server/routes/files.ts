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

/** `DELETE /api/files/:id`: only for files that had a path before. */
export function closeFile(context: Context, file: OpenFile, res: ServerResponse): void {
  if (!context.files.remove(file)) {
    throw new HttpError(409, 'not-replaceable', `${file.name} is a file of the command line and stays open`);
  }
  sendBody(res, 204, {}, '');
}

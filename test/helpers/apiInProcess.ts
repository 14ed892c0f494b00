/** The routes over one file, in this process: for what a server of its own cannot be made to do from outside. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { OpenFile } from '../../server/files/openFile.ts';
import { createApi } from '../../server/routes/api.ts';
import type { Context } from '../../server/routes/context.ts';
import { Admission, DEFAULT_LIMITS } from '../../server/security/admission.ts';
import { openSource } from '../../server/source/open.ts';

/** Returns the address of `/api/files/f`; ends with the test. */
export async function apiInProcess(
  path: string,
  admission: Admission = new Admission(DEFAULT_LIMITS),
): Promise<string> {
  const source = await openSource(path, 'read');
  const file = OpenFile.at('f', '/nowhere/f', source, () => ({ memory: null, nextData: null }));
  const files = { byId: () => file, listen: () => () => undefined } as Partial<Context['files']> as Context['files'];
  const closers = new Set<() => void>();
  const context = { files, closers, admission } as Partial<Context> as Context;
  const server = createServer(createApi(context)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(async () => {
    for (const close of closers) close();
    server.closeAllConnections();
    server.close();
    await file.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/files/f`;
}

export async function postJson(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
}

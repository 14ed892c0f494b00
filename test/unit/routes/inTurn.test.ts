import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Admission } from '../../../server/security/admission.ts';
import type { ErrorReply, FilterReply, SearchReply } from '../../../shared/protocol.ts';
import { apiInProcess, postJson } from '../../helpers/apiInProcess.ts';
import { tempFolder } from '../../helpers/files.ts';

test('hits and rows wait for their turn, and are not there any more when they went meanwhile', async () => {
  const path = join(tempFolder(), 'few');
  writeFileSync(path, 'a\nb\na\n');
  const admission = new Admission({ running: 1, waiting: 8, unsentBytes: 1_000_000 });
  const base = await apiInProcess(path, admission);
  const search = await postJson(`${base}/searches`, { kind: 'text', pattern: 'a', report: 'lines' });
  const { id } = (await search.json()) as SearchReply;
  const layers = [{ search: id, role: 'include' }];
  const filter = (await (await postJson(`${base}/filters`, { layers })).json()) as FilterReply;
  const searchAt = `${base}/searches/${id}`;
  const filterAt = `${base}/filters/${filter.id}`;
  for (const each of [searchAt, filterAt]) await (await fetch(`${each}/events`)).text();
  const asked = [`${searchAt}/hits?start=0&count=9`, `${searchAt}/hits?near=0`, `${filterAt}/rows?start=0&count=9`];
  const ask = (): Promise<Response>[] => asked.map((url) => fetch(url));

  expect(admission.tryEnter()).toBe(true);
  let answered = 0;
  const patient = ask().map(async (reply) => {
    const response = await reply;
    answered++;
    return response.json();
  });
  await (await fetch(searchAt)).json();
  expect(answered).toBe(0);
  admission.leave();
  expect(await Promise.all(patient)).toMatchObject([
    {
      hits: [{ offset: 0 }, { offset: 4 }],
      total: 2,
    },
    { hit: { offset: 0 } },
    {
      rows: [{ offset: 0 }, { offset: 4 }],
      total: 2,
    },
  ]);

  expect(admission.tryEnter()).toBe(true);
  const late = ask();
  // They are in the queue once this is answered.
  await (await fetch(searchAt)).json();
  for (const each of [filterAt, searchAt]) expect((await fetch(each, { method: 'DELETE' })).status).toBe(204);
  admission.leave();
  for (const reply of late) {
    const response = await reply;
    expect(response.status).toBe(404);
    expect(((await response.json()) as ErrorReply).error.code).toBe('not-found');
  }
});

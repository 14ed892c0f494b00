import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OpenFile } from '../../../server/files/openFile.ts';
import { FileSearches } from '../../../server/search/fileSearches.ts';
import { openSource } from '../../../server/source/open.ts';
import { tempFolder } from '../../helpers/files.ts';
import { smallPool } from './engine.ts';

const pool = smallPool();
afterAll(() => pool.stop());

test('a file that is rewritten in another encoding while a search begins is searched as it is now', async () => {
  const path = join(tempFolder(), 'file');
  writeFileSync(path, 'needle in a log\n'.repeat(1_000));
  const file = OpenFile.at('id', path, await openSource(path, 'read'), () => ({ memory: null, nextData: null }));
  const searches = new FileSearches(file, pool);
  expect((await file.shape()).encoding).toBe('utf-8');
  const begun = searches.create({ kind: 'text', pattern: 'needle' });
  writeFileSync(path, '\ufeffneedle in a log\n'.repeat(1_000), 'utf16le');
  file.look();
  const search = await begun;
  await expect.poll(() => search.complete).toBe(true);
  expect(search.status()).toMatchObject({ generation: 2, hits: 1_000 });
  searches.close();
  await file.close();
});

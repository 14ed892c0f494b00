import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { FileList } from '../../../server/files/fileList.ts';
import { FollowedPaths } from '../../../server/files/followedPaths.ts';
import { OpenFile } from '../../../server/files/openFile.ts';
import { openSource } from '../../../server/source/open.ts';
import { tempFolder } from '../../helpers/files.ts';

const options = { memory: null, nextData: null };

afterEach(() => {
  vi.useRealTimers();
});

test('what cannot be opened is tried again by one alone, however often following is asked for meanwhile', async () => {
  const path = join(tempFolder(), 'app.log');
  writeFileSync(path, 'old\n');
  const file = OpenFile.at('id', path, await openSource(path, 'read'), () => options);
  let opened = 0;
  const files = new FileList([file], {
    open: (place) => {
      opened++;
      return openSource(place, 'read');
    },
    indexOptions: () => options,
  });
  renameSync(path, `${path}.1`);
  mkdirSync(path);
  await file.lookUpPath();
  expect(file.pathState).toBe('replaced');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const before = vi.getTimerCount();
  const followed = new FollowedPaths(files);
  for (let n = 0; n < 20; n++) {
    followed.set(file, true);
    followed.set(file, false);
  }
  followed.set(file, true);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(before));
  expect(opened).toBe(1);
  expect(vi.getTimerCount()).toBe(before + 1);
  followed.set(file, false);
  expect(vi.getTimerCount()).toBe(before);
  await files.close();
});

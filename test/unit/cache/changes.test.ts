import { expect, test } from 'vitest';
import { Changes } from '../../../client/cache/changes.ts';

test('each change has a version of its own and is heard by those who listen then', () => {
  const changes = new Changes();
  const heard: string[] = [];
  const late = () => heard.push('late');
  const stop = changes.subscribe(() => {
    heard.push(`first ${changes.version}`);
    changes.subscribe(late);
  });
  changes.tell();
  expect(heard).toEqual(['first 1']);
  stop();
  changes.tell();
  expect(heard).toEqual(['first 1', 'late']);
  changes.close();
  changes.tell();
  expect(heard).toEqual(['first 1', 'late']);
  expect(changes.version).toBe(3);
});

import { describe, expect, it } from 'vitest';
import { tabFolders } from '../../../client/state/tabFolders.ts';

describe('folders beside the names of tabs', () => {
  it('are there where a name is not enough, and as few as it takes', () => {
    expect(tabFolders(['/var/log/a/app.log', '/var/log/b/app.log', '/var/log/a/other.log'])).toEqual(['a', 'b', null]);
    expect(tabFolders(['/x/pod-1/logs/app.log', '/x/pod-2/logs/app.log'])).toEqual(['pod-1/logs', 'pod-2/logs']);
    expect(tabFolders(['/one.log'])).toEqual([null]);
    expect(tabFolders([])).toEqual([]);
  });

  it('tell a file in a folder from one above it', () => {
    expect(tabFolders(['/logs/app.log', '/logs/old/app.log'])).toEqual(['logs', 'old']);
    expect(tabFolders(['app.log', 'old/app.log'])).toEqual([null, 'old']);
  });

  it('say nothing of one file that is open twice', () => {
    expect(tabFolders(['/a/app.log', '/a/app.log'])).toEqual([null, null]);
  });
});

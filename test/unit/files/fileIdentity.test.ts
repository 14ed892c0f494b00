import { appendFileSync, renameSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileIdentity } from '../../../server/files/fileIdentity.ts';
import { birthTimeNs } from '../../../server/source/birthTime.ts';
import { openSource } from '../../../server/source/open.ts';
import { tempFolder } from '../../helpers/files.ts';
import { MemorySource } from '../../helpers/memorySource.ts';

/** As of a server that has just been started. */
async function identityOf(path: string): Promise<string> {
  const source = await openSource(path, 'cached');
  try {
    return fileIdentity(source);
  } finally {
    source.close();
  }
}

describe('identity of a file', () => {
  it('stays over restarts, growth, cuts, rewrites in place, renames and touches', async () => {
    const path = join(tempFolder(), 'a.log');
    writeFileSync(path, 'one\n');
    const first = await identityOf(path);
    expect(await identityOf(path)).toBe(first);
    appendFileSync(path, 'two\n'.repeat(10_000));
    expect(await identityOf(path)).toBe(first);
    truncateSync(path, 1);
    writeFileSync(path, 'all new');
    utimesSync(path, 1, 1);
    expect(await identityOf(path)).toBe(first);
    renameSync(path, `${path}.1`);
    expect(await identityOf(`${path}.1`)).toBe(first);
  });

  it('stays the same while a file is open and grows', async () => {
    const path = join(tempFolder(), 'a.log');
    writeFileSync(path, 'one\n');
    const source = await openSource(path, 'read');
    const first = fileIdentity(source);
    appendFileSync(path, 'two\n');
    source.refresh();
    expect(fileIdentity(source)).toBe(first);
    source.close();
  });

  it('is another one for every other file, also one that takes the path', async () => {
    const folder = tempFolder();
    const path = join(folder, 'a.log');
    writeFileSync(path, 'one\n');
    writeFileSync(join(folder, 'b.log'), 'one\n');
    const first = await identityOf(path);
    const other = await identityOf(join(folder, 'b.log'));
    expect(other).not.toBe(first);
    renameSync(join(folder, 'b.log'), path);
    expect(await identityOf(path)).toBe(other);
  });

  it('is another one when the inode is used again, where the file system tells births', async () => {
    const path = join(tempFolder(), 'a.log');
    writeFileSync(path, 'one\n');
    const source = await openSource(path, 'read');
    const tells = birthTimeNs(source.fd) !== null;
    source.close();
    const first = await identityOf(path);
    const { ino } = statSync(path);
    let again = false;
    for (let attempt = 0; attempt < 50 && !again; attempt++) {
      rmSync(path);
      writeFileSync(path, 'one\n');
      again = statSync(path).ino === ino;
      if (again && tells) expect(await identityOf(path)).not.toBe(first);
    }
  });

  it('says nothing of what it is made of, and does without what a source does not have', async () => {
    const path = join(tempFolder(), 'a.log');
    writeFileSync(path, 'one\n');
    const identity = await identityOf(path);
    expect(identity).toMatch(/^[\w-]{22}$/);
    expect(identity).not.toContain(String(statSync(path).ino));
    const memory = new MemorySource(Buffer.from('x'));
    expect(fileIdentity(memory)).toMatch(/^[\w-]{22}$/);
    expect(birthTimeNs(-1)).toBeNull();
  });
});

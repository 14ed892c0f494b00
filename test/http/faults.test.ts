/** What a disk that fails does to the server: the same app in this process, over a source that fails where it is told to. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../server/app.ts';
import { FileList } from '../../server/files/fileList.ts';
import { FollowedPaths } from '../../server/files/followedPaths.ts';
import { OpenFile } from '../../server/files/openFile.ts';
import type { Context } from '../../server/routes/context.ts';
import { Admission, DEFAULT_LIMITS } from '../../server/security/admission.ts';
import { allowedHosts } from '../../server/security/gate.ts';
import { OneTimeSecrets, Secret } from '../../server/security/secrets.ts';
import type { OpenedSource } from '../../server/source/fileSource.ts';
import { type FileIdentity, SourceError, StaleReadError } from '../../server/source/source.ts';
import type { ErrorReply, FileInfo } from '../../shared/protocol.ts';
import { patternByte } from '../helpers/files.ts';

const TOKEN = 'a-token-of-twenty-ch';
const SIZE = 8 << 20;

/** A pattern file in memory. */
class FaultySource implements OpenedSource {
  readonly engine = 'read';
  readonly fd = -1;
  size = SIZE;
  generation = 1;
  /** Reads that touch this offset fail. */
  bad = -1;
  /** Reads that touch this offset find the file rewritten. */
  rewriteAt = -1;
  /** So many reads find the file changing, without a new generation. */
  restless = 0;
  /** fstat fails. */
  lost = false;
  reads = 0;

  get identity(): FileIdentity {
    const at = BigInt(this.generation);
    return { device: 1n, inode: 1n, size: BigInt(this.size), mtimeNs: at, ctimeNs: at };
  }

  async read(offset: number, target: Uint8Array): Promise<number> {
    this.reads++;
    const length = Math.max(0, Math.min(target.length, this.size - offset));
    const touches = (place: number): boolean => place >= offset && place < offset + length;
    await Promise.resolve();
    if (this.restless > 0) {
      this.restless--;
      throw new StaleReadError('changing');
    }
    if (touches(this.bad)) throw new SourceError('EIO', 'the disk cannot read this place');
    if (touches(this.rewriteAt)) {
      this.rewriteAt = -1;
      this.generation++;
      throw new StaleReadError('rewritten');
    }
    for (let index = 0; index < length; index++) target[index] = patternByte(offset + index);
    return length;
  }

  refresh(): void {
    if (this.lost) throw new SourceError('ESTALE', 'the file is on a server that has forgotten it');
  }

  close(): void {}
}

let source: FaultySource;
let origin: string;
beforeEach(async () => {
  source = new FaultySource();
  const file = OpenFile.at('f', '/nowhere/faulty.bin', source, () => ({ memory: null, nextData: null }));
  const files = new FileList([file], {
    open: () => Promise.reject(new Error('none')),
    indexOptions: () => ({ memory: null, nextData: null }),
  });
  const context: Context = {
    run: 'this-run',
    files,
    followed: new FollowedPaths(files),
    token: new Secret(TOKEN),
    tokenText: TOKEN,
    codes: new OneTimeSecrets(1, () => 0),
    tickets: new OneTimeSecrets(1, () => 0),
    admission: new Admission(DEFAULT_LIMITS),
    closers: new Set(),
    start: { view: null, offset: null, line: null, follow: false },
    version: 'test',
  };
  const { server, allow } = createApp(context);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  allow(allowedHosts('127.0.0.1', port));
  origin = `http://127.0.0.1:${port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await file.close();
  });
});

const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${origin}/api/files/f${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}` } });
const errorOf = async (response: Response): Promise<ErrorReply['error']> =>
  ((await response.json()) as ErrorReply).error;

describe('a place that cannot be read', () => {
  it('costs that window alone, and is tried again', async () => {
    source.bad = 100_000;
    const failed = await get('/bytes?offset=65536&length=65536');
    expect(failed.status).toBe(502);
    expect(await errorOf(failed)).toMatchObject({ code: 'unreadable', value: 'EIO', generation: 1, size: SIZE });
    for (const [offset, status] of [
      [0, 200],
      [65_536, 502],
      [131_072, 200],
      [SIZE - 10, 200],
    ]) {
      expect((await get(`/bytes?offset=${offset}&length=65536`)).status).toBe(status);
    }
    source.bad = -1;
    expect((await get('/bytes?offset=65536&length=65536')).status).toBe(200);
  });

  it('does not hide what the file is', async () => {
    source.bad = SIZE - 1;
    const response = await get('');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      kind: 'binary',
      size: SIZE,
      error: null,
    } satisfies Partial<FileInfo>);
  });

  it('does not decide for good what the file is when it was changing too fast to be looked at', async () => {
    source.restless = 12;
    expect(await (await get('')).json()).toMatchObject({ kind: 'text' });
    expect(source.restless).toBe(0);
    expect(await (await get('')).json()).toMatchObject({ kind: 'binary', generation: 1 });
  });

  it('tears a download after its head, and is an error before it', async () => {
    source.bad = 5 << 20;
    const torn = await get('/content');
    expect(torn.status).toBe(200);
    await expect(torn.arrayBuffer()).rejects.toThrow();
    source.bad = 0;
    const refused = await get('/content');
    expect(refused.status).toBe(502);
    expect((await errorOf(refused)).code).toBe('unreadable');
  });

  it('is an error for lines that need it', async () => {
    source.bad = 300_000;
    const response = await get('/lines?offset=290000&count=3000');
    expect(response.status).toBe(502);
    expect((await errorOf(response)).code).toBe('unreadable');
  });
});

describe('a file that is rewritten during a read', () => {
  it('is read anew, or refused when the generation was pinned', async () => {
    source.rewriteAt = 10;
    const fresh = await get('/bytes?offset=0&length=100');
    expect([fresh.status, fresh.headers.get('x-bigview-generation')]).toEqual([200, '2']);
    source.rewriteAt = 10;
    const pinned = await get('/bytes?offset=0&length=100&generation=2');
    expect([pinned.status, pinned.headers.get('x-bigview-generation')]).toEqual([409, '3']);
    expect(await errorOf(pinned)).toMatchObject({ code: 'stale-generation', generation: 3, size: SIZE });
  });

  it('tears a download', async () => {
    source.rewriteAt = 5 << 20;
    const response = await get('/content');
    expect(response.headers.get('x-bigview-generation')).toBe('1');
    await expect(response.arrayBuffer()).rejects.toThrow();
  });
});

it('a file that the system has lost says so, and comes back', async () => {
  source.lost = true;
  const lost = (await (await get('')).json()) as FileInfo;
  expect(lost.error).toContain('forgotten');
  source.lost = false;
  expect(((await (await get('')).json()) as FileInfo).error).toBeNull();
});

it('a download reads no further than its reader, who may hang up', async () => {
  source.size = 2 ** 40;
  const response = await get('/content');
  const reader = response.body?.getReader();
  await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const reads = source.reads;
  // Some MiB lie in the buffers of the system and of fetch.
  expect(reads).toBeLessThan(200);
  await reader?.cancel();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const after = source.reads;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(source.reads).toBe(after);
});

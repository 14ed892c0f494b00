/** What comes from the server in whatever order: the store has the latest of it, of one run. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { FileEvent, FileInfo, FilesReply, IndexStatus } from '../../../shared/protocol.ts';

const index = (scannedBytes: number): IndexStatus => ({
  scannedBytes,
  lines: scannedBytes / 10,
  complete: false,
  cancelled: false,
  elapsedMs: 0,
  fromCache: false,
  error: null,
});

const file = (id: string, told: number, over: Partial<FileInfo> = {}): FileInfo => ({
  id,
  role: 'path',
  name: `${id}.log`,
  path: `/somewhere/${id}.log`,
  identity: id,
  size: 1_000,
  generation: 1,
  kind: 'text',
  encoding: 'utf-8',
  bomBytes: 0,
  terminator: 'lf',
  engine: 'cached',
  modifiedMs: 0,
  index: index(0),
  error: null,
  pathState: 'current',
  pathError: null,
  previous: null,
  next: null,
  rotation: { followed: false, switches: 0, dropped: 0 },
  input: null,
  told,
  ...over,
});

const list = (run: string, revision: number, files: readonly FileInfo[]): FilesReply => ({
  run,
  files,
  revision,
  start: { view: null, offset: null, line: null, follow: false },
  version: 'test',
});

/** Modules of their own for each test: they hold what is known. */
async function setUp() {
  vi.resetModules();
  const answers: ((reply: FilesReply) => void)[] = [];
  const runs: (string | null)[] = [];
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    runs.push(new Headers(init.headers).get('X-Bigview-Run'));
    return new Promise((resolve) => answers.push((reply) => resolve(Response.json(reply))));
  });
  vi.stubGlobal('requestAnimationFrame', () => 0);
  const documents = await import('../../../client/state/documents.ts');
  const { appStore } = await import('../../../client/state/store.ts');
  const { uiStore } = await import('../../../client/state/ui.ts');
  const { currentRun } = await import('../../../client/state/session.ts');
  const known = (id: string): FileInfo | undefined => appStore.getState().files.find((each) => each.id === id);
  const notices = (): readonly string[] => uiStore.getState().notices.map(({ text }) => text);
  /** Asks for the list; the result answers. */
  const ask = (): ((reply: FilesReply) => Promise<unknown>) => {
    const done = documents.loadFiles();
    const at = answers.length - 1;
    return (reply) => {
      answers[at]?.(reply);
      return done;
    };
  };
  return { ...documents, appStore, known, notices, ask, currentRun, runs };
}

beforeEach(() => vi.unstubAllGlobals());

test('lists that come in the wrong order', async () => {
  const { ask, appStore } = await setUp();
  const [first, second] = [ask(), ask()];
  await second(list('r', 2, [file('a', 5), file('b', 5)]));
  await first(list('r', 1, [file('a', 1)]));
  expect(appStore.getState().files.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a list that was made before an event that is here already does not take it back', async () => {
  const { ask, known, takeEvent } = await setUp();
  await ask()(list('r', 0, [file('a', 1)]));
  const late = ask();
  takeEvent('a', { type: 'file', file: file('a', 3, { size: 2_000, pathState: 'replaced' }) });
  await late(list('r', 0, [file('a', 2)]));
  expect(known('a')).toMatchObject({ size: 2_000, pathState: 'replaced', told: 3 });
});

test('every order of the same events, each twice, ends in the same state', async () => {
  const events: FileEvent[] = [
    { type: 'file', file: file('a', 2, { size: 1_100 }) },
    { type: 'index', index: index(500), generation: 1, told: 3 },
    { type: 'file', file: file('a', 4, { size: 1_200, index: index(600) }) },
    { type: 'file', file: file('a', 5, { size: 300, generation: 2, index: index(0) }) },
    { type: 'index', index: index(300), generation: 2, told: 6 },
  ];
  let seed = 7;
  const chance = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  for (let round = 0; round < 40; round++) {
    const { ask, known, takeEvent } = await setUp();
    await ask()(list('r', 0, [file('a', 1)]));
    const mixed = [...events, ...events].map((event) => ({ event, at: chance() })).sort((a, b) => a.at - b.at);
    const sizes: number[] = [];
    for (const { event } of mixed) {
      takeEvent('a', event);
      sizes.push(known('a')?.told ?? 0);
    }
    expect(known('a')).toMatchObject({ size: 300, generation: 2 });
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
  }
});

test('another run: the place stays, what was read goes, what is asked is meant for it, and what is gone is said', async () => {
  const { ask, appStore, known, notices, pageCacheOf, currentRun, runs, api } = await setUp();
  await ask()(list('first', 4, [file('a', 900), file('b', 900), file('c', 900)]));
  appStore.getState().activate('b');
  appStore.getState().move('b', 700, { anchor: 650, reveal: 'center' });
  const before = appStore.getState().views.b;
  const caches = [pageCacheOf('a'), pageCacheOf('b')];
  // A list of the old run is on its way, and comes when the new one is known.
  const late = ask();
  await ask()(list('second', 0, [file('b', 1), file('a', 1, { size: 500 })]));
  await late(list('first', 9, [file('a', 999), file('b', 999), file('c', 999)]));
  expect(currentRun()).toBe('second');
  expect(appStore.getState().files.map(({ id }) => id)).toEqual(['b', 'a']);
  expect(appStore.getState()).toMatchObject({ activeFile: 'b', run: 'second' });
  expect(appStore.getState().views.b).toEqual(before);
  expect([known('b')?.told, caches[0]?.size]).toEqual([1, 500]);
  expect(caches.map((cache) => cache.renewals)).toEqual([1, 1]);
  expect(pageCacheOf('b')).toBe(caches[1]);
  expect(notices()).toEqual(['Connected again: bigview was started anew. Not open there any more: c.log.']);
  void api.lines('b', { offset: 0, count: 1 });
  expect(runs).toEqual([null, null, null, 'second']);
});

test('a file that is shorter in the new run takes the cursor along', async () => {
  const { ask, appStore } = await setUp();
  await ask()(list('first', 0, [file('a', 1)]));
  appStore.getState().move('a', 990, { anchor: 980 });
  await ask()(list('second', 0, [file('a', 1, { size: 10 })]));
  expect(appStore.getState().views.a).toMatchObject({ cursor: 9, anchor: 9 });
});

test('another file at the same path is said, and all of it is news to who has paused', async () => {
  const { ask, notices } = await setUp();
  const { followOf, newsSince, startFollow, tellFollow } = await import('../../../client/state/follow.ts');
  const old = file('a', 1);
  await ask()(list('first', 0, [old, file('b', 1)]));
  startFollow('a');
  tellFollow('left', old);
  const rotated = file('a', 1, { identity: 'of another', size: 5_000 });
  await ask()(list('second', 0, [rotated, file('b', 1)]));
  expect(notices()).toEqual([
    'Connected again: bigview was started anew. Another file is shown by the same path: a.log.',
  ]);
  const state = followOf('a');
  if (state.status !== 'paused') throw new Error(state.status);
  expect(newsSince(state.since, rotated)).toEqual({ bytes: 5_000, lines: null, renewed: true });
});

test('the standard input of another run is followed, as that of the first was', async () => {
  const { ask } = await setUp();
  const { followOf } = await import('../../../client/state/follow.ts');
  await ask()(list('first', 0, [file('a', 1), file('one', 1, { role: 'stdin' })]));
  await ask()(list('second', 0, [file('a', 1), file('two', 1, { role: 'stdin' })]));
  expect(followOf('two').status).toBe('live');
  expect(followOf('a').status).toBe('off');
});

test('many that are gone are one sentence', async () => {
  const { ask, notices } = await setUp();
  await ask()(
    list(
      'first',
      0,
      ['a', 'b', 'c', 'd', 'e'].map((id) => file(id, 1)),
    ),
  );
  await ask()(list('second', 0, [file('x', 1)]));
  expect(notices()).toEqual([
    'Connected again: bigview was started anew. Not open there any more: a.log, b.log and 3 more.',
  ]);
});

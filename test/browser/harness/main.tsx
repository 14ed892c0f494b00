/** The hex view alone on a file of any size that exists only as a function; the query says how large and how slow. */
import { createRoot } from 'react-dom/client';
import type { Api } from '../../../client/api/client.ts';
import { ApiError, NetworkError } from '../../../client/api/errors.ts';
import { PageCache } from '../../../client/cache/pageCache.ts';
import { PageStore } from '../../../client/cache/pageStore.ts';
import { listenForKeys, runCommand } from '../../../client/state/commandRegistry.ts';
import { appStore, type Settings } from '../../../client/state/store.ts';
import { useApp } from '../../../client/state/useApp.ts';
import { HexView } from '../../../client/view/hex/HexView.tsx';
import type { FileInfo } from '../../../shared/protocol.ts';
import { MeasuredPage } from './measured.tsx';
import { bytesAt } from './source.ts';
import '../../../client/view/tokens.css';
import './harness.css';

const query = new URLSearchParams(location.search);
const latency = Number(query.get('latency') ?? 0);

const file: FileInfo = {
  id: 'f',
  identity: 'harness',
  name: 'harness',
  path: '/harness',
  size: Number(query.get('size') ?? 2 ** 40),
  generation: 1,
  kind: 'binary',
  encoding: query.get('encoding') ?? 'utf-8',
  bomBytes: 0,
  terminator: 'lf',
  engine: 'read',
  modifiedMs: 0,
  error: null,
  pathState: 'current',
  role: 'path',
  pathError: null,
  previous: null,
  next: null,
  rotation: { followed: false, switches: 0, dropped: 0 },
  input: null,
  told: 1,
  index: {
    scannedBytes: 0,
    lines: 0,
    complete: false,
    cancelled: false,
    elapsedMs: 0,
    fromCache: false,
    error: null,
  },
};

const requests: { offset: number; length: number; aborted: boolean }[] = [];
const state = { size: file.size, generation: 1, failing: null as 'network' | 'unreadable' | null };

async function fetchWindow(offset: number, length: number, generation: number, signal: AbortSignal) {
  const request = { offset, length, aborted: false };
  requests.push(request);
  signal.addEventListener('abort', () => {
    request.aborted = true;
  });
  if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
  signal.throwIfAborted();
  if (state.failing === 'network') throw new NetworkError('The server cannot be reached');
  if (state.failing === 'unreadable') {
    throw new ApiError(502, { code: 'unreadable', message: 'The disk said EIO' }, null);
  }
  if (generation !== state.generation) {
    const details = { code: 'stale-generation', message: 'changed', generation: state.generation, size: state.size };
    throw new ApiError(409, details as ApiError['details'], null);
  }
  return { bytes: bytesAt(offset, Math.min(length, state.size - offset)), size: state.size, generation };
}

const cache = new PageCache({
  fileId: file.id,
  size: file.size,
  generation: 1,
  store: new PageStore(96 * 1024 * 1024),
  fetchWindow,
});

const api = { bytes: (_id: string, ...rest: Parameters<typeof fetchWindow>) => fetchWindow(...rest) } as unknown as Api;

appStore.getState().setFiles([file]);
const settings = query.get('settings');
if (settings !== null) appStore.getState().patchSettings(JSON.parse(settings) as Partial<Settings>);
listenForKeys(window);

/** For the test: grows the file, makes it fail, reads what was asked for. */
const harness = {
  appStore,
  runCommand,
  cache,
  requests,
  state,
  grow(size: number) {
    state.size = size;
    appStore.getState().updateFile({ ...file, size });
    cache.update(size, state.generation);
  },
};
export type Harness = typeof harness;
Object.assign(window, { harness });

function Page() {
  const shown = useApp((app) => app.files[0]);
  if (!shown) return null;
  return <HexView file={shown} cache={cache} api={api} active={true} layers={[]} describe={null} />;
}

const root = document.getElementById('root');
if (root) createRoot(root).render(query.has('measured') ? <MeasuredPage /> : <Page />);

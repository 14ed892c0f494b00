/**
 * Following the end of a file: off, live (the end stays in view), or paused (the person looks at something else, and what has come
 * since is counted). The transitions are pure; views report what they see, and the store tells everybody. Remembered for
 * the tab.
 */

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { FileInfo } from '../../shared/protocol.ts';

export type FollowState =
  | { readonly status: 'off' }
  | { readonly status: 'live' }
  | { readonly status: 'paused'; readonly since: FollowMark };

/** How long a file was. */
export interface FollowMark {
  readonly generation: number;
  readonly size: number;
  /** Null while they were not counted. */
  readonly lines: number | null;
}

export type FollowEvent =
  /** The key or the button. */
  | 'toggle'
  /** The person moved the view away from the end. */
  | 'left'
  /** The end is in view again, or is asked for. */
  | 'returned';

/** What has come since following was paused. */
export interface FollowNews {
  readonly bytes: number;
  readonly lines: number | null;
  /** The file is another one, or was cut, since then: all of it is new. */
  readonly renewed: boolean;
}

/** Whether what is written to the file appears in it: nobody writes to standard input that has ended. */
export function mayGrow({ role, input }: Pick<FileInfo, 'role' | 'input'>): boolean {
  return role !== 'rotated' && input?.state !== 'ended' && input?.state !== 'failed';
}

type Followed = Pick<FileInfo, 'generation' | 'size' | 'index'>;

const OFF: FollowState = { status: 'off' };
const LIVE: FollowState = { status: 'live' };

export function followMark({ generation, size, index }: Followed): FollowMark {
  return { generation, size, lines: index.complete ? index.lines : null };
}

export function nextFollow(state: FollowState, event: FollowEvent, file: Followed): FollowState {
  switch (event) {
    case 'toggle':
      return state.status === 'live' ? OFF : LIVE;
    case 'left':
      return state.status === 'live' ? { status: 'paused', since: followMark(file) } : state;
    case 'returned':
      return state.status === 'paused' ? LIVE : state;
  }
}

export function newsSince(since: FollowMark, file: Followed): FollowNews {
  const lines = file.index.complete ? file.index.lines : null;
  if (since.generation !== file.generation) return { bytes: file.size, lines, renewed: true };
  return {
    bytes: file.size - since.size,
    lines: lines === null || since.lines === null ? null : lines - since.lines,
    renewed: false,
  };
}

interface FollowStore {
  readonly byFile: Readonly<Record<string, FollowState>>;
}

const KEY = 'bigview.follow';

const followStore = createStore<FollowStore>()(() => ({ byFile: {} }));

export function followOf(fileId: string): FollowState {
  return followStore.getState().byFile[fileId] ?? OFF;
}

export function useFollow(fileId: string | null): FollowState {
  return useStore(followStore, ({ byFile }) => (fileId === null ? OFF : (byFile[fileId] ?? OFF)));
}

export function onFollowChange(listener: () => void): () => void {
  return followStore.subscribe(listener);
}

function set(fileId: string, state: FollowState): void {
  followStore.setState(({ byFile }) => ({ byFile: { ...byFile, [fileId]: state } }));
  const { byFile } = followStore.getState();
  const statuses = Object.fromEntries(Object.entries(byFile).map(([id, { status }]) => [id, status !== 'off']));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(statuses));
  } catch {
    // Without a memory the next load of the page begins as the command line says.
  }
}

export function tellFollow(event: FollowEvent, file: FileInfo): void {
  const before = followOf(file.id);
  const next = nextFollow(before, event, file);
  if (next !== before) set(file.id, next);
}

/** Follows from now on, whatever was before. */
export function startFollow(fileId: string): void {
  if (followOf(fileId).status !== 'live') set(fileId, LIVE);
}

/** No state of any file. */
const NO_GENERATION = 0;

/** Another run of the server counts generations anew. A file that is no shorter than it was is taken for as it was. */
export function carryFollow(before: readonly FileInfo[], files: readonly FileInfo[]): void {
  for (const file of files) {
    const state = followOf(file.id);
    if (state.status !== 'paused') continue;
    if (before.find(({ id }) => id === file.id)?.identity !== file.identity) {
      set(file.id, { status: 'paused', since: { ...state.since, generation: NO_GENERATION } });
      continue;
    }
    const since = file.size < state.since.size ? followMark(file) : { ...state.since, generation: file.generation };
    set(file.id, { status: 'paused', since });
  }
}

/** What this tab followed before it was loaded anew; else what the command line says. */
export function restoreFollow(files: readonly FileInfo[], asked: boolean): void {
  let known: unknown = null;
  try {
    known = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
  } catch {
    // As if nothing was kept.
  }
  for (const { id, role } of files) {
    const kept = typeof known === 'object' && known !== null ? (known as Record<string, unknown>)[id] : undefined;
    if (kept === true || (kept === undefined && (asked || role === 'stdin'))) startFollow(id);
  }
}

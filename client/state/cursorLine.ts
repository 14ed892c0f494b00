/**
 * The line that holds the cursor, for the status bar and for relative go-to. Asked of the server a moment after the cursor
 * rests, and again when the scan has passed a line whose number was not known.
 */

import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { LineRecord } from '../../shared/protocol.ts';
import { isAbort, isTransient } from '../api/errors.ts';
import { api } from './documents.ts';
import { recoveredWithin } from './recovery.ts';
import { appStore } from './store.ts';
import { type Active, activeOf } from './useApp.ts';

const REST_MS = 70;
/** While the server cannot be reached. */
const RETRY_MS = 8_000;

export interface CursorLine {
  readonly run: string | null;
  readonly fileId: string;
  readonly generation: number;
  readonly encoding: string | null;
  readonly record: LineRecord;
}

interface CursorLineState {
  readonly known: CursorLine | null;
}

const store = createStore<CursorLineState>()(() => ({ known: null }));

function holds(known: CursorLine | null, { file, view }: Active): boolean {
  if (known?.run !== appStore.getState().run) return false;
  if (known?.fileId !== file.id || known.generation !== file.generation || known.encoding !== view.encoding)
    return false;
  const { offset, length, terminatorLength } = known.record;
  const end = offset + length + terminatorLength;
  // Without a terminator it is the last line, which may have grown.
  return (
    view.cursor >= offset && (view.cursor < end || (terminatorLength === 0 && end === file.size && view.cursor <= end))
  );
}

/** The record of the cursor's line, or null while it is not known. */
export function cursorLineNow(): LineRecord | null {
  const active = activeOf(appStore.getState());
  const { known } = store.getState();
  return active && holds(known, active) ? (known?.record ?? null) : null;
}

/** As cursorLineNow; renders again when it changes. Call after `followCursorLine`. */
export function useCursorLine(): LineRecord | null {
  useStore(store);
  useStore(appStore, (state) => activeOf(state)?.view.cursor);
  return cursorLineNow();
}

function mayKnowMore(known: CursorLine, { file }: Active): boolean {
  const numberComes = known.record.line === null && file.index.scannedBytes > known.record.offset;
  return numberComes && !file.index.cancelled;
}

/** Keeps the line up to date from now on. */
export function followCursorLine(): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asking: AbortController | null = null;
  const ask = async (): Promise<void> => {
    timer = null;
    const active = activeOf(appStore.getState());
    if (!active || active.file.size === 0) return;
    asking?.abort();
    asking = new AbortController();
    const { file, view } = active;
    const { run } = appStore.getState();
    const query = {
      offset: view.cursor,
      count: 1,
      text: 0 as const,
      ...(view.encoding !== null && { encoding: view.encoding }),
    };
    try {
      const reply = await api.lines(file.id, query, asking.signal);
      const record = reply.lines[0];
      if (run !== appStore.getState().run) return update();
      if (record) {
        store.setState({
          known: { run, fileId: file.id, generation: reply.generation, encoding: view.encoding, record },
        });
      }
    } catch (error) {
      if (isAbort(error)) return;
      // The status bar goes without the line; the views say what is wrong with the file.
      store.setState({ known: null });
      if (!isTransient(error)) return;
      const { signal } = asking;
      await recoveredWithin(RETRY_MS);
      if (!signal.aborted) update();
    }
  };
  const update = (): void => {
    const active = activeOf(appStore.getState());
    if (!active || timer !== null) return;
    const { known } = store.getState();
    if (holds(known, active) && known && !mayKnowMore(known, active)) return;
    timer = setTimeout(() => void ask(), REST_MS);
  };
  update();
  const stop = appStore.subscribe((state, before) => {
    if (state.views !== before.views || state.files !== before.files || state.activeFile !== before.activeFile)
      update();
  });
  return () => {
    stop();
    asking?.abort();
    if (timer !== null) clearTimeout(timer);
  };
}

/** What a go-to expression means here, where it leads, and what lies there: evaluated at each keystroke, asked a moment later. */
import { useEffect, useState } from 'react';
import type { Extent } from '../../../shared/extent.ts';
import { selectionExtent } from '../../../shared/extent.ts';
import { evaluateGoto, type GotoContext, type GotoOutcome, type GotoTarget } from '../../../shared/goto.ts';
import type { LineRecord } from '../../../shared/protocol.ts';
import { isAbort } from '../../api/errors.ts';
import { cursorLineNow } from '../../state/cursorLine.ts';
import { api } from '../../state/documents.ts';
import { appStore } from '../../state/store.ts';
import { type Active, activeOf } from '../../state/useApp.ts';

const REST_MS = 50;
const PREVIEW_BYTES = 48;
const PREVIEW_COLUMNS = 160;

export interface GotoPreview {
  readonly target: GotoTarget;
  readonly offset: number;
  /** 0-based; null while it is not counted. */
  readonly line: number | null;
  /** False: the asked line is not counted yet, and `offset` is an estimate. */
  readonly exact: boolean;
  /** The line that holds `offset`, and those after it, with their text. */
  readonly lines: readonly LineRecord[];
  /** The bytes from `offset` on. */
  readonly bytes: Uint8Array;
}

function contextOf({ file, view }: Active): GotoContext {
  const selection: Extent | null = selectionExtent(view.cursor, view.anchor);
  return {
    size: file.size,
    cursor: view.cursor,
    selection: selection?.offset ?? null,
    top: view.top,
    cursorLine: cursorLineNow()?.line ?? null,
    totalLines: file.index.complete ? file.index.lines : null,
    bareHex: view.pane === 'hex',
  };
}

/** Evaluates for the file that is shown. */
export function evaluateHere(input: string): GotoOutcome {
  const active = activeOf(appStore.getState());
  return active ? evaluateGoto(input, contextOf(active)) : { kind: 'empty' };
}

/** A bare number is an offset. As a line, which is what editors and pagers take it for, it would be this; null for anything else. */
export function asLine(input: string): string | null {
  return /^\s*\d[\d,_]*\s*$/.test(input) ? `line ${input.trim()}` : null;
}

/** The target of an outcome, the nearest one where there is no such place; null when it was not understood. */
export function targetOf(outcome: GotoOutcome): GotoTarget | null {
  if (outcome.kind === 'outside') return outcome.nearest;
  return outcome.kind === 'offset' || outcome.kind === 'line' ? outcome : null;
}

/** Finds out where a target lies. Rejects as Api.lines. */
export async function resolveTarget(target: GotoTarget, signal?: AbortSignal): Promise<GotoPreview | null> {
  const active = activeOf(appStore.getState());
  if (!active) return null;
  const { file, view } = active;
  const nothing = { target, line: null, exact: true, lines: [], bytes: new Uint8Array(0) };
  if (file.size === 0) return { ...nothing, offset: 0 };
  const place = target.kind === 'line' ? { start: target.line } : { offset: target.offset };
  const encoding = view.encoding === null ? {} : { encoding: view.encoding };
  const reply = await api.lines(file.id, { ...place, ...encoding, count: 3, columns: PREVIEW_COLUMNS }, signal);
  const first = reply.lines[0];
  const offset = target.kind === 'offset' ? target.offset : (first?.offset ?? file.size - 1);
  const { bytes } = await api.bytes(file.id, offset, PREVIEW_BYTES, null, signal);
  const exact = target.kind === 'offset' || reply.exact;
  return { target, offset, line: first?.line ?? null, exact, lines: reply.lines, bytes };
}

export interface GotoState {
  readonly outcome: GotoOutcome;
  readonly preview: GotoPreview | null;
  /** Why there is no preview. */
  readonly problem: string | null;
}

const sameTarget = (a: GotoTarget, b: GotoTarget): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Follows what is typed. A preview is of the newest target, or none. */
export function useGoto(input: string): GotoState {
  const outcome = evaluateHere(input);
  const target = targetOf(outcome);
  const key = target === null ? '' : JSON.stringify(target);
  const [found, setFound] = useState<{ preview: GotoPreview | null; problem: string | null }>({
    preview: null,
    problem: null,
  });
  useEffect(() => {
    if (key === '') return undefined;
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const preview = await resolveTarget(JSON.parse(key) as GotoTarget, abort.signal);
        if (!abort.signal.aborted) setFound({ preview, problem: null });
      } catch (error) {
        if (isAbort(error) || abort.signal.aborted) return;
        setFound({ preview: null, problem: error instanceof Error ? error.message : String(error) });
      }
    };
    const timer = setTimeout(() => void ask(), REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  const preview = target && found.preview && sameTarget(found.preview.target, target) ? found.preview : null;
  return { outcome, preview, problem: target ? found.problem : null };
}

/** The highlighters of this browser: kept between visits, the same in all tabs; and the painter that applies them. */
import { useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { followStored, readStored, writeStored } from '../state/persisted.ts';
import { notify } from '../state/ui.ts';
import { restoreHighlighters, storedHighlighters } from './format.ts';
import type { Paint } from './paint.ts';
import { LIMIT_MS, RowPainter } from './rowPainter.ts';
import { type CompiledRule, compileAll, type Highlighters, type HighlightRule, type HighlightSet } from './rules.ts';
import { spawnPaintWorker } from './spawn.ts';

const KEY = 'bigview.highlighters';

export interface HighlightState extends Highlighters {
  /** Why a rule was switched off, by its id: one sentence, until it is switched on again. */
  readonly stuck: Readonly<Record<string, string>>;
}

const store = createStore<HighlightState>()(() => ({ ...restoreHighlighters(readStored(KEY)), stuck: {} }));

export function useHighlighters<T>(select: (state: HighlightState) => T): T {
  return useStore(store, select);
}

export function highlightersNow(): Highlighters {
  return store.getState();
}

let told = false;

export function changeHighlighters(change: Partial<Highlighters>): void {
  store.setState(change);
  if (writeStored(KEY, storedHighlighters(store.getState()))) told = false;
  else if (!told) {
    told = true;
    notify('warning', 'The browser does not keep highlighters: its storage is full or switched off. Export them.');
  }
}

/** Changes one set; null takes it away. */
export function changeSet(id: string, change: (set: HighlightSet) => HighlightSet | null): void {
  const { sets } = store.getState();
  changeHighlighters({ sets: sets.flatMap((set) => (set.id === id ? (change(set) ?? []) : [set])) });
}

/** Changes one rule, wherever it is; null takes it away. */
export function changeRule(id: string, change: (rule: HighlightRule) => HighlightRule | null): void {
  const { sets, stuck } = store.getState();
  const { [id]: _sentence, ...others } = stuck;
  store.setState({ stuck: others });
  const inSet = (rules: readonly HighlightRule[]): readonly HighlightRule[] =>
    rules.flatMap((rule) => (rule.id === id ? (change(rule) ?? []) : [rule]));
  changeHighlighters({
    sets: sets.map((set) => (set.rules.some((rule) => rule.id === id) ? { ...set, rules: inSet(set.rules) } : set)),
  });
}

function giveUp({ id }: CompiledRule): void {
  const rule = store
    .getState()
    .sets.flatMap((set) => set.rules)
    .find((candidate) => candidate.id === id);
  if (!rule) return;
  const sentence = `It took longer than ${LIMIT_MS / 1_000} s on the rows of one screen and was switched off.`;
  changeRule(rule.id, (before) => ({ ...before, on: false }));
  store.setState((state) => ({ stuck: { ...state.stuck, [rule.id]: sentence } }));
  notify('warning', `The highlighter ${rule.pattern} takes too long on this text and was switched off.`);
}

const painter = new RowPainter(spawnPaintWorker, giveUp);

/** Keeps the painter, and other tabs, in step from now on. */
export function followHighlighters(): void {
  painter.setRules(compileAll(store.getState()));
  store.subscribe((state, before) => {
    if (state.sets !== before.sets || state.quick !== before.quick) painter.setRules(compileAll(state));
  });
  followStored(KEY, (text) => store.setState(restoreHighlighters(text)));
}

export interface Painting {
  /** There are no highlighters: no text needs to be wanted. */
  readonly idle: boolean;
  readonly get: (text: string) => Paint | null;
  /** `texts` are drawn, `seen` of them are on screen, by the view `who`. */
  readonly want: (who: string, texts: readonly string[], seen: readonly string[]) => void;
}

/** Renders again when colours of rows have come. */
export function usePainting(): Painting {
  useSyncExternalStore(painter.subscribe, () => painter.version);
  return PAINTING;
}

const PAINTING: Painting = {
  get idle() {
    return painter.idle;
  },
  get: (text) => painter.get(text),
  want: (who, texts, seen) => painter.want(who, texts, seen),
};

/** Rows on screen that each rule matches; renders again when that changes. */
export function useRuleCounts(): ReadonlyMap<string, number> {
  useSyncExternalStore(painter.subscribe, () => painter.version);
  return painter.counts();
}

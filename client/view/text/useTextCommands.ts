/**
 * The keys and commands of the text view. A move may need rows or bytes that are not here yet (a page down into what was never
 * read): it then waits, and the ones after it wait behind it, until the view has brought them.
 */
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { type Extent, selectionExtent } from '../../../shared/extent.ts';
import type { CopyFormat } from '../../rows/copyFormats.ts';
import { edgeOffset, gapAt } from '../../rows/pickedRows.ts';
import type { RowGeometry } from '../../rows/textChange.ts';
import type { CharacterPlace } from '../../rows/textContent.ts';
import {
  characterHolding,
  characterInRow,
  characterLeft,
  characterRight,
  selectBetween,
  type TextPlaces,
} from '../../rows/textMoves.ts';
import { rowAt, rowOfOffset } from '../../rows/textRun.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { holdBehindMoves } from '../../state/commandOrder.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import type { CommandId } from '../../state/commands.ts';
import { appStore } from '../../state/store.ts';
import { uiStore } from '../../state/ui.ts';
import type { CopyActions } from '../copy/useCopy.tsx';

export interface TextCommandParts {
  readonly fileId: string;
  readonly places: TextPlaces | null;
  readonly rowCount: number;
  readonly runway: Runway;
  readonly copy: CopyActions;
  readonly geometry: RowGeometry;
  /** One line on screen up or down from the cursor while lines wrap; null where that cannot be told. */
  readonly visualMove: (lines: 1 | -1) => number | null;
  readonly onMoved: (cursor: number) => void;
}

type Step = 'left' | 'right' | 'rowStart' | 'rowEnd' | 'fileStart' | 'fileEnd' | 'vertical';

interface Move {
  readonly step: Step;
  readonly rows: number;
  readonly extend: boolean;
  /** The view has been moved for it already. */
  brought: boolean;
  /** The cursor was out of sight when it began: decided once, as the view moves before the cursor does. */
  lost: boolean | null;
  /** When the key was pressed, performance.now(). */
  readonly since: number;
}

/** What another command does once the moves before it are done. */
interface Deed {
  readonly act: () => void;
}

const STEPS: Readonly<Partial<Record<CommandId, Step>>> = {
  'move.left': 'left',
  'move.right': 'right',
  'move.up': 'vertical',
  'move.down': 'vertical',
  'move.halfUp': 'vertical',
  'move.halfDown': 'vertical',
  'move.pageUp': 'vertical',
  'move.pageDown': 'vertical',
  'move.rowStart': 'rowStart',
  'move.rowEnd': 'rowEnd',
  'move.fileStart': 'fileStart',
  'move.fileEnd': 'fileEnd',
};

const COPIES: readonly (readonly [CommandId, CopyFormat])[] = [
  ['copy.default', 'text'],
  ['copy.text', 'text'],
  ['copy.hex', 'hex'],
  ['copy.c', 'c'],
  ['copy.base64', 'base64'],
];

/** Keys held down while nothing comes are not all made up for later. */
const MAX_WAITING = 32;
/** A command waits so long for the moves before it, ms: a key that seems dead is worse than one that acts where the cursor was. */
const PATIENCE_MS = 3_000;
/** A move that waits longer than this is given up when the next key is pressed, and not played behind one that took as long, ms. */
const STUCK_MS = 1_500;

function rowsOf(command: CommandId, pageRows: number): number {
  switch (command) {
    case 'move.up':
      return -1;
    case 'move.down':
      return 1;
    case 'move.halfUp':
      return -Math.max(1, Math.floor(pageRows / 2));
    case 'move.halfDown':
      return Math.max(1, Math.floor(pageRows / 2));
    case 'move.pageUp':
      return -Math.max(1, pageRows - 1);
    case 'move.pageDown':
      return Math.max(1, pageRows - 1);
    default:
      return 0;
  }
}

/** Rows cannot be had for now: nobody knows when what waits for them will be done. */
function isAway(geometry: RowGeometry): boolean {
  const { status } = uiStore.getState().connection;
  return status === 'lost' || status === 'restarted' || geometry.snapshot().errors.jump !== undefined;
}

/** The selection, else the character under the cursor. */
function chosenExtent(parts: TextCommandParts): Extent | null {
  const view = appStore.getState().views[parts.fileId];
  if (!view || !parts.places || parts.places.size === 0) return null;
  const selected = selectionExtent(view.cursor, view.anchor);
  if (selected) return selected;
  const character = characterHolding(parts.places, view.cursor);
  return character ?? { offset: view.cursor, end: view.cursor + 1 };
}

export function useTextCommands(parts: TextCommandParts, active: boolean): void {
  const latest = useRef(parts);
  const waiting = useRef<(Move | Deed)[]>([]);
  const patience = useRef<ReturnType<typeof setTimeout> | null>(null);
  /** Cell that vertical moves come back to, with the cursor it belongs to. */
  const goal = useRef<{ readonly cursor: number; readonly cell: number } | null>(null);
  /** The character a selection by keys began at. */
  const origin = useRef<{ readonly anchor: number; readonly from: CharacterPlace } | null>(null);

  const finish = useCallback((move: Move, target: CharacterPlace): void => {
    const { fileId, places, onMoved } = latest.current;
    const state = appStore.getState();
    const view = state.views[fileId];
    if (!view || !places) return;
    if (!move.extend) {
      state.move(fileId, target.offset, { anchor: null, reveal: 'nearest' });
      onMoved(target.offset);
      return;
    }
    const here = characterHolding(places, view.cursor) ?? { offset: view.cursor, end: view.cursor + 1, cells: 1 };
    const known = origin.current;
    const from =
      view.anchor === null
        ? here
        : known?.anchor === view.anchor
          ? known.from
          : (characterHolding(places, view.anchor) ?? { offset: view.anchor, end: view.anchor + 1, cells: 1 });
    const { cursor, anchor } = selectBetween(from, target);
    origin.current = { anchor, from };
    state.move(fileId, cursor, { anchor, reveal: 'nearest' });
    onMoved(cursor);
  }, []);

  /** Tries a move; false when it has to wait. */
  const attempt = useCallback(
    (move: Move): boolean => {
      const { fileId, places, runway, rowCount, geometry, visualMove } = latest.current;
      const bring = (offset: number): void => geometry.show(offset, 'nearest');
      const view = appStore.getState().views[fileId];
      if (!view || !places || places.size === 0) return true;
      const cursor = Math.max(view.cursor, places.start);
      // While a jump is on its way, what is on screen is where one was, unless the view waits at its place already.
      if (view.reveal.seq > view.followed || geometry.jumping) return false;
      const done = (target: CharacterPlace | null): boolean => {
        if (target) finish(move, target);
        return target !== null;
      };
      if (move.step === 'fileStart' || move.step === 'fileEnd') {
        const edge = move.step === 'fileStart' ? 'start' : 'end';
        const outermost = edgeOffset(places.run, edge, places.size);
        const offset = outermost === null ? null : Math.max(places.start, outermost);
        const character = offset === null ? null : characterHolding(places, offset);
        if (!character && !move.brought) bring(offset ?? (edge === 'start' ? places.start : places.size - 1));
        move.brought = true;
        return done(character);
      }
      const row = rowOfOffset(places.run, cursor, places.size);
      // A cursor whose line the filter leaves out is between two rows.
      const gap = gapAt(places.run, cursor, places.size);
      if (move.step !== 'vertical') {
        if (gap !== null) return done(characterInRow(places, Math.min(gap, rowCount - 1), 0));
        if (row === null) {
          if (!move.brought) bring(cursor);
          move.brought = true;
          return false;
        }
        if (move.step === 'left') return done(characterLeft(places, cursor));
        if (move.step === 'right') return done(characterRight(places, cursor));
        const cell = move.step === 'rowStart' ? 0 : Number.POSITIVE_INFINITY;
        return done(characterInRow(places, row, cell));
      }
      const page = Math.abs(move.rows) > 1;
      // The view follows a single step later than the cursor goes.
      const slack = page ? 0 : MAX_WAITING;
      const base = gap === null ? row : move.rows > 0 ? gap - 1 : gap;
      const outside = base === null || base < runway.firstVisibleRow - slack || base > runway.lastVisibleRow + slack;
      move.lost ??= outside && (page || !move.extend);
      // From the edge of the view nothing goes on before its rows are here.
      if (!page && move.lost && rowAt(places.run, runway.firstVisibleRow) === null) return false;
      if (!page && !move.lost) {
        const target = visualMove(move.rows === 1 ? 1 : -1);
        if (target !== null) return done(characterHolding(places, target));
      }
      if (base === null && !move.lost) {
        if (!move.brought) bring(cursor);
        move.brought = true;
        return false;
      }
      // A cursor that is out of sight first comes to where the person looks: going back to it would lose the place. A page moves
      // the view as well.
      const { firstVisibleRow, lastVisibleRow } = runway;
      const below = cursor > (rowAt(places.run, firstVisibleRow)?.offset ?? 0);
      const seen = page
        ? runway.position().row - (move.brought ? move.rows : 0)
        : below
          ? lastVisibleRow
          : firstVisibleRow;
      const from = move.lost || base === null ? seen : base;
      const lowest = places.run.rows[0]?.offset === places.start ? places.run.firstRow : 0;
      const target = Math.max(lowest, Math.min(from + move.rows, rowCount - 1));
      if (!move.brought && page) runway.scrollByRows(move.rows);
      else if (!move.brought && rowAt(places.run, target) === null) runway.scrollToRow(target, 'nearest');
      move.brought = true;
      const at = row === null ? null : rowAt(places.run, row);
      const kept = goal.current?.cursor === cursor ? goal.current.cell : null;
      const cell = kept ?? (at ? places.contents.cellAt(at, cursor) : 0);
      if (cell === null) return false;
      const character = characterInRow(places, target, cell);
      if (!character) return false;
      finish(move, character);
      const after = appStore.getState().views[fileId];
      if (after) goal.current = { cursor: after.cursor, cell };
      return true;
    },
    [finish],
  );

  /** Forgets what waits. */
  const forget = useCallback((): readonly (Move | Deed)[] => {
    if (patience.current !== null) clearTimeout(patience.current);
    patience.current = null;
    return waiting.current.splice(0);
  }, []);

  /** Gives up the moves that wait; what is behind them is done without. */
  const giveUp = useCallback((): void => {
    for (const each of forget()) if ('act' in each) each.act();
  }, [forget]);

  const work = useCallback((): void => {
    for (let first = waiting.current[0]; first; first = waiting.current[0]) {
      if (!('act' in first) && !attempt(first)) return;
      waiting.current.shift();
      if ('act' in first) first.act();
      // What was pressed blindly on top of it is not wanted any more.
      const late = performance.now() - STUCK_MS;
      for (let next = waiting.current[0]; next && !('act' in next) && next.since < late; next = waiting.current[0])
        waiting.current.shift();
    }
    forget();
  }, [attempt, forget]);

  useLayoutEffect(() => {
    latest.current = parts;
  });
  // After every render something may have come that a move waits for.
  useEffect(() => {
    if (waiting.current.length > 0) work();
  });
  useEffect(() => {
    if (!active) return undefined;
    const release = holdBehindMoves((act) => {
      if (waiting.current.length === 0) return false;
      waiting.current.push({ act });
      patience.current ??= setTimeout(giveUp, PATIENCE_MS);
      return true;
    });
    return () => {
      release();
      giveUp();
    };
  }, [active, giveUp]);

  const handlers: CommandHandlers = {
    'select.all': () => {
      const { fileId, places } = latest.current;
      // The cursor goes to the end without taking the view along.
      if (places && places.size > 0) appStore.getState().move(fileId, places.size - 1, { anchor: places.start });
    },
    'select.clear': () => {
      const { fileId, copy } = latest.current;
      const state = appStore.getState();
      forget();
      copy.dismiss();
      const view = state.views[fileId];
      if (view) state.move(fileId, view.cursor, { anchor: null });
    },
    'copy.offset': () => {
      const extent = chosenExtent(latest.current);
      if (!extent) return;
      const decimal = appStore.getState().settings.addressRadix === 'decimal';
      const text = decimal ? String(extent.offset) : `0x${extent.offset.toString(16).toUpperCase()}`;
      latest.current.copy.copyValue(text, `offset ${text}`);
    },
    'select.save': () => {
      const extent = chosenExtent(latest.current);
      if (extent) latest.current.copy.save(extent);
    },
  };
  for (const [command, step] of Object.entries(STEPS) as [CommandId, Step][]) {
    handlers[command] = ({ extend }) => {
      // Where a move to either end leads does not depend on those before it; one whose rows were taken away again, by a jump say, must
      // not hold up the others for ever; and while the server is away, the last wish alone is kept for when it is back.
      const { geometry } = latest.current;
      const first = waiting.current[0];
      const old = first && !('act' in first) && performance.now() - first.since > STUCK_MS;
      const stuck = old || (first && isAway(geometry));
      const end = step === 'fileStart' || step === 'fileEnd';
      if (stuck || (end && !waiting.current.some((each) => 'act' in each))) giveUp();
      if (waiting.current.length >= MAX_WAITING) return;
      const rows = rowsOf(command, latest.current.runway.pageRows);
      waiting.current.push({ step, rows, extend, brought: false, lost: null, since: performance.now() });
      work();
    };
  }
  for (const [command, format] of COPIES) {
    handlers[command] = () => {
      const extent = chosenExtent(latest.current);
      if (extent) latest.current.copy.copy(extent, format);
    };
  }
  useCommandHandlers(handlers, active);
}

/** The keys and commands of the hex view. */
import { useCallback, useEffect, useRef } from 'react';
import { type Extent, selectionExtent } from '../../../shared/extent.ts';
import { formatHex } from '../../../shared/units.ts';
import type { CopyFormat } from '../../rows/copyFormats.ts';
import type { Runway } from '../../rows/useRunway.ts';
import { type CommandHandlers, type Invocation, useCommandHandlers } from '../../state/commandRegistry.ts';
import type { CommandId } from '../../state/commands.ts';
import { appStore } from '../../state/store.ts';
import type { CopyActions } from '../copy/useCopy.tsx';
import type { HexColumn } from './hexLayout.ts';
import { moveRows, moveTarget, rowsOf } from './hexMoves.ts';

export interface HexCommandParts {
  readonly fileId: string;
  readonly size: number;
  /** What lies before it is hidden. */
  readonly start: number;
  readonly rowBytes: number;
  readonly radix: 'hex' | 'decimal';
  readonly runway: Runway;
  readonly copy: CopyActions;
  /** Column that was clicked last: decides what a plain copy means. */
  readonly column: HexColumn;
  /** Called after the keyboard moved the cursor. */
  readonly onMoved: (cursor: number) => void;
}

const MOVES: readonly CommandId[] = [
  'move.left',
  'move.right',
  'move.up',
  'move.down',
  'move.halfUp',
  'move.halfDown',
  'move.pageUp',
  'move.pageDown',
  'move.rowStart',
  'move.rowEnd',
  'move.fileStart',
  'move.fileEnd',
];

const COPIES: readonly (readonly [CommandId, CopyFormat])[] = [
  ['copy.hex', 'hex'],
  ['copy.text', 'text'],
  ['copy.c', 'c'],
  ['copy.base64', 'base64'],
];

/** The selection, else the byte under the cursor. */
function chosenExtent(fileId: string): Extent | null {
  const view = appStore.getState().views[fileId];
  if (!view) return null;
  return selectionExtent(view.cursor, view.anchor) ?? { offset: view.cursor, end: view.cursor + 1 };
}

export function useHexCommands(parts: HexCommandParts, active: boolean): void {
  const latest = useRef(parts);
  useEffect(() => {
    latest.current = parts;
  });

  const move = useCallback((command: CommandId, invocation: Invocation) => {
    const { fileId, size, start, rowBytes, runway, onMoved } = latest.current;
    const state = appStore.getState();
    const view = state.views[fileId];
    if (!view || size <= start) return;
    const extent = { size, rowBytes, pageRows: runway.pageRows };
    const anchor = invocation.extend ? (view.anchor ?? view.cursor) : null;
    const rows = rowsOf(command, runway.pageRows);
    let cursor = Math.max(view.cursor, start);
    if (rows !== 0) {
      // A page moves view and cursor together. A cursor that is out of sight first comes to where the person looks.
      const top = runway.position().row;
      const row = Math.floor(cursor / rowBytes);
      if (row < top || row > top + runway.pageRows) cursor = moveRows(cursor, top - row, extent);
      runway.scrollByRows(rows);
    } else if ((command === 'move.up' || command === 'move.down') && !invocation.extend) {
      // Somebody who scrolled away goes on from there: going back to the cursor would lose the place.
      const { row: top, px } = runway.position();
      const first = top + (px > 0 ? 1 : 0);
      const row = Math.floor(cursor / rowBytes);
      const near = Math.max(first, Math.min(row, top + runway.pageRows - 1));
      if (row < top || row > top + runway.pageRows) cursor = moveRows(cursor, near - row, extent);
    }
    const wanted = moveTarget(command, cursor, extent);
    if (wanted === null) return;
    const target = Math.max(start, wanted);
    state.move(fileId, target, { anchor, reveal: 'nearest' });
    onMoved(target);
  }, []);

  const copyAs = useCallback((format: CopyFormat) => {
    const { fileId, size, copy } = latest.current;
    const extent = chosenExtent(fileId);
    if (extent && size > 0) copy.copy(extent, format);
  }, []);

  const handlers: CommandHandlers = {
    'select.all': () => {
      const { fileId, size, start } = latest.current;
      // The cursor goes to the end without taking the view along.
      if (size > 0) appStore.getState().move(fileId, size - 1, { anchor: Math.min(start, size - 1) });
    },
    'select.clear': () => {
      const { fileId, copy } = latest.current;
      const state = appStore.getState();
      copy.dismiss();
      const view = state.views[fileId];
      if (view) state.move(fileId, view.cursor, { anchor: null });
    },
    'copy.default': () => copyAs(latest.current.column === 'text' ? 'text' : 'hex'),
    'copy.offset': () => {
      const { fileId, radix, copy } = latest.current;
      const extent = chosenExtent(fileId);
      if (!extent) return;
      const text = radix === 'hex' ? `0x${formatHex(extent.offset)}` : String(extent.offset);
      copy.copyValue(text, `offset ${text}`);
    },
    'select.save': () => {
      const { fileId, size, copy } = latest.current;
      const extent = chosenExtent(fileId);
      if (extent && size > 0) copy.save(extent);
    },
  };
  for (const command of MOVES) handlers[command] = (invocation) => move(command, invocation);
  for (const [command, format] of COPIES) handlers[command] = () => copyAs(format);
  useCommandHandlers(handlers, active);
}

/**
 * The full view, and below it the filtered lines where they have a pane of their own, with a split that is remembered. The full view
 * stays mounted as they come and go: it keeps its place, its keyboard and its rows.
 */
import { type KeyboardEvent, type PointerEvent, type ReactNode, type RefObject, useRef, useState } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { DEFAULT_LAYOUT } from '../../state/persisted.ts';
import { patchLayout, uiStore } from '../../state/ui.ts';
import { PaneFrame } from '../frame/PaneFrame.tsx';

/** Shares of the height that the full view can have, percent. */
const LEAST = 15;
const MOST = 85;
/** By an arrow key. */
const STEP = 2;

interface FilterSplitProps {
  readonly file: FileInfo;
  /** The filtered lines are shown. */
  readonly split: boolean;
  /** The filtered lines have the keyboard. */
  readonly below: boolean;
  /** The full view. */
  readonly children: ReactNode;
}

export function FilterSplit({ file, split, below, children }: FilterSplitProps) {
  const [share, setShare] = useState(() => uiStore.getState().layout.filterSplit);
  const stack = useRef<HTMLDivElement>(null);
  return (
    <div ref={stack} className={split ? 'panes-stack panes-split' : 'panes-stack'}>
      <div className="panes-panel panes-share" style={split ? { flexGrow: share } : undefined}>
        {children}
      </div>
      {split && (
        <>
          <SplitHandle share={share} stack={stack} onShare={setShare} />
          <div className="panes-panel panes-share" style={{ flexGrow: 100 - share }}>
            <PaneFrame file={file} pane="text" filtered active={below} />
          </div>
        </>
      )}
    </div>
  );
}

interface SplitHandleProps {
  readonly share: number;
  readonly stack: RefObject<HTMLElement | null>;
  readonly onShare: (share: number) => void;
}

/** What is dragged, or moved by arrow keys; a double click halves again. */
function SplitHandle({ share, stack, onShare }: SplitHandleProps) {
  const [dragging, setDragging] = useState(false);
  const set = (wanted: number, keep: boolean): void => {
    const next = Math.round(Math.max(LEAST, Math.min(wanted, MOST)) * 10) / 10;
    onShare(next);
    if (keep) patchLayout({ filterSplit: next });
  };
  const follow = (event: PointerEvent, keep: boolean): void => {
    const box = stack.current?.getBoundingClientRect();
    if (box && box.height > 0) set(((event.clientY - box.top) / box.height) * 100, keep);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const targets: Readonly<Record<string, number>> = {
      ArrowUp: share - STEP,
      ArrowDown: share + STEP,
      Home: LEAST,
      End: MOST,
    };
    const target = targets[event.key];
    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    set(target, true);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved
    <div
      className="panes-separator panes-separator-flat"
      role="separator"
      tabIndex={0}
      aria-label="Height of the panes"
      aria-orientation="horizontal"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={Math.round(share)}
      data-separator={dragging ? 'active' : undefined}
      onKeyDown={onKeyDown}
      onDoubleClick={() => set(DEFAULT_LAYOUT.filterSplit, true)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
      }}
      onPointerMove={(event) => dragging && follow(event, false)}
      onPointerUp={(event) => {
        if (dragging) follow(event, true);
        setDragging(false);
      }}
      onPointerCancel={() => setDragging(false)}
    />
  );
}

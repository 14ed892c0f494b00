/** Small parts of the text view that have a state of their own. */
import {
  type CSSProperties,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import type { TextContents } from '../../rows/textContent.ts';
import type { TextPlaces } from '../../rows/textMoves.ts';
import { rowAt } from '../../rows/textRun.ts';
import type { RowPosition, Runway, RunwayItem } from '../../rows/useRunway.ts';
import { useCommandHandlers } from '../../state/commandRegistry.ts';
import { appStore, type Settings } from '../../state/store.ts';
import { gutterCells } from './lineLabel.ts';

/** While the thumb is dragged the latest place is asked for at most this often, ms. */
const SEEK_MS = 60;

/** Width of an element, px; 0 until it is there. */
export function useWidth(main: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = main.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    setWidth(element.clientWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, [main]);
  return width;
}

/** Width of the line numbers, whole px; grows with the number of lines, and never shrinks while one file is shown. */
export function useGutter(lines: number, generation: number, cellWidth: number): number {
  const widest = useRef({ generation, cells: 0 });
  if (widest.current.generation !== generation) widest.current = { generation, cells: 0 };
  const cells = Math.max(widest.current.cells, gutterCells(lines));
  widest.current = { generation, cells };
  return Math.ceil((cells + 1.5) * cellWidth);
}

/** Cells of the longest row on screen; what was longest stays until rows of another place are shown. */
export function useLongest(
  items: readonly RunwayItem[],
  run: TextPlaces['run'] | null,
  contents: TextContents,
  version: number,
): number {
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the cache may have brought the bytes of a row
  return useMemo(() => {
    if (!run) return 0;
    let longest = 0;
    for (const item of items) {
      const row = rowAt(run, item.row);
      const cells = row && contents.rowCells(row);
      if (cells !== null && cells > longest) longest = cells;
    }
    return longest;
  }, [items, run, contents, version]);
}

/** Wheels and trackpads that go sideways, and Shift with the wheel: px to the right. */
export function useSidewaysWheel(element: { readonly current: HTMLElement | null }, onPx: (px: number) => void): void {
  const latest = useRef(onPx);
  latest.current = onPx;
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      const unit = event.deltaMode === 0 ? 1 : 20;
      const px = event.shiftKey && event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (px === 0 || (!event.shiftKey && Math.abs(event.deltaX) < Math.abs(event.deltaY) / 2)) return;
      // The page's own sideways gestures (back, forward) must not take it.
      event.preventDefault();
      latest.current(px * unit);
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => target.removeEventListener('wheel', onWheel);
  }, [element]);
}

/** Goes where the thumb is dragged: the latest place, a few times a second; the end of the file when the thumb is at its end. */
export function useSeek(
  geometry: { show: (offset: number, align: 'start' | 'end') => void },
  size: number,
  shown: number,
): (offset: number, dragging: boolean) => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const wanted = useRef(0);
  const limits = useRef({ size, shown });
  limits.current = { size, shown };
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  return useCallback(
    (offset: number, dragging: boolean) => {
      const go = () => {
        timer.current = null;
        const { size: all, shown: bytes } = limits.current;
        if (wanted.current > 0 && wanted.current + bytes >= all) geometry.show(all - 1, 'end');
        else geometry.show(wanted.current, 'start');
      };
      wanted.current = offset;
      if (dragging && timer.current !== null) return;
      if (timer.current !== null) clearTimeout(timer.current);
      if (dragging) timer.current = setTimeout(go, SEEK_MS);
      else go();
    },
    [geometry],
  );
}

/** Widths of wrapped rows follow from the width of the pane and of the cells: `fit` differs when they do. */
export function useRefit(runway: Runway, wrap: boolean, fit: string): void {
  const fitted = useRef({ fit, wrap });
  useLayoutEffect(() => {
    const before = fitted.current;
    fitted.current = { fit, wrap };
    if (before.fit !== fit && (wrap || before.wrap)) runway.remeasure();
  }, [fit, wrap, runway]);
}

/** What can be switched in every text view. */
export function useTextSwitches({ levels, rawEscapes }: Settings): void {
  const { patchSettings } = appStore.getState();
  useCommandHandlers(
    {
      'view.levels': () => patchSettings({ levels: !levels }),
      'view.escapes': () => patchSettings({ rawEscapes: !rawEscapes }),
    },
    true,
  );
}

interface TextMeasures {
  readonly letterSpacing: number;
  readonly cellWidth: number;
  readonly rowHeight: number;
  readonly gutter: number;
  readonly leftPx: number;
  readonly fontSize: number;
}

/** The measures of a view for its style sheet, CSS px. */
export function textStyle(measures: TextMeasures): CSSProperties {
  const { letterSpacing, cellWidth, rowHeight, gutter, leftPx, fontSize } = measures;
  return {
    '--text-letter-spacing': `${letterSpacing}px`,
    '--text-font-size': `${fontSize}px`,
    '--text-row-height': `${rowHeight}px`,
    '--text-cell': `${cellWidth}px`,
    '--text-gutter': `${gutter}px`,
    '--text-left': `${-leftPx}px`,
  } as CSSProperties;
}

/**
 * The position with `px` of a row above the top edge; negative: its top is so far below. A row that would be below the lower edge is
 * put in the middle. `wrap`: rows may be taller than one line.
 */
export function keptPosition(row: number, px: number, runway: Runway, wrap: boolean): RowPosition {
  const { rowHeight } = runway;
  if (px >= 0) return { row, px: wrap ? px : Math.min(px, rowHeight - 1) };
  const room = (runway.scroller()?.clientHeight ?? 0) - rowHeight;
  const above = room > 0 && -px > room ? -Math.floor(room / 2) : px;
  const rows = Math.floor(above / rowHeight);
  return { row: row + rows, px: above - rows * rowHeight };
}

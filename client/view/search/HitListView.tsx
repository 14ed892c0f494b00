/** The list of all hits, however many: virtualized by number, one line a hit. */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { formatCount, formatHex } from '../../../shared/units.ts';
import { useRunway } from '../../rows/useRunway.ts';
import { showHit } from '../../search/controller.ts';
import { currentHit, type FileSearch } from '../../search/searchStore.ts';
import { useActiveView } from '../../state/useApp.ts';
import { focusRows } from '../frame/focus.ts';
import { movedTo } from '../listKeys.ts';
import { ListBar } from './ListBar.tsx';
import { useHitList } from './useHitList.ts';

const ROW_HEIGHT = 22;

interface HitListViewProps {
  readonly file: FileInfo;
  readonly search: FileSearch;
  readonly searchId: string;
}

export function HitListView({ file, search, searchId }: HitListViewProps) {
  const cursor = useActiveView()?.cursor ?? 0;
  const { kind } = search.query;
  const asHex = kind === 'bytes' || kind === 'number' || file.kind === 'binary';
  const list = useHitList(file, search, searchId, asHex);
  const [active, setActive] = useState(0);
  const runway = useRunway({ rowCount: list.count, rowHeight: ROW_HEIGHT, measured: false, initialRow: 0 });
  const first = runway.items[0]?.row ?? 0;
  const last = runway.items.at(-1)?.row ?? -1;

  useEffect(() => {
    list.want(first, last);
    list.hold(runway.position().row, runway.shift);
  });

  // The hit that the cursor goes to is the one of the list.
  const currentNumber = currentHit(search, cursor)?.number ?? null;
  const number = currentNumber === null || currentNumber < list.firstNumber ? null : currentNumber - list.firstNumber;
  const followed = useRef(runway);
  followed.current = runway;
  useEffect(() => {
    if (number === null) return;
    setActive(number);
    followed.current.scrollToRow(number, 'nearest');
  }, [number]);

  const go = (row: number): void => {
    setActive(row);
    const hit = list.hit(row);
    if (hit) showHit(file.id, { hit, number: list.firstNumber + row, exact: search.status?.complete === true });
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const target = movedTo(event.key, active, runway.pageRows, list.count);
    if (target !== null) {
      setActive(target);
      runway.scrollToRow(target, 'nearest');
    } else if (event.key === 'Enter' || event.key === ' ') go(active);
    else if (event.key === 'Escape') focusRows();
    else return;
    event.preventDefault();
  };

  return (
    <div className="hits">
      <div
        ref={runway.scrollerRef}
        id="hits-list"
        className="hits-scroller"
        role="listbox"
        aria-label="Hits"
        aria-activedescendant={active >= first && active <= last ? `hit-${active}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div className="hits-runway" role="presentation" style={{ height: runway.totalSize }}>
          {runway.items.map((item) => {
            const hit = list.hit(item.row);
            const context = hit && list.context(hit);
            const current = hit !== null && hit.offset === cursor && item.row === number;
            return (
              // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
              <div
                key={item.key}
                id={`hit-${item.row}`}
                className={current ? 'hit hit-current' : 'hit'}
                role="option"
                aria-selected={item.row === active}
                aria-setsize={list.count}
                aria-posinset={item.row + 1}
                style={{ top: item.start, height: item.size }}
                data-tip={hit ? `Hit ${formatCount(item.row + 1)}, offset ${formatCount(hit.offset)}` : undefined}
                onClick={() => go(item.row)}
              >
                <span className="hit-place mono">
                  {hit && (hit.line !== null && !asHex ? formatCount(hit.line + 1) : formatHex(hit.offset))}
                </span>
                <bdi className="hit-text mono">
                  {context ? (
                    <>
                      {context.before}
                      <mark>{context.match}</mark>
                      {context.after}
                    </>
                  ) : (
                    <span className="hit-skeleton" />
                  )}
                </bdi>
              </div>
            );
          })}
        </div>
      </div>
      <ListBar
        rows={list.count}
        firstRow={runway.firstVisibleRow}
        pageRows={runway.pageRows}
        height={runway.viewportHeight}
        controls="hits-list"
        onRow={(row) => runway.scrollToRow(row, 'start')}
      />
    </div>
  );
}

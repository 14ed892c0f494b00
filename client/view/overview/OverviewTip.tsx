/** What is at the place of the overview that is pointed at: where it is, what is marked there, and whatever else is known of it. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { counted, formatCount, formatHex, formatPercent, formatSize } from '../../../shared/units.ts';
import type { OverviewProps } from './Overview.tsx';
import { marksNear, type OverviewLayer } from './paintLayers.ts';

export interface Tip {
  readonly y: number;
  readonly offset: number;
  /** Bytes per px while a drag is slowed down, else null. */
  readonly fine: number | null;
}

interface TipProps {
  readonly tip: Tip;
  readonly origin: number;
  readonly unit: OverviewProps['unit'];
  readonly size: number;
  readonly height: number;
  readonly layers: readonly OverviewLayer[];
  readonly describe: OverviewProps['describe'];
}

/** How far from the pointer a mark is still meant, px, and how many are named. */
const MARK_REACH_PX = 4;
const NAMED_MARKS = 4;

/** How long the pointer rests on a place before more is asked about it, ms. */
const DESCRIBE_DELAY_MS = 80;

export function OverviewTip({ tip, origin, unit, size, height, layers, describe }: TipProps) {
  const [more, setMore] = useState('');
  const { offset } = tip;
  const marks = marksNear(layers, offset, (size / Math.max(1, height)) * MARK_REACH_PX, NAMED_MARKS);
  useEffect(() => {
    if (!describe) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      void Promise.resolve(describe(offset)).then(
        (text) => current && setMore(text),
        () => current && setMore(''),
      );
    }, DESCRIBE_DELAY_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [describe, offset]);
  // However much it says, it stays beside the strip.
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const own = box.current;
    if (!own) return;
    const tall = own.offsetHeight;
    own.style.top = `${Math.max(0, Math.min(Math.round(tip.y - tall / 2), height - tall))}px`;
  });
  return (
    <div ref={box} className="overview-tip" role="tooltip">
      <strong>{unit === 'rows' ? `Row ${formatCount(offset + 1)}` : `0x${formatHex(offset + origin)}`}</strong>
      <span>
        {unit === 'rows' ? `of ${formatCount(size)}` : formatCount(offset + origin)} · {formatPercent(offset, size)}
      </span>
      {more !== '' && <span>{more}</span>}
      {marks.map(({ name, tint }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two marks may have one name
        <span key={index} className={`overview-tip-mark tint-${tint}`}>
          <bdi>{name}</bdi>
        </span>
      ))}
      {tip.fine !== null && (
        <em>
          fine · 1 px = {unit === 'rows' ? counted(Math.ceil(tip.fine), 'row') : formatSize(Math.max(1, tip.fine))}
        </em>
      )}
    </div>
  );
}

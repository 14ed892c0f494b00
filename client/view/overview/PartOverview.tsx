/** The overview of a file whose first bytes are hidden: of the rest alone, at its true offsets. */
import { useMemo } from 'react';
import { Overview, type OverviewProps } from './Overview.tsx';
import type { OverviewLayer } from './paintLayers.ts';

interface PartOverviewProps extends OverviewProps {
  /** Bytes before this are hidden. */
  readonly start: number;
}

/** What a layer has from `start` on; a density to the nearest whole bucket. */
function layerFrom(layer: OverviewLayer, start: number): OverviewLayer {
  if (layer.kind !== 'density') return { ...layer, offsets: layer.offsets.map((offset) => offset - start) };
  const { buckets, size } = layer;
  const first = Math.min(buckets.length - 1, Math.floor((start / Math.max(1, size)) * buckets.length));
  const rest = buckets.slice(first);
  return { ...layer, buckets: rest, size: Math.max(1, (rest.length / buckets.length) * size) };
}

export function PartOverview({ start, ...props }: PartOverviewProps) {
  const layers = useMemo(
    () => (start === 0 ? props.layers : props.layers.map((layer) => layerFrom(layer, start))),
    [props.layers, start],
  );
  if (start === 0) return <Overview {...props} />;
  const { visible, selection, cursor, scannedBytes, describe } = props;
  const from = (offset: number): number => Math.max(0, offset - start);
  return (
    <Overview
      {...props}
      origin={start}
      size={from(props.size)}
      visible={{ offset: from(visible.offset), end: from(visible.end) }}
      cursor={cursor === null || cursor < start ? null : cursor - start}
      selection={
        selection && selection.end > start ? { offset: from(selection.offset), end: selection.end - start } : null
      }
      scannedBytes={scannedBytes === null ? null : from(scannedBytes)}
      layers={layers}
      describe={describe && ((offset) => describe(offset + start))}
      onSeek={(offset, dragging) => props.onSeek(offset + start, dragging)}
    />
  );
}

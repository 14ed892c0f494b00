/** The scrollbar of a text view: by bytes, as everywhere; by numbers of rows where the rows are those of a filter. */
import type { Extent } from '../../../shared/extent.ts';
import type { FileInfo } from '../../../shared/protocol.ts';
import { formatCount } from '../../../shared/units.ts';
import type { FilterGeometry } from '../../rows/filterGeometry.ts';
import { nearestRow } from '../../rows/pickedRows.ts';
import type { RowGeometry, TextSnapshot } from '../../rows/textChange.ts';
import { meanRow, rowAt } from '../../rows/textRun.ts';
import type { Runway } from '../../rows/useRunway.ts';
import type { FileView } from '../../state/store.ts';
import type { OverviewProps, OverviewStep } from '../overview/Overview.tsx';
import { PartOverview } from '../overview/PartOverview.tsx';
import type { OverviewLayer } from '../overview/paintLayers.ts';
import { useSeek } from './textViewHooks.ts';

interface TextOverviewProps {
  readonly file: FileInfo;
  readonly view: FileView;
  readonly geometry: RowGeometry;
  readonly picked: FilterGeometry | null;
  readonly snapshot: TextSnapshot;
  readonly runway: Runway;
  readonly size: number;
  /** Bytes on screen. */
  readonly visible: Extent;
  /** They are an estimate: their rows are not here yet. */
  readonly about: boolean;
  readonly selection: Extent | null;
  readonly layers: readonly OverviewLayer[];
  readonly controls: string;
  readonly describe: OverviewProps['describe'];
}

const NO_LAYERS: readonly OverviewLayer[] = [];

/** The same places by numbers of rows, as far as they are known. */
function byRows(props: TextOverviewProps): Pick<OverviewProps, 'visible' | 'cursor' | 'selection' | 'describe'> {
  const { view, snapshot, runway, size, selection } = props;
  const { run } = snapshot;
  const { row, px } = runway.position();
  const first = row + px / runway.rowHeight;
  const shown = Math.min(snapshot.rowCount, runway.viewportHeight / runway.rowHeight);
  const rowNear = (offset: number): number | null => (run ? nearestRow(run, offset, size) : null);
  const [from, to] = selection ? [rowNear(selection.offset), rowNear(selection.end - 1)] : [null, null];
  return {
    visible: { offset: first, end: first + shown },
    cursor: rowNear(view.cursor),
    selection: from !== null && to !== null ? { offset: from, end: to + 1 } : null,
    describe: (number) => {
      const line = run && rowAt(run, number)?.picked?.line;
      return line == null ? '' : `Line ${formatCount(line + 1)}`;
    },
  };
}

export function TextOverview(props: TextOverviewProps) {
  const { file, view, geometry, picked, snapshot, runway, size, visible } = props;
  const { run, facts, rowCount } = snapshot;
  const target = picked ? { show: (row: number, align: 'start' | 'end') => picked.showRow(row, align) } : geometry;
  const scale = picked ? rowCount : size;
  const place = picked
    ? byRows(props)
    : { visible, cursor: view.cursor, selection: props.selection, describe: props.describe };
  const onSeek = useSeek(target, scale, place.visible.end - place.visible.offset);
  const onStep = (step: OverviewStep): void => {
    if (step === 'start') target.show(0, 'start');
    else if (step === 'end') target.show(Math.max(0, scale - 1), 'end');
    else {
      const rows = step.startsWith('page') ? runway.pageRows : 1;
      runway.scrollByRows(step === 'up' || step === 'pageUp' ? -rows : rows);
    }
  };
  return (
    <PartOverview
      start={picked ? 0 : facts.start}
      unit={picked ? 'rows' : 'bytes'}
      size={scale}
      {...place}
      about={props.about}
      scannedBytes={picked || file.index.complete ? null : file.index.scannedBytes}
      layers={picked ? NO_LAYERS : props.layers}
      rowBytes={picked ? 1 : run ? meanRow(run, facts) : 80}
      controls={props.controls}
      onSeek={onSeek}
      onWheelPx={runway.scrollBy}
      onStep={onStep}
    />
  );
}

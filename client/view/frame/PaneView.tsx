/** Which view a pane holds, with what it needs of the document. */
import { useMemo } from 'react';
import type { FileInfo, LineRecord } from '../../../shared/protocol.ts';
import { counted, formatCount } from '../../../shared/units.ts';
import { shownAs, useFilter, useFilters } from '../../filter/filterStore.ts';
import { api, pageCacheOf } from '../../state/documents.ts';
import { appStore, type Pane } from '../../state/store.ts';
import { useApp } from '../../state/useApp.ts';
import { useFilteredRows } from '../filter/useFilteredRows.ts';
import { HexView } from '../hex/HexView.tsx';
import { useMarkLayers } from '../marks/useMarkLayers.ts';
import { useLayers } from '../search/useLayers.ts';
import { TextView } from '../text/TextView.tsx';
import { InputEmpty } from './InputState.tsx';

function lineText(record: LineRecord | undefined): string {
  return record?.line == null ? '' : `Line ${formatCount(record.line + 1)}`;
}

/** The line of a byte, for the overview's tooltip; empty while it is not counted. */
function describeIn(fileId: string): (offset: number) => Promise<string> {
  return async (offset) => {
    const file = appStore.getState().files.find(({ id }) => id === fileId);
    if (!file || offset >= file.index.scannedBytes || offset >= file.size) return '';
    const encoding = appStore.getState().views[fileId]?.encoding;
    const reply = await api.lines(fileId, { offset, count: 1, text: 0, ...(encoding != null && { encoding }) });
    return lineText(reply.lines[0]);
  };
}

function Empty({ file: { path, input } }: { readonly file: FileInfo }) {
  if (input !== null) {
    return (
      <div className="pane-empty">
        <InputEmpty {...input} />
      </div>
    );
  }
  return (
    <div className="pane-empty">
      <p>This file is empty: {counted(0, 'byte')}.</p>
      <p>
        What is written to <bdi>{path}</bdi> appears here by itself.
      </p>
    </div>
  );
}

interface PaneViewProps {
  readonly fileId: string;
  readonly pane: Pane;
  readonly filtered: boolean;
  readonly active: boolean;
}

export function PaneView(props: PaneViewProps) {
  const file = useApp((state) => state.files.find(({ id }) => id === props.fileId));
  if (!file) return null;
  return file.size === 0 ? <Empty file={file} /> : <FileView {...props} file={file} />;
}

function FileView({ file, pane, filtered, active }: PaneViewProps & { readonly file: FileInfo }) {
  const hits = useLayers(file.id);
  const marks = useMarkLayers(file.identity);
  const layers = useMemo(() => [...hits, ...marks], [hits, marks]);
  const display = shownAs(useFilter(file.id));
  const below = useFilters((state) => state.below);
  const rows = useFilteredRows(file, filtered);
  const shared = { file, cache: pageCacheOf(file.id), api, active, layers, describe: describeIn(file.id) };
  if (pane === 'hex') return <HexView {...shared} />;
  const follows = display === 'split' && !active && (filtered || below);
  return <TextView {...shared} follows={follows} filtered={filtered || display === 'place' ? rows : null} />;
}

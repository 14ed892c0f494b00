/** Which view a pane holds, with what it needs of the document. */
import type { LineRecord } from '../../../shared/protocol.ts';
import { counted, formatCount } from '../../../shared/units.ts';
import { api, pageCacheOf } from '../../state/documents.ts';
import { appStore, type Pane } from '../../state/store.ts';
import { useApp } from '../../state/useApp.ts';
import { HexView } from '../hex/HexView.tsx';
import { useLayers } from '../search/useLayers.ts';
import { TextView } from '../text/TextView.tsx';

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

function Empty({ path }: { readonly path: string }) {
  return (
    <div className="pane-empty">
      <p>This file is empty: {counted(0, 'byte')}.</p>
      <p>
        What is written to <bdi>{path}</bdi> appears here by itself.
      </p>
    </div>
  );
}

export function PaneView({
  fileId,
  pane,
  active,
}: {
  readonly fileId: string;
  readonly pane: Pane;
  readonly active: boolean;
}) {
  const file = useApp((state) => state.files.find(({ id }) => id === fileId));
  const layers = useLayers(fileId);
  if (!file) return null;
  if (file.size === 0) return <Empty path={file.path} />;
  const shared = { file, cache: pageCacheOf(fileId), api, active, layers, describe: describeIn(fileId) };
  return pane === 'hex' ? <HexView {...shared} /> : <TextView {...shared} />;
}

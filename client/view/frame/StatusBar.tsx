/** The last line: where one is on the left, what the file is on the right. Slots keep their width while numbers change. */
import { Pause, Play, Unplug } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { selectionExtent } from '../../../shared/extent.ts';
import type { EngineName, FileInfo, LineRecord } from '../../../shared/protocol.ts';
import { counted, formatCount, formatDuration, formatPercent, formatRate, formatSize } from '../../../shared/units.ts';
import { useActiveSearch, useSearches } from '../../search/searchStore.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { useCursorLine } from '../../state/cursorLine.ts';
import { pageCacheOf } from '../../state/documents.ts';
import { encodingName } from '../../state/encodings.ts';
import { useHeading } from '../../state/heading.ts';
import type { FileView } from '../../state/store.ts';
import { useUi } from '../../state/ui.ts';
import { useActiveFile, useActiveView } from '../../state/useApp.ts';
import { AsideStatus } from '../search/AsideStatus.tsx';
import { SearchStatus } from '../search/SearchStatus.tsx';
import { Count, HexAddress } from './Digits.tsx';
import { FollowStatus } from './FollowStatus.tsx';
import { InputWord } from './InputState.tsx';
import { NoticeBell } from './Notices.tsx';
import './statusBar.css';

/** The view waits for rows that cannot be had yet: where it is sent to, as such. */
function Heading({ file, offset }: { readonly file: FileInfo; readonly offset: number }) {
  return (
    <output className="status-item status-heading" data-tip="The rows at this offset come when the server answers">
      Waiting for
      <HexAddress value={offset} size={file.size} />
      <span className="status-dim">
        <Count value={offset} />
      </span>
    </output>
  );
}

function Where({ file, view }: { readonly file: FileInfo; readonly view: FileView }) {
  return (
    <button
      type="button"
      className="status-item status-where"
      aria-label={`Offset ${view.cursor}, go to`}
      data-tip="Offset of the cursor. Go to …"
      data-tip-command="jump.goto"
      onClick={() => runCommand('jump.goto')}
    >
      <HexAddress value={view.cursor} size={file.size} />
      <span className="status-dim">
        <Count value={view.cursor} />
      </span>
    </button>
  );
}

/** Longest start of a line that is decoded to count its characters. */
const MAX_COUNTED_BYTES = 65_536;

/** Characters before the cursor in its line; null while their bytes are not here, or there are too many. */
function useColumn(file: FileInfo, view: FileView, record: LineRecord | null): number | null {
  const cache = pageCacheOf(file.id);
  useSyncExternalStore(cache.subscribe, () => cache.version);
  if (record === null || record.column === null) return null;
  const start = record.offset - record.column;
  if (view.cursor - start > MAX_COUNTED_BYTES) return null;
  const bom = start === 0 ? file.bomBytes : 0;
  const bytes = cache.readBytes(start + bom, Math.max(0, view.cursor - start - bom));
  if (bytes === null) return null;
  // `stream` leaves a character out that the cursor is inside of.
  const text = new TextDecoder(view.encoding ?? file.encoding, { ignoreBOM: true }).decode(bytes, { stream: true });
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function LineColumn({ file, view }: { readonly file: FileInfo; readonly view: FileView }) {
  const record = useCursorLine();
  const column = useColumn(file, view, record);
  const byteColumn = record === null || record.column === null ? null : view.cursor - record.offset + record.column;
  const { scannedBytes, lines } = file.index;
  const estimate = record && scannedBytes > 0 ? Math.round((record.offset / scannedBytes) * lines) + 1 : null;
  const bytes = byteColumn === null ? '' : `, byte ${formatCount(byteColumn + 1)} of the line`;
  return (
    <span className="status-item status-line" data-tip={`Line and column of the cursor${bytes}`}>
      {record?.line != null ? (
        <Count value={record.line + 1} />
      ) : (
        <span className="status-dim">{estimate === null ? '–' : `~${formatCount(estimate)}`}</span>
      )}
      <span className="status-dim">:</span>
      {column !== null ? (
        <Count value={column + 1} />
      ) : (
        <span className="status-dim">{byteColumn === null ? '–' : `${formatCount(byteColumn + 1)} B`}</span>
      )}
    </span>
  );
}

function Selected({ view }: { readonly view: FileView }) {
  const selected = selectionExtent(view.cursor, view.anchor);
  if (!selected) return null;
  const length = selected.end - selected.offset;
  return (
    <span className="status-item status-selected" data-tip={`${counted(length, 'byte')} selected`}>
      <span>
        <Count value={length} /> selected
      </span>
    </span>
  );
}

function Progress({ file }: { readonly file: FileInfo }) {
  const { index, size } = file;
  if (index.error !== null) {
    return (
      <span className="status-item status-warning" data-tip={index.error}>
        Lines not counted
      </span>
    );
  }
  if (index.complete) {
    const how = index.fromCache
      ? 'Counted before; read from the cache'
      : `Counted in ${formatDuration(index.elapsedMs)}`;
    return (
      <span className="status-item" data-tip={how}>
        <span>
          <Count value={index.lines} /> {index.lines === 1 ? 'line' : 'lines'}
        </span>
      </span>
    );
  }
  const rest = index.scannedBytes > 0 ? (index.elapsedMs / index.scannedBytes) * (size - index.scannedBytes) : null;
  const percent = formatPercent(index.scannedBytes, size);
  const rate = formatRate(index.scannedBytes, index.elapsedMs);
  const Icon = index.cancelled ? Play : Pause;
  const tip = `${counted(index.lines, 'line')} in the first ${formatSize(index.scannedBytes)}. ${index.cancelled ? 'Continue' : 'Stop'} counting`;
  return (
    <button
      type="button"
      className="status-item status-progress"
      aria-label={`${index.cancelled ? 'Continue' : 'Stop'} counting lines, ${percent} done`}
      data-tip={tip}
      onClick={() => runCommand('index.toggle')}
    >
      <progress className="status-bar-track" max={size} value={index.scannedBytes} aria-hidden="true" />
      <span className="tabular status-percent">{percent}</span>
      <span className="tabular status-dim status-rate">
        {index.cancelled ? 'stopped' : `${rate}${rest === null ? '' : `, ${formatDuration(rest)} left`}`}
      </span>
      <Icon className="icon status-icon" aria-hidden="true" />
    </button>
  );
}

function ending(file: FileInfo, record: LineRecord | null, encoding: string): string {
  const unit = encoding.startsWith('utf-16') ? 2 : 1;
  if (record && record.terminatorLength > 0)
    return record.terminatorLength > unit ? 'CRLF' : file.terminator.toUpperCase();
  return file.terminator.toUpperCase();
}

const ENGINES: Readonly<Record<EngineName, string>> = {
  map: 'mapping it into memory',
  'mmap-io': 'the mmap-io package',
  cached: 'reading what is in memory at once',
  read: 'positional reads',
};

function About({ file, view }: { readonly file: FileInfo; readonly view: FileView }) {
  const record = useCursorLine();
  const encoding = view.encoding ?? file.encoding;
  const chosen = view.encoding !== null && view.encoding !== file.encoding;
  return (
    <>
      <button
        type="button"
        className="status-item"
        aria-label={`Encoding ${encodingName(encoding)}, choose`}
        data-tip={chosen ? `Encoding, chosen; detected was ${encodingName(file.encoding)}` : 'Encoding, as detected'}
        data-tip-command="view.encoding"
        onClick={() => runCommand('view.encoding')}
      >
        {encodingName(encoding)}
        {chosen && <span className="status-chosen" aria-hidden="true" />}
      </button>
      <span className="status-item status-wide" data-tip="Line ending at the cursor">
        {ending(file, record, encoding)}
      </span>
      <span
        className="status-item status-wide"
        data-tip={`Kind of file, by its bytes\nRead by ${ENGINES[file.engine]} (${file.engine})`}
      >
        {file.kind === 'text' ? 'Text' : 'Binary'}
      </span>
      <span className="status-item tabular" data-tip={counted(file.size, 'byte')}>
        {formatSize(file.size)}
      </span>
    </>
  );
}

function ConnectionState() {
  const status = useUi((state) => state.connection.status);
  if (status === 'online') return null;
  if (status === 'connecting') return <span className="status-item status-late">Connecting</span>;
  return (
    <span className="status-item status-lost">
      <Unplug className="icon status-icon" aria-hidden="true" />
      No connection
    </span>
  );
}

export function StatusBar() {
  const file = useActiveFile();
  const view = useActiveView();
  const heading = useHeading(file?.id ?? null);
  const search = useActiveSearch();
  const aside = useSearches((state) => (file === null ? null : (state.aside[file.id] ?? null)));
  return (
    <footer className="status">
      {file && view && (
        <>
          {heading === null ? <Where file={file} view={view} /> : <Heading file={file} offset={heading} />}
          {heading === null && <LineColumn file={file} view={view} />}
          <Selected view={view} />
        </>
      )}
      {view && search && <SearchStatus search={search} cursor={view.cursor} />}
      {!search && aside && <AsideStatus search={aside} />}
      <span className="status-space" />
      <ConnectionState />
      {file && view && (
        <>
          <InputWord file={file} />
          <FollowStatus fileId={file.id} />
          <Progress file={file} />
          <About file={file} view={view} />
        </>
      )}
      <NoticeBell />
    </footer>
  );
}

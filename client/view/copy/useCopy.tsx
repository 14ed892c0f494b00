/**
 * Copying and saving a selection, for every view: fetches what is not here, keeps the cap, and says in the pane what became of it.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Extent } from '../../../shared/extent.ts';
import { MAX_COPY_BYTES } from '../../../shared/limits.ts';
import { counted, formatSize } from '../../../shared/units.ts';
import type { Api } from '../../api/client.ts';
import { isAbort } from '../../api/errors.ts';
import type { FetchWindow, PageCache } from '../../cache/pageCache.ts';
import { readExtent, readParts } from '../../cache/readExtent.ts';
import { type CopyFormat, formatBytes } from '../../rows/copyFormats.ts';
import { holdNote } from '../../state/notes.ts';
import { writeClipboard } from './clipboard.ts';
import './copy.css';

const NAMES: Readonly<Record<CopyFormat, string>> = { hex: 'hex', text: 'text', c: 'a C array', base64: 'Base64' };
/** How long a success stays, ms; a refusal stays until it is answered. */
const NOTICE_MS = 2_500;
/** A browser has begun to save by then. */
const REVOKE_MS = 10_000;

export interface Notice {
  readonly kind: 'done' | 'working' | 'refused';
  readonly text: string;
  /** The selection that was too large or did not come: offered as a file. */
  readonly save: Extent | null;
}

export interface CopyActions {
  readonly copy: (extent: Extent, format: CopyFormat) => void;
  /** Copies a text that is already known; `what` names it in the notice. */
  readonly copyValue: (text: string, what: string) => void;
  /** Saves the bytes as a file by the browser's own download. */
  readonly save: (extent: Extent) => void;
  readonly notice: Notice | null;
  readonly dismiss: () => void;
}

export interface CopySource {
  readonly api: Api;
  readonly fileId: string;
  readonly cache: PageCache;
  readonly encoding: string;
  /** What of an extent is shown; null: all of it. */
  readonly pick: ((extent: Extent, signal: AbortSignal) => Promise<readonly Extent[]>) | null;
}

/** What is shown of an extent of a filtered view. */
interface PickedBytes {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** The bytes of the rows that are shown of an extent, one after the other; rejects with a sentence when they are too many. */
async function readPicked(source: CopySource, extent: Extent, signal: AbortSignal): Promise<PickedBytes> {
  const { api, fileId, cache, pick } = source;
  const parts = pick ? await pick(extent, signal) : [extent];
  const length = parts.reduce((sum, part) => sum + part.end - part.offset, 0);
  if (length > MAX_COPY_BYTES) {
    throw new Error(
      `the selected rows have ${formatSize(length)}, at most ${formatSize(MAX_COPY_BYTES)} can be copied`,
    );
  }
  const fetchWindow: FetchWindow = (offset, count, generation, stop) =>
    api.bytes(fileId, offset, count, generation, stop);
  return { bytes: await readParts(cache, fetchWindow, parts, signal), rows: parts.length };
}

export function useCopy(source: CopySource): CopyActions {
  const latest = useRef(source);
  latest.current = source;
  const [notice, setNotice] = useState<Notice | null>(null);
  const work = useRef<AbortController | null>(null);

  useEffect(() => () => work.current?.abort(), []);
  useEffect(() => {
    if (notice?.kind !== 'done') return undefined;
    const timer = setTimeout(() => setNotice(null), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  const dismiss = useCallback(() => {
    work.current?.abort();
    work.current = null;
    setNotice(null);
  }, []);

  const shown = notice !== null;
  useEffect(() => (shown ? holdNote(dismiss) : undefined), [shown, dismiss]);

  const put = useCallback((text: Promise<string>, what: () => string, extent: Extent | null, signal: AbortSignal) => {
    void writeClipboard(text).then(
      () => !signal.aborted && setNotice({ kind: 'done', text: `Copied ${what()}`, save: null }),
      (error: unknown) => {
        if (signal.aborted || isAbort(error)) return;
        setNotice({ kind: 'refused', text: `Not copied: ${sentence(error)}`, save: extent });
      },
    );
  }, []);

  const begin = useCallback((): AbortSignal => {
    work.current?.abort();
    work.current = new AbortController();
    return work.current.signal;
  }, []);

  const copy = useCallback(
    (extent: Extent, format: CopyFormat) => {
      const { api, fileId, cache, encoding, pick } = latest.current;
      const length = extent.end - extent.offset;
      const signal = begin();
      if (pick) {
        let rows = 0;
        const all = readPicked(latest.current, extent, signal).then((picked) => {
          ({ rows } = picked);
          return formatBytes(picked.bytes, format, encoding);
        });
        setNotice({ kind: 'working', text: 'Reading the selected rows to copy …', save: null });
        put(
          all,
          () => `${counted(rows, 'row')} as ${NAMES[format]}; the lines between them are left out`,
          null,
          signal,
        );
        return;
      }
      if (length > MAX_COPY_BYTES) {
        const text = `${formatSize(length)} selected; at most ${formatSize(MAX_COPY_BYTES)} can be copied`;
        setNotice({ kind: 'refused', text, save: extent });
        return;
      }
      const fetchWindow: FetchWindow = (offset, count, generation, stop) =>
        api.bytes(fileId, offset, count, generation, stop);
      const bytes = readExtent(cache, fetchWindow, extent, signal);
      if (cache.readBytes(extent.offset, length) === null) {
        setNotice({ kind: 'working', text: `Reading ${formatSize(length)} to copy …`, save: null });
      }
      const text = bytes.then((all) => formatBytes(all, format, encoding));
      put(text, () => `${counted(length, 'byte')} as ${NAMES[format]}`, extent, signal);
    },
    [begin, put],
  );

  const copyValue = useCallback(
    (text: string, what: string) => put(Promise.resolve(text), () => what, null, begin()),
    [begin, put],
  );

  const save = useCallback(
    (extent: Extent) => {
      const { api, fileId, cache, pick } = latest.current;
      const signal = begin();
      if (pick) {
        readPicked(latest.current, extent, signal).then(
          ({ bytes }) => {
            const url = URL.createObjectURL(new Blob([bytes.slice().buffer]));
            download(url, 'rows.txt');
            setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
          },
          (error: unknown) => {
            if (!isAbort(error)) setNotice({ kind: 'refused', text: `Not saved: ${sentence(error)}`, save: null });
          },
        );
        return;
      }
      const request = { offset: extent.offset, length: extent.end - extent.offset, generation: cache.generation };
      setNotice(null);
      void api.download(fileId, request, signal).then(
        ({ url }) => download(url, ''),
        (error: unknown) => {
          if (isAbort(error)) return;
          setNotice({ kind: 'refused', text: `Not saved: ${sentence(error)}`, save: extent });
        },
      );
    },
    [begin],
  );

  return { copy, copyValue, save, notice, dismiss };
}

/** What became of the last copy, at the foot of the pane. */
export function CopyNotice({ actions }: { readonly actions: CopyActions }) {
  const { notice } = actions;
  return (
    <div className="copy-notice-place" role="status">
      {notice && (
        <div className={`copy-notice copy-notice-${notice.kind}`}>
          <span>{notice.text}</span>
          {notice.save && (
            <button type="button" onClick={() => notice.save && actions.save(notice.save)}>
              Save as a file
            </button>
          )}
          {notice.kind !== 'done' && (
            <button type="button" onClick={actions.dismiss}>
              {notice.kind === 'working' ? 'Cancel' : 'Close'}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

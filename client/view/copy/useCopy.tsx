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
import { readExtent } from '../../cache/readExtent.ts';
import { type CopyFormat, formatBytes } from '../../rows/copyFormats.ts';
import { writeClipboard } from './clipboard.ts';
import './copy.css';

const NAMES: Readonly<Record<CopyFormat, string>> = { hex: 'hex', text: 'text', c: 'a C array', base64: 'Base64' };
/** How long a success stays, ms; a refusal stays until it is answered. */
const NOTICE_MS = 2_500;

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
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
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

  const put = useCallback((text: Promise<string>, what: string, extent: Extent | null, signal: AbortSignal) => {
    void writeClipboard(text).then(
      () => !signal.aborted && setNotice({ kind: 'done', text: `Copied ${what}`, save: null }),
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
      const { api, fileId, cache, encoding } = latest.current;
      const length = extent.end - extent.offset;
      const signal = begin();
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
      put(text, `${counted(length, 'byte')} as ${NAMES[format]}`, extent, signal);
    },
    [begin, put],
  );

  const copyValue = useCallback(
    (text: string, what: string) => put(Promise.resolve(text), what, null, begin()),
    [begin, put],
  );

  const save = useCallback(
    (extent: Extent) => {
      const { api, fileId, cache } = latest.current;
      const signal = begin();
      const request = { offset: extent.offset, length: extent.end - extent.offset, generation: cache.generation };
      setNotice(null);
      void api.download(fileId, request, signal).then(
        ({ url }) => {
          const link = document.createElement('a');
          link.href = url;
          link.download = '';
          link.click();
        },
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

/** The side panel: what the bytes at the cursor mean, and the selection in numbers. A click on a value copies it. */
import { useEffect, useSyncExternalStore } from 'react';
import { selectionExtent } from '../../../shared/extent.ts';
import { PAGE_BYTES } from '../../../shared/limits.ts';
import type { FileInfo } from '../../../shared/protocol.ts';
import { formatCount, formatHex, formatSize } from '../../../shared/units.ts';
import { pageCacheOf } from '../../state/documents.ts';
import { notify, patchLayout, useUi } from '../../state/ui.ts';
import { useActiveView } from '../../state/useApp.ts';
import { INSPECT_BYTES, inspect, readable } from './inspect.ts';
import './inspector.css';
import { BYTE_ORDERS, Segments } from './Segments.tsx';

async function copyValue(name: string, value: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(value);
    notify('success', `${name} was copied: ${value}`);
  } catch {
    notify('error', 'The browser did not allow to copy.');
  }
}

/** Bytes at the cursor, null while they come; asks for them, as the cursor need not be on the screen. */
function useBytesAt(file: FileInfo, cursor: number): Uint8Array | null {
  const cache = pageCacheOf(file.id);
  useSyncExternalStore(cache.subscribe, () => cache.version);
  const page = Math.floor(cursor / PAGE_BYTES);
  const next = Math.floor((Math.min(cursor + INSPECT_BYTES, file.size) - 1) / PAGE_BYTES);
  useEffect(() => {
    if (file.size === 0) return undefined;
    const interest = cache.interest();
    interest.want(page === next ? [page] : [page, next], false);
    return () => interest.release();
  }, [cache, page, next, file.size]);
  return file.size === 0 ? new Uint8Array(0) : cache.readBytes(cursor, INSPECT_BYTES);
}

function Field({
  name,
  value,
  copies = value,
}: {
  readonly name: string;
  readonly value: string | null;
  readonly copies?: string | null;
}) {
  return (
    <div className="inspector-field">
      <dt>{name}</dt>
      <dd>
        {value === null || copies === null ? (
          <span className="inspector-none">–</span>
        ) : (
          <button
            type="button"
            className="inspector-value mono"
            data-tip={`Copy ${name}`}
            onClick={() => void copyValue(name, copies)}
          >
            {readable({ name, value })}
          </button>
        )}
      </dd>
    </div>
  );
}

function offsetText(offset: number): string {
  return `${formatCount(offset)}  0x${formatHex(offset)}`;
}

function Selection({ cursor, anchor }: { readonly cursor: number; readonly anchor: number | null }) {
  const selected = selectionExtent(cursor, anchor);
  const length = selected && selected.end - selected.offset;
  return (
    <section className="inspector-group">
      <h3>Selection</h3>
      <dl>
        <Field
          name="first"
          value={selected && offsetText(selected.offset)}
          copies={selected && String(selected.offset)}
        />
        <Field
          name="last"
          value={selected && offsetText(selected.end - 1)}
          copies={selected && String(selected.end - 1)}
        />
        <Field
          name="length"
          value={
            length === null
              ? null
              : `${formatCount(length)}  ${length < 1024 ? `0x${formatHex(length)}` : formatSize(length)}`
          }
          copies={length === null ? null : String(length)}
        />
      </dl>
    </section>
  );
}

export function Inspector({ file }: { readonly file: FileInfo }) {
  const view = useActiveView();
  const little = useUi((state) => state.layout.littleEndian);
  const bytes = useBytesAt(file, view?.cursor ?? 0);
  const groups = inspect(bytes ?? new Uint8Array(0), little);
  return (
    <div className="inspector-body scrolls" aria-busy={bytes === null}>
      <div className="inspector-order">
        <span>Byte order</span>
        <Segments
          name="Byte order"
          value={little ? 'le' : 'be'}
          options={BYTE_ORDERS}
          onChoose={(order) => patchLayout({ littleEndian: order === 'le' })}
        />
      </div>
      {groups.map(({ title, fields }) => (
        <section key={title} className="inspector-group">
          <h3>{title}</h3>
          <dl>
            {fields.map(({ name, value }) => (
              <Field key={name} name={name} value={value} />
            ))}
          </dl>
        </section>
      ))}
      {view && <Selection cursor={view.cursor} anchor={view.anchor} />}
    </div>
  );
}

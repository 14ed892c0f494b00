/** A mark in the list: its colour, its name (or a field for it), where it is, and what is there. */
import { Trash2 } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { formatCount, formatHex } from '../../../shared/units.ts';
import { MAX_MARK_NAME, type Mark } from '../../marks/marks.ts';
import type { Tint } from '../../state/tints.ts';
import { TintPicker } from '../TintPicker.tsx';
import { markName } from './markNames.ts';

interface MarkRowProps {
  readonly mark: Mark;
  /** 0-based; null while it is not counted, or where lines mean nothing. */
  readonly line: number | null;
  /** Null while the bytes are not here. */
  readonly preview: string | null;
  readonly past: boolean;
  readonly editing: boolean;
  readonly onName: (name: string | null) => void;
  readonly onTint: (tint: Tint) => void;
  readonly onRemove: () => void;
}

function NameField({ mark, onName }: { readonly mark: Mark; readonly onName: (name: string | null) => void }) {
  const [text, setText] = useState(mark.name);
  const field = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  const finish = (name: string | null): void => {
    if (done.current) return;
    done.current = true;
    onName(name);
  };
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  return (
    <input
      ref={field}
      type="text"
      className="text-field mark-field"
      aria-label="Name of the mark"
      placeholder={markName({ ...mark, name: '' })}
      maxLength={MAX_MARK_NAME}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onClick={(event) => event.stopPropagation()}
      onBlur={() => finish(text.trim())}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') finish(text.trim());
        else if (event.key === 'Escape') finish(null);
        else return;
        event.preventDefault();
      }}
    />
  );
}

export function MarkRow({ mark, line, preview, past, editing, onName, onTint, onRemove }: MarkRowProps) {
  const name = markName(mark);
  const place = line === null ? `0x${formatHex(mark.offset)}` : `line ${formatCount(line + 1)}`;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the picker in it has the keys */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: keeps a click on the colour from going to the mark */}
      <div className="mark-tint" onClick={(event) => event.stopPropagation()}>
        <TintPicker tint={mark.tint} name={`Colour of ${name}`} tabIndex={-1} onPick={onTint} />
      </div>
      <div className="mark-head">
        {editing ? (
          <NameField mark={mark} onName={onName} />
        ) : (
          <bdi className={mark.name === '' ? 'mark-name mark-nameless' : 'mark-name'}>{name}</bdi>
        )}
        <span
          className="mark-place tabular"
          data-tip={`Offset ${formatCount(mark.offset)}, 0x${formatHex(mark.offset)}`}
        >
          {place}
        </span>
      </div>
      <bdi className="mark-preview mono">{past ? 'Past the end of the file' : preview}</bdi>
      <button
        type="button"
        className="mark-remove"
        aria-label={`Remove ${name}`}
        data-tip="Remove the mark"
        tabIndex={-1}
        onClick={(event) => {
          event.stopPropagation();
          onRemove();
        }}
      >
        <Trash2 className="icon" aria-hidden="true" />
      </button>
    </>
  );
}

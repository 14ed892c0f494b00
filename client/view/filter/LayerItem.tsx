/** One layer of the list: what it looks for, how many lines hold it, and everything that can be done with it. */
import { Eye, EyeOff, GripVertical, Minus, Pencil, Plus, TextCursorInput, X } from 'lucide-react';
import type { HTMLAttributes, KeyboardEvent } from 'react';
import { formatPercent } from '../../../shared/units.ts';
import { layerCount, layerTrouble } from '../../filter/describe.ts';
import { type FilterLayer, layerName, MAX_NAME } from '../../filter/filterSet.ts';
import type { LayerState } from '../../filter/filterState.ts';
import { kindOf } from '../../search/describe.ts';
import { TintPicker } from '../TintPicker.tsx';

interface LayerItemProps {
  readonly layer: FilterLayer;
  readonly state: LayerState | undefined;
  /** Bytes that its search covers. */
  readonly size: number;
  /** The filter is on at all. */
  readonly applied: boolean;
  /** Has the tab stop of the list. */
  readonly current: boolean;
  readonly dragged: boolean;
  readonly renaming: boolean;
  readonly grip: HTMLAttributes<HTMLElement>;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onFocus: () => void;
  readonly onChange: (patch: Partial<FilterLayer>) => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
  /** Begins to rename, ends it with a name (null: none), or without a change. */
  readonly onRename: (name: 'begin' | { readonly text: string | null } | null) => void;
}

interface ActProps {
  readonly icon: typeof Eye;
  readonly name: string;
  readonly keys: string;
  readonly current: boolean;
  readonly pressed?: boolean;
  readonly className?: string;
  readonly onClick: () => void;
}

function Act({ icon: Icon, name, keys, current, pressed, className, onClick }: ActProps) {
  return (
    <button
      type="button"
      className={`filter-act ${className ?? ''}`}
      tabIndex={current ? 0 : -1}
      aria-label={name}
      aria-pressed={pressed}
      data-tip={`${name} (${keys})`}
      onClick={onClick}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}

function NameField({ layer, onRename }: Pick<LayerItemProps, 'layer' | 'onRename'>) {
  const take = (text: string): void => {
    const name = text.trim();
    onRename({ text: name === '' || name === layer.query.pattern ? null : name });
  };
  return (
    <input
      className="text-field filter-rename"
      aria-label="Name of the layer"
      defaultValue={layerName(layer)}
      maxLength={MAX_NAME}
      spellCheck={false}
      ref={(element) => {
        if (element && document.activeElement !== element) element.select();
      }}
      onBlur={(event) => take(event.target.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Enter') take(event.currentTarget.value);
        else if (event.key === 'Escape') onRename(null);
      }}
    />
  );
}

export function LayerItem(props: LayerItemProps) {
  const { layer, state, size, current, onChange } = props;
  const { query, role, on, tint } = layer;
  const trouble = layerTrouble(state);
  const running = on && props.applied && state?.status?.running === true;
  const scanned = state?.status?.scannedBytes ?? 0;
  const name = layerName(layer);
  const what = `${role === 'include' ? 'Show' : 'Hide'} ${name}${on ? '' : ', off'}`;
  const classes = [
    'filter-layer',
    `tint-${tint}`,
    on ? '' : 'filter-layer-off',
    props.dragged ? 'filter-layer-dragged' : '',
  ];
  return (
    <li
      className={classes.join(' ')}
      data-layer={layer.id}
      aria-label={what}
      tabIndex={current ? 0 : -1}
      onKeyDown={props.onKeyDown}
      onFocus={props.onFocus}
    >
      <span className="filter-grip" data-tip="Drag to move (Alt and arrows)" {...props.grip}>
        <GripVertical className="icon" aria-hidden="true" />
      </span>
      <TintPicker
        tint={tint}
        name={`Colour of ${name}`}
        tabIndex={current ? 0 : -1}
        onPick={(chosen) => onChange({ tint: chosen })}
      />
      <div className="filter-what">
        {props.renaming ? (
          <NameField layer={layer} onRename={props.onRename} />
        ) : (
          // biome-ignore lint/a11y/noStaticElementInteractions: F2 and a button do the same
          <bdi
            className={layer.name === null ? 'filter-name mono' : 'filter-name'}
            data-tip={
              layer.name === null ? query.pattern.slice(0, 400) : `${layer.name}\n${query.pattern.slice(0, 400)}`
            }
            onDoubleClick={() => props.onRename('begin')}
          >
            {name}
          </bdi>
        )}
        <p className="filter-far tabular">
          {trouble === null ? (
            <>
              <span className="filter-hits">{layerCount(state)}</span> · {kindOf(query)}
              {running && size > 0 && ` · ${formatPercent(scanned, size)}`}
            </>
          ) : (
            <span className="filter-wrong">{trouble}</span>
          )}
        </p>
      </div>
      <div className="filter-acts">
        <Act
          icon={TextCursorInput}
          name="Rename"
          keys="F2"
          className="filter-late"
          current={current}
          onClick={() => props.onRename('begin')}
        />
        <Act
          icon={Pencil}
          name="Change the pattern"
          keys="Enter"
          className="filter-late"
          current={current}
          onClick={props.onEdit}
        />
        <Act
          icon={X}
          name="Delete the layer"
          keys="Delete"
          className="filter-late"
          current={current}
          onClick={props.onRemove}
        />
        <Act
          icon={role === 'include' ? Plus : Minus}
          name={role === 'include' ? 'Lines with it are shown; hide them' : 'Lines with it are hidden; show them'}
          keys="x"
          className={role === 'include' ? 'filter-role' : 'filter-role filter-role-hide'}
          current={current}
          onClick={() => onChange({ role: role === 'include' ? 'exclude' : 'include' })}
        />
        <Act
          icon={on ? Eye : EyeOff}
          name={on ? 'On; turn the layer off' : 'Off; turn the layer on'}
          keys="Space"
          pressed={on}
          current={current}
          onClick={() => onChange({ on: !on })}
        />
      </div>
      {running && <progress className="search-line" max={size} value={scanned} aria-hidden="true" />}
    </li>
  );
}

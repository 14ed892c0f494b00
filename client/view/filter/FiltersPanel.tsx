/** The side panel of filters: whether and how they are shown, how layers combine, the layers, and what can be done with the lines. */
import { Download, Hash, Plus, Trash2 } from 'lucide-react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted } from '../../../shared/units.ts';
import { changeFilter } from '../../filter/controller.ts';
import { filterSummary } from '../../filter/describe.ts';
import { activeLayers, type Combine, type FilterDisplay, type FilterSet, MAX_CONTEXT } from '../../filter/filterSet.ts';
import { type FileFilter, useFilter } from '../../filter/filterStore.ts';
import { sentence } from '../../search/describe.ts';
import { canRun, runCommand, useCommandsVersion } from '../../state/commandRegistry.ts';
import type { CommandId } from '../../state/commands.ts';
import { appStore } from '../../state/store.ts';
import { CommandButton } from '../frame/IconButton.tsx';
import { Keycaps } from '../frame/Keycaps.tsx';
import { type SegmentOption, Segments } from '../frame/Segments.tsx';
import { UndoBar, useUndo } from '../undo.tsx';
import { LayerList } from './LayerList.tsx';
import './filters.css';

type Shown = 'off' | FilterDisplay;

const SHOWN: readonly SegmentOption<Shown>[] = [
  { value: 'off', name: 'Off', tip: 'All lines; layers are kept' },
  { value: 'place', name: 'In place', tip: 'Only the filtered lines' },
  { value: 'split', name: 'Two panes', tip: 'All lines above, the filtered ones below' },
];

const COMBINE: readonly SegmentOption<Combine>[] = [
  { value: 'any', name: 'any', tip: 'Lines that hold at least one of the patterns to show' },
  { value: 'all', name: 'all', tip: 'Lines that hold every one of them' },
  { value: 'none', name: 'none', tip: 'Lines that hold none of them' },
];

function show(fileId: string, shown: Shown): void {
  changeFilter(fileId, (set) => (shown === 'off' ? { ...set, on: false } : { ...set, on: true, display: shown }));
  // Lines in place of others are seen in the text view only.
  const { views, patchView } = appStore.getState();
  if (shown === 'place' && views[fileId]?.mode === 'hex') patchView(fileId, { mode: 'text', pane: 'text' });
}

interface ContextProps {
  readonly name: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Context({ name, value, onChange }: ContextProps) {
  return (
    <label className="filter-context">
      <input
        type="number"
        className="text-field tabular"
        min={0}
        max={MAX_CONTEXT}
        value={value}
        onChange={(event) => {
          const lines = Math.round(event.target.valueAsNumber);
          if (lines >= 0) onChange(Math.min(MAX_CONTEXT, lines));
        }}
      />
      {name}
    </label>
  );
}

function Settings({ file, set }: { readonly file: FileInfo; readonly set: FilterSet }) {
  const change = (patch: Partial<FilterSet>): void => changeFilter(file.id, (before) => ({ ...before, ...patch }));
  return (
    <div className="filter-settings">
      <div className="filter-line">
        <span className="filter-label">Show</span>
        <Segments
          name="How filtered lines are shown"
          value={set.on ? set.display : 'off'}
          options={SHOWN}
          onChoose={(shown) => show(file.id, shown)}
          className="filter-segments"
        />
      </div>
      <div className="filter-line">
        <span className="filter-label">Lines with</span>
        <Segments
          name="How layers combine"
          value={set.combine}
          options={COMBINE}
          onChoose={(combine) => change({ combine })}
          className="filter-segments"
        />
        <span className="filter-label">of the layers</span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div className="filter-line" role="group" aria-label="Lines of context">
        <span className="filter-label">Context</span>
        <Context name="before" value={set.before} onChange={(before) => change({ before })} />
        <Context name="after" value={set.after} onChange={(after) => change({ after })} />
      </div>
    </div>
  );
}

function Standing({ file, filter }: { readonly file: FileInfo; readonly filter: FileFilter }) {
  const { set, state } = filter;
  const { status } = state.rows ?? {};
  const running = status?.running === true && set.on;
  const problem = state.problem ?? status?.error?.message ?? null;
  const lines = file.index.complete ? file.index.lines : null;
  const idle = set.on && activeLayers(set).length === 0;
  return (
    <div className="filter-standing">
      <p className="tabular" role="status">
        {idle ? 'All layers are off, so all lines are shown.' : filterSummary(filter, lines)}
      </p>
      <progress
        className="search-line"
        max={status?.size ?? 1}
        value={running ? (status?.decidedBytes ?? 0) : 0}
        aria-hidden="true"
      />
      {problem !== null && <p className="search-wrong">{sentence(problem)}</p>}
    </div>
  );
}

function Empty() {
  return (
    <div className="search-empty">
      <p>All lines of this file are shown.</p>
      <p>
        Press <Keycaps chord="&" /> and type what the lines to show have in common, or what those to hide have.
      </p>
      <p>
        <Keycaps chord="=" /> filters to the word at the cursor or the selection, <Keycaps chord="-" /> excludes it.
      </p>
      <div>
        <button type="button" className="button" onClick={() => runCommand('filter.open')}>
          Add a layer
        </button>
      </div>
    </div>
  );
}

interface ActionProps {
  readonly command: CommandId;
  readonly icon: typeof Plus;
  readonly onDone?: () => void;
}

/** A button that stands there also while there is nothing to do it with. */
function Action({ command, icon, onDone }: ActionProps) {
  useCommandsVersion();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button in it has the keys, and clicks are theirs
    // biome-ignore lint/a11y/noStaticElementInteractions: as above
    <span className={canRun(command) ? undefined : 'filter-idle'} onClick={onDone}>
      <CommandButton command={command} icon={icon} />
    </span>
  );
}

export function FiltersPanel({ file }: { readonly file: FileInfo }) {
  const filter = useFilter(file.id);
  const undo = useUndo();
  const { set, state } = filter;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Z wherever the keyboard is in the panel
    <div className="filter-panel" onKeyDown={undo.onKeyDown}>
      {set.layers.length === 0 ? (
        <Empty />
      ) : (
        <>
          <Settings file={file} set={set} />
          <Standing file={file} filter={filter} />
          <LayerList fileId={file.id} set={set} state={state} undo={undo} />
          <footer className="filter-actions">
            <button type="button" className="button filter-add" onClick={() => runCommand('filter.open')}>
              <Plus className="icon" aria-hidden="true" />
              Add a layer
            </button>
            <span className="filter-count tabular">{counted(set.layers.length, 'layer')}</span>
            <Action command="filter.lines" icon={Download} />
            <Action command="filter.numbers" icon={Hash} />
            <Action
              command="filter.clear"
              icon={Trash2}
              onDone={() => undo.offer('All layers were deleted.', () => changeFilter(file.id, () => set))}
            />
          </footer>
        </>
      )}
      <UndoBar undo={undo} />
    </div>
  );
}

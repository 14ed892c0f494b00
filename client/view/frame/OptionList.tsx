/** The list under the command field: commands or the choices of a picker, filtered by a few letters. */
import { Check } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { canRun, runCommand, useCommandsVersion } from '../../state/commandRegistry.ts';
import { COMMANDS, type CommandGroup } from '../../state/commands.ts';
import { fuzzyFilter } from '../../state/fuzzy.ts';
import type { FieldMode } from '../../state/ui.ts';
import { Keycaps } from './Keycaps.tsx';

export interface OptionEntry {
  readonly id: string;
  readonly label: string;
  readonly group: string;
  readonly detail: string | undefined;
  readonly chord: string | undefined;
  readonly current: boolean;
  readonly disabled: boolean;
  readonly run: () => void;
}

export interface Options {
  readonly entries: readonly { readonly item: OptionEntry; readonly at: readonly number[] }[];
  readonly filtered: boolean;
  readonly activeIndex: number;
  readonly active: OptionEntry | undefined;
  readonly activeId: string | undefined;
  step(by: number): void;
  point(index: number): void;
}

/** What one looks for by name comes before what one does by key. */
const GROUP_ORDER: readonly CommandGroup[] = ['Find', 'Filter', 'Mark', 'View', 'Select', 'File', 'Help', 'Move'];

/** Commands that are no use in a list one opens by them. */
const UNLISTED = new Set<string>(['help.commands']);

function commandEntries(): readonly OptionEntry[] {
  const listed = GROUP_ORDER.flatMap((group) => COMMANDS.filter((command) => command.group === group));
  return listed
    .filter(({ id }) => !UNLISTED.has(id))
    .map((command) => ({
      id: command.id,
      label: command.title,
      group: command.group,
      detail: undefined,
      chord: command.keys[0],
      current: false,
      disabled: !canRun(command.id),
      // After the rows have the focus again: views may look at it.
      run: () => queueMicrotask(() => runCommand(command.id)),
    }));
}

function pickerEntries(mode: Extract<FieldMode, { type: 'picker' }>): readonly OptionEntry[] {
  const { choices, current, pick } = mode.picker;
  return choices.map(({ id, label, group, detail }) => ({
    id,
    label,
    group: group ?? '',
    detail,
    chord: undefined,
    current: id === current,
    disabled: false,
    run: () => pick(id),
  }));
}

export function useOptions(mode: FieldMode, commands: boolean, query: string): Options {
  useCommandsVersion();
  const entries = commands ? commandEntries() : mode.type === 'picker' ? pickerEntries(mode) : [];
  const found = fuzzyFilter(query, entries, (entry) => `${entry.label} ${entry.detail ?? ''}`);
  const shown = [...found.filter(({ item }) => !item.disabled), ...found.filter(({ item }) => item.disabled)];
  const filtered = query.trim() !== '';
  const start = filtered
    ? 0
    : Math.max(
        0,
        shown.findIndex(({ item }) => item.current),
      );
  const key = `${mode.type} ${commands} ${query}`;
  const [pointed, setPointed] = useState({ key, index: start });
  const activeIndex = pointed.key === key ? Math.min(pointed.index, shown.length - 1) : start;
  const active = shown[activeIndex]?.item;
  return {
    entries: shown,
    filtered,
    activeIndex,
    active,
    activeId: active && `option-${active.id}`,
    step: (by) => {
      const last = shown.length - 1;
      const next = activeIndex + by;
      const around = Math.abs(by) === 1 ? (next < 0 ? last : next > last ? 0 : next) : next;
      setPointed({ key, index: Math.max(0, Math.min(around, last)) });
    },
    point: (index) => setPointed({ key, index }),
  };
}

function Label({ text, at }: { readonly text: string; readonly at: readonly number[] }) {
  const marked = new Set(at);
  const runs: { text: string; hit: boolean }[] = [];
  for (let index = 0; index < text.length; index++) {
    const hit = marked.has(index);
    const last = runs[runs.length - 1];
    if (last && last.hit === hit) last.text += text.charAt(index);
    else runs.push({ text: text.charAt(index), hit });
  }
  // biome-ignore lint/suspicious/noArrayIndexKey: runs of one label, told apart by their place
  return runs.map((run, index) => (run.hit ? <b key={index}>{run.text}</b> : <span key={index}>{run.text}</span>));
}

export function OptionList({
  options,
  onChoose,
}: {
  readonly options: Options;
  readonly onChoose: (entry: OptionEntry) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  const { activeId } = options;
  useEffect(() => {
    if (activeId !== undefined) list.current?.querySelector(`[id="${activeId}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);
  if (options.entries.length === 0) return <p className="option-none">Nothing is called that.</p>;
  return (
    <div ref={list} className="option-list scrolls" role="listbox" aria-label="Choices">
      {options.entries.map(({ item, at }, index) => {
        const heading = !options.filtered && item.group !== options.entries[index - 1]?.item.group ? item.group : '';
        return (
          <div key={item.id} role="presentation">
            {heading !== '' && (
              <p className="option-group" role="presentation">
                {heading}
              </p>
            )}
            {/* biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names the active option */}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys */}
            <div
              id={`option-${item.id}`}
              className="option"
              role="option"
              aria-selected={index === options.activeIndex}
              aria-disabled={item.disabled || undefined}
              onPointerMove={() => index !== options.activeIndex && options.point(index)}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onChoose(item)}
            >
              <span className="option-label">
                <Label text={item.label} at={at} />
              </span>
              {item.detail !== undefined && <span className="option-detail">{item.detail}</span>}
              {item.current && <Check className="icon" aria-label="in use" />}
              {item.chord !== undefined && <Keycaps chord={item.chord} />}
            </div>
          </div>
        );
      })}
    </div>
  );
}

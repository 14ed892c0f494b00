/** One set of rules: its name, whether it is used, and its rules in order of precedence. */
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { changeSet } from '../../highlight/highlightStore.ts';
import { type HighlightSet, MAX_SET_NAME, moved, newRule, nextTint } from '../../highlight/rules.ts';
import { TINTS } from '../../state/tints.ts';
import type { Undo } from '../undo.tsx';
import { RuleView } from './RuleView.tsx';

interface SetProps {
  readonly set: HighlightSet;
  readonly counts: ReadonlyMap<string, number>;
  readonly first: boolean;
  readonly last: boolean;
  /** No set may have a further rule. */
  readonly full: boolean;
  readonly undo: Undo;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

export function SetView({ set, counts, first, last, full, undo, onMove, onRemove }: SetProps) {
  const box = useRef<HTMLElement>(null);
  const { id, name, on, rules } = set;
  const patch = (change: Partial<HighlightSet>): void => changeSet(id, (before) => ({ ...before, ...change }));
  const focusRule = (index: number): void => {
    requestAnimationFrame(() => box.current?.querySelectorAll<HTMLElement>('.rule-pattern')[index]?.focus());
  };
  const add = (): void => {
    if (full) return;
    patch({ rules: [...rules, newRule(nextTint(rules, TINTS))] });
    focusRule(rules.length);
  };
  return (
    <section ref={box} className="rule-set" aria-label={`Set ${name}`}>
      <header className="rule-set-head">
        <input
          type="checkbox"
          className="rule-on"
          aria-label={`Use the set ${name}`}
          checked={on}
          onChange={() => patch({ on: !on })}
        />
        <input
          type="text"
          className="rule-set-name"
          aria-label="Name of the set"
          maxLength={MAX_SET_NAME}
          value={name}
          onChange={(event) => patch({ name: event.target.value })}
        />
        <button
          type="button"
          className="rule-toggle rule-act"
          aria-label={`Move the set ${name} up`}
          data-tip="Move the set up"
          disabled={first}
          onClick={() => onMove(-1)}
        >
          <ArrowUp className="icon" aria-hidden="true" />
        </button>
        <button
          type="button"
          className="rule-toggle rule-act"
          aria-label={`Move the set ${name} down`}
          data-tip="Move the set down"
          disabled={last}
          onClick={() => onMove(1)}
        >
          <ArrowDown className="icon" aria-hidden="true" />
        </button>
        <button
          type="button"
          className="rule-toggle rule-act"
          aria-label={`Remove the set ${name}`}
          data-tip="Remove the set"
          onClick={onRemove}
        >
          <Trash2 className="icon" aria-hidden="true" />
        </button>
      </header>
      <ul>
        {rules.map((rule, index) => (
          <RuleView
            key={rule.id}
            rule={rule}
            live={on}
            rows={counts.get(rule.id) ?? 0}
            first={index === 0}
            last={index === rules.length - 1}
            onMove={(by) => patch({ rules: moved(rules, index, index + by) })}
            onRemove={() => {
              patch({ rules: rules.filter((other) => other !== rule) });
              undo.offer(`${rule.pattern === '' ? 'The rule' : rule.pattern} was removed.`, () =>
                changeSet(id, (now) => ({ ...now, rules: now.rules.toSpliced(index, 0, rule) })),
              );
            }}
            onNext={() => (index === rules.length - 1 ? add() : focusRule(index + 1))}
          />
        ))}
      </ul>
      <button type="button" className="rule-add" disabled={full} onClick={add}>
        <Plus className="icon" aria-hidden="true" />
        Add a rule
      </button>
    </section>
  );
}

/** One rule of a set: its colour, what it matches and how, and on how many rows of the screen it does. */
import { ArrowDown, ArrowUp, CaseSensitive, type LucideIcon, Regex, Rows3, Trash2, WholeWord } from 'lucide-react';
import { type KeyboardEvent, useMemo } from 'react';
import { PatternError } from '../../../shared/patternError.ts';
import { parseRegexPattern } from '../../../shared/patternRegex.ts';
import { counted } from '../../../shared/units.ts';
import { changeRule, useHighlighters } from '../../highlight/highlightStore.ts';
import { compilePattern, type HighlightRule, MAX_PATTERN } from '../../highlight/rules.ts';
import { TintPicker } from '../TintPicker.tsx';

interface RuleProps {
  readonly rule: HighlightRule;
  /** Its set is switched on. */
  readonly live: boolean;
  /** Rows on screen that it matches. */
  readonly rows: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
  readonly onNext: () => void;
}

interface ToggleProps {
  readonly icon: LucideIcon;
  readonly name: string;
  readonly on: boolean;
  readonly onToggle: () => void;
}

function Toggle({ icon: Icon, name, on, onToggle }: ToggleProps) {
  return (
    <button
      type="button"
      className="rule-toggle"
      aria-label={name}
      aria-pressed={on}
      data-tip={name}
      onClick={onToggle}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}

function Act({
  icon: Icon,
  name,
  disabled = false,
  onAct,
}: {
  readonly icon: LucideIcon;
  readonly name: string;
  readonly disabled?: boolean;
  readonly onAct: () => void;
}) {
  return (
    <button
      type="button"
      className="rule-toggle rule-act"
      aria-label={name}
      data-tip={name}
      disabled={disabled}
      onClick={onAct}
    >
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}

/** What is wrong with the pattern, one sentence, or null. */
function complaintOf(rule: HighlightRule): string | null {
  if (rule.kind === 'text' || rule.pattern === '' || compilePattern(rule)) return null;
  try {
    parseRegexPattern(rule.pattern, 'u');
    return null;
  } catch (error) {
    if (error instanceof PatternError) return `At character ${error.position + 1}: ${error.message}`;
    throw error;
  }
}

export function RuleView({ rule, live, rows, first, last, onMove, onRemove, onNext }: RuleProps) {
  const stuck = useHighlighters((state) => state.stuck[rule.id] ?? null);
  const complaint = useMemo(() => complaintOf(rule), [rule]);
  const patch = (change: Partial<HighlightRule>): void => changeRule(rule.id, (before) => ({ ...before, ...change }));
  const name = rule.pattern === '' ? 'the new rule' : rule.pattern;
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'Enter') onNext();
    else if (event.altKey && event.key === 'ArrowUp' && !first) onMove(-1);
    else if (event.altKey && event.key === 'ArrowDown' && !last) onMove(1);
    else return;
    event.preventDefault();
  };
  const wrong = stuck ?? complaint;
  const says = !live || !rule.on ? 'off' : rule.pattern === '' ? 'nothing yet' : `${counted(rows, 'row')} on screen`;
  return (
    <li className={live && rule.on ? 'rule' : 'rule rule-off'}>
      <input
        type="checkbox"
        className="rule-on"
        aria-label={`Use ${name}`}
        checked={rule.on}
        onChange={() => patch({ on: !rule.on })}
      />
      <TintPicker tint={rule.tint} name={`Colour of ${name}`} onPick={(tint) => patch({ tint })} />
      <input
        type="text"
        className="text-field rule-pattern mono"
        aria-label="Pattern"
        aria-invalid={complaint !== null}
        placeholder={rule.kind === 'regex' ? 'Regular expression' : 'Text'}
        spellCheck={false}
        autoComplete="off"
        maxLength={MAX_PATTERN}
        value={rule.pattern}
        onChange={(event) => patch({ pattern: event.target.value })}
        onKeyDown={onKeyDown}
      />
      <div className="rule-tools">
        <Toggle
          icon={CaseSensitive}
          name="Match case"
          on={rule.matchCase}
          onToggle={() => patch({ matchCase: !rule.matchCase })}
        />
        <Toggle
          icon={WholeWord}
          name="Whole words"
          on={rule.wholeWord}
          onToggle={() => patch({ wholeWord: !rule.wholeWord })}
        />
        <Toggle
          icon={Regex}
          name="Regular expression"
          on={rule.kind === 'regex'}
          onToggle={() => patch({ kind: rule.kind === 'regex' ? 'text' : 'regex' })}
        />
        <Toggle
          icon={Rows3}
          name="Colour the whole line"
          on={rule.applies === 'line'}
          onToggle={() => patch({ applies: rule.applies === 'line' ? 'match' : 'line' })}
        />
        <span className="rule-says tabular">{says}</span>
        <Act icon={ArrowUp} name={`Move ${name} up`} disabled={first} onAct={() => onMove(-1)} />
        <Act icon={ArrowDown} name={`Move ${name} down`} disabled={last} onAct={() => onMove(1)} />
        <Act icon={Trash2} name={`Remove ${name}`} onAct={onRemove} />
      </div>
      {wrong !== null && (
        <p className="rule-wrong" role="alert">
          {wrong}
        </p>
      )}
    </li>
  );
}

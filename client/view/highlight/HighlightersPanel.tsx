/** The side panel of highlighters: words that were highlighted by key, and sets of rules. What is changed shows in the rows at once. */
import { Download, Plus, Upload, X } from 'lucide-react';
import { counted } from '../../../shared/units.ts';
import { exportHighlighters, importHighlighters } from '../../highlight/exchange.ts';
import { changeHighlighters, highlightersNow, useHighlighters, useRuleCounts } from '../../highlight/highlightStore.ts';
import { MAX_RULES, MAX_SETS, moved, newId, newRule, ruleCount } from '../../highlight/rules.ts';
import { tintName } from '../../state/tints.ts';
import { notify } from '../../state/ui.ts';
import { useActiveView } from '../../state/useApp.ts';
import { chooseText, saveText } from '../files.ts';
import { Keycaps } from '../frame/Keycaps.tsx';
import { UndoBar, useUndo } from '../undo.tsx';
import { SetView } from './SetView.tsx';
import './highlighters.css';

function addSet(): void {
  const { sets } = highlightersNow();
  const name = sets.length === 0 ? 'Rules' : `Rules ${sets.length + 1}`;
  changeHighlighters({ sets: [...sets, { id: newId(), name, on: true, rules: [newRule(1)] }] });
  requestAnimationFrame(() => {
    const fields = document.querySelectorAll<HTMLElement>('.rule-pattern');
    fields[fields.length - 1]?.focus();
  });
}

async function importSets(): Promise<void> {
  try {
    const added = importHighlighters(await chooseText('application/json,.json'));
    const { sets } = highlightersNow();
    const rules = ruleCount(added);
    if (sets.length + added.length > MAX_SETS || ruleCount(sets) + rules > MAX_RULES) {
      notify('error', `Not imported: at most ${MAX_SETS} sets with ${MAX_RULES} rules in all are kept.`);
      return;
    }
    changeHighlighters({ sets: [...sets, ...added] });
    notify('success', `${counted(added.length, 'set')} with ${counted(rules, 'rule')} came in.`);
  } catch (error) {
    notify('error', `Not imported. ${error instanceof Error ? error.message : String(error)}`);
  }
}

function exportSets(): void {
  saveText('bigview-highlighters.json', 'application/json', exportHighlighters(highlightersNow().sets));
}

function Words() {
  const quick = useHighlighters((state) => state.quick);
  if (quick.length === 0) return null;
  return (
    <section className="words" aria-label="Highlighted words">
      <ul>
        {quick.map((word) => (
          <li key={`${word.wholeWord} ${word.pattern}`} className={`word tint-${word.tint}`}>
            <span className="word-tint">
              {word.tint}
              <span className="visually-hidden"> {tintName(word.tint)}</span>
            </span>
            <bdi className="word-text mono">{word.pattern}</bdi>
            <button
              type="button"
              className="word-remove"
              aria-label={`Do not highlight ${word.pattern}`}
              onClick={() => changeHighlighters({ quick: quick.filter((other) => other !== word) })}
            >
              <X className="icon" aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Advice() {
  return (
    <div className="rule-advice">
      <p>Nothing is highlighted by rule.</p>
      <p>
        A rule colours what matches a text or a regular expression, or the whole line. Rules are kept in this browser,
        for all files.
      </p>
      <p>
        <Keycaps chord="Ctrl+Shift+1" /> to <Keycaps chord="Ctrl+Shift+9" /> highlight the word at the cursor,{' '}
        <Keycaps chord="Ctrl+Shift+0" /> clears them.
      </p>
    </div>
  );
}

/** Bytes have no lines: without this, nothing would say why nothing is coloured. */
function BytesOnly() {
  const mode = useActiveView()?.mode;
  if (mode !== 'hex') return null;
  return (
    <p className="rule-bytes" role="note">
      Only lines of text are highlighted, and this view shows bytes. <Keycaps chord="x" /> shows the text,{' '}
      <Keycaps chord="\" /> both.
    </p>
  );
}

export function HighlightersPanel() {
  const sets = useHighlighters((state) => state.sets);
  const counts = useRuleCounts();
  const undo = useUndo();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Z for all that is in the panel
    <div className="rules-panel" onKeyDown={undo.onKeyDown}>
      <div className="panel-bar">
        <button type="button" className="panel-action" disabled={sets.length >= MAX_SETS} onClick={addSet}>
          <Plus className="icon" aria-hidden="true" />
          Add a set
        </button>
        <span className="panel-bar-space" />
        <button
          type="button"
          className="icon-button"
          aria-label="Import sets from a JSON file"
          data-tip="Import sets from a JSON file"
          onClick={() => void importSets()}
        >
          <Upload className="icon" aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label="Export all sets as a JSON file"
          data-tip="Export all sets as a JSON file"
          disabled={sets.length === 0}
          onClick={exportSets}
        >
          <Download className="icon" aria-hidden="true" />
        </button>
      </div>
      <div className="rules-body scrolls">
        <BytesOnly />
        <Words />
        {sets.length === 0 && <Advice />}
        {sets.map((set, index) => (
          <SetView
            key={set.id}
            set={set}
            counts={counts}
            first={index === 0}
            last={index === sets.length - 1}
            full={ruleCount(sets) >= MAX_RULES}
            undo={undo}
            onMove={(by) => changeHighlighters({ sets: moved(sets, index, index + by) })}
            onRemove={() => {
              changeHighlighters({ sets: sets.filter((other) => other !== set) });
              undo.offer(`The set ${set.name} was removed.`, () =>
                changeHighlighters({ sets: highlightersNow().sets.toSpliced(index, 0, set) }),
              );
            }}
          />
        ))}
      </div>
      <UndoBar undo={undo} />
    </div>
  );
}

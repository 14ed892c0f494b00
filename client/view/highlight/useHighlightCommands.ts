/** What highlighting can do by command: words in nine colours, and the panel. */
import { changeHighlighters, highlightersNow } from '../../highlight/highlightStore.ts';
import { MAX_QUICK, toggleQuick } from '../../highlight/rules.ts';
import { chosenQuery } from '../../search/chosen.ts';
import { DEFAULT_SWITCHES } from '../../search/query.ts';
import { type CommandHandlers, useCommandHandlers } from '../../state/commandRegistry.ts';
import { pageCacheOf } from '../../state/documents.ts';
import { appStore } from '../../state/store.ts';
import { TINTS, type Tint } from '../../state/tints.ts';
import { notify, togglePanel } from '../../state/ui.ts';
import { activeOf, useApp } from '../../state/useApp.ts';

/** The selection or the word at the cursor gets the colour, or loses it. */
function highlightChosen(tint: Tint): void {
  const active = activeOf(appStore.getState());
  if (!active) return;
  const { file, view } = active;
  // Highlighters are about text, whichever pane has the keyboard.
  const chosen = chosenQuery(file, { ...view, pane: 'text' }, pageCacheOf(file.id), DEFAULT_SWITCHES);
  if (chosen?.kind !== 'text') {
    notify('info', 'There is no word at the cursor, or the selection is no text that could be highlighted.');
    return;
  }
  const { pattern, wholeWord } = chosen;
  const quick = toggleQuick(highlightersNow().quick, { pattern, wholeWord, tint });
  if (quick.length > MAX_QUICK) {
    notify('warning', `${MAX_QUICK} words are highlighted, which is the most. Clear them with Ctrl+Shift+0 first.`);
    return;
  }
  changeHighlighters({ quick });
  if (view.mode === 'hex') notify('info', 'Highlighted words show in the text view.');
}

const HANDLERS: CommandHandlers = {
  'highlight.panel': () => togglePanel('highlighters'),
  'highlight.clear': () => changeHighlighters({ quick: [] }),
  ...Object.fromEntries(TINTS.map((tint) => [`highlight.quick${tint}`, () => highlightChosen(tint)])),
};

export function useHighlightCommands(): void {
  useCommandHandlers(
    HANDLERS,
    useApp((state) => state.activeFile !== null),
  );
}

/** The search mode of the command field: what is typed, what its keys do. */
import { type KeyboardEvent, useRef } from 'react';
import type { SearchKind } from '../../../shared/protocol.ts';
import { swapRole } from '../../filter/filterStore.ts';
import { searchOrBringBack } from '../../search/aside.ts';
import { readHistory } from '../../search/history.ts';
import { draftFor, type Reading, readDraft, type SearchQuery, typedFor } from '../../search/query.ts';
import { overBytes, patchDraft, searchStore, useSearches } from '../../search/searchStore.ts';
import { appStore } from '../../state/store.ts';
import { uiStore } from '../../state/ui.ts';

/** Alt with a letter chooses or switches. Told by where the key lies, as Alt changes what it types. */
const KIND_KEYS: Readonly<Record<string, SearchKind>> = { KeyT: 'text', KeyB: 'bytes', KeyN: 'number', KeyR: 'regex' };

export interface SearchField {
  readonly typed: string;
  readonly reading: Reading;
  change(typed: string): void;
  /** Handles a key of the field; false when it is none of search's. */
  onKey(event: KeyboardEvent): boolean;
}

/** The kind is chosen by hand from now on; what was guessed from slashes stays typed. */
export function chooseKind(kind: SearchKind): void {
  patchDraft({ kind });
}

/** The parser of expressions comes with the panel of the field; until then the server says what is wrong. */
let isWrong: ((query: SearchQuery) => boolean) | null = null;

export function tellWrongBy(check: (query: SearchQuery) => boolean): void {
  isWrong = check;
}

/**
 * Does what Enter means if the pattern is right: at once when that can be told, as the next key may follow within a millisecond; else
 * when the parser has come, unless the field is another one by then.
 */
export function whenRight(query: SearchQuery, act: () => void): void {
  if (query.pattern === '') return;
  if (isWrong) {
    if (!isWrong(query)) act();
    return;
  }
  const asked = uiStore.getState().field;
  void import('../../search/check.ts')
    .then(
      ({ checkQuery }) => checkQuery(query) === null,
      () => true,
    )
    .then((right) => {
      if (right && uiStore.getState().field === asked) act();
    });
}

/** Searches, or goes on. A wrong pattern, of which the field says what is wrong, does not take the place of the search there is. */
export function submit(direction: 'next' | 'previous'): void {
  const { activeFile } = appStore.getState();
  const { query } = readDraft(searchStore.getState().draft, overBytes());
  if (activeFile !== null && query.pattern !== '' && !isWrong?.(query))
    void searchOrBringBack(activeFile, query, direction);
}

export function useSearchField(): SearchField {
  const draft = useSearches((state) => state.draft);
  const reading = readDraft(draft, overBytes());
  /** Place in the history, -1 for what was typed, and what that was. */
  const walk = useRef({ at: -1, typed: draft });

  const walkHistory = (by: 1 | -1): void => {
    const history = readHistory();
    if (walk.current.at === -1) walk.current.typed = draft;
    // What is in the field as it opens is mostly the newest itself.
    const skip = walk.current.at === -1 && by === 1 && history[0] && typedFor(history[0]) === draft.typed ? 1 : 0;
    const at = Math.max(-1, Math.min(walk.current.at + by + skip, history.length - 1));
    walk.current.at = at;
    const query = history[at];
    if (query) patchDraft(draftFor(query, overBytes()));
    else patchDraft(walk.current.typed);
  };

  return {
    typed: draft.typed,
    reading,
    change: (typed) => {
      walk.current.at = -1;
      // An emptied field guesses anew.
      patchDraft(typed === '' ? { typed, kind: null } : { typed });
    },
    onKey: (event) => {
      if (event.key === 'Enter' && !event.ctrlKey && !event.altKey && !event.metaKey) {
        submit(event.shiftKey ? 'previous' : 'next');
        walk.current.at = -1;
      } else if (event.key === 'ArrowUp') walkHistory(1);
      else if (event.key === 'ArrowDown') walkHistory(-1);
      else if (event.altKey && !event.ctrlKey && !event.metaKey) {
        const kind = KIND_KEYS[event.code];
        if (kind) chooseKind(kind);
        else if (event.code === 'KeyC') patchDraft({ caseSensitive: !draft.caseSensitive });
        else if (event.code === 'KeyW') patchDraft({ wholeWord: !draft.wholeWord });
        else if (event.code === 'KeyX') swapRole();
        else return false;
      } else return false;
      return true;
    },
  };
}

/** From an opened page to files on the screen: session, list of files, the place of the address or of the command line. */

import type { FilesReply } from '../../shared/protocol.ts';
import { backoffMs } from '../api/backoff.ts';
import { ApiError, isTransient } from '../api/errors.ts';
import { followFilters } from '../filter/controller.ts';
import { followHighlighters } from '../highlight/highlightStore.ts';
import { followMarks } from '../marks/marksStore.ts';
import { followSearches } from '../search/follow.ts';
import { followAddress, showPlace } from './addressBar.ts';
import { followActiveFile } from './connection.ts';
import { api, loadFiles } from './documents.ts';
import { restoreFollow } from './follow.ts';
import { rememberHidden, restoreHidden } from './hiding.ts';
import { readStored, restoreSettings, writeStored } from './persisted.ts';
import { parsePlace } from './place.ts';
import { retryNow, untilRetry } from './recovery.ts';
import { followRotations } from './rotation.ts';
import { adoptToken, askOtherTabs, onTokenOffered, refuseToken, type SessionState, startSession } from './session.ts';
import { appStore } from './store.ts';
import { notify, uiStore } from './ui.ts';
import { followWaking } from './wake.ts';

const SETTINGS_KEY = 'bigview.settings';
const PACE = { firstMs: 1_000, maxMs: 8_000 };

/** Settings are remembered from now on, and shared with other tabs when those open next. */
function keepSettings(): void {
  appStore.getState().patchSettings(restoreSettings(readStored(SETTINGS_KEY)));
  appStore.subscribe((state, before) => {
    if (state.settings !== before.settings) writeStored(SETTINGS_KEY, state.settings);
  });
}

/** Where the command line wants to begin; the address has precedence. */
async function showStart(reply: FilesReply): Promise<void> {
  const { place, problems } = parsePlace(location.search);
  for (const problem of problems) notify('warning', problem);
  const fromAddress = Object.values(place).some((part) => part !== null);
  if (fromAddress) {
    for (const problem of showPlace(place)) notify('warning', problem);
    return;
  }
  const file = reply.files[0];
  const { view, offset, line } = reply.start;
  if (!file) return;
  const at = line === null ? offset : await offsetOfLine(file.id, line);
  showPlace({ file: null, view, at, sel: null, top: null, encoding: null });
}

async function offsetOfLine(fileId: string, line: number): Promise<number | null> {
  try {
    const reply = await api.lines(fileId, { start: line, count: 1, text: 0 });
    return reply.lines[0]?.offset ?? null;
  } catch (error) {
    notify('warning', error instanceof Error ? error.message : String(error));
    return null;
  }
}

let running = false;

async function open(): Promise<void> {
  const never = new AbortController().signal;
  for (let failures = 0; ; failures++) {
    try {
      const reply = await loadFiles();
      restoreFollow(reply.files, reply.start.follow);
      restoreHidden(reply.files);
      uiStore.setState({ session: { status: 'ready' }, fatal: null });
      await showStart(reply);
      break;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        refuseToken();
        const other = await askOtherTabs();
        if (other !== null) {
          adoptToken(other);
          continue;
        }
        uiStore.setState({ session: { status: 'missing', reason: 'refused' } });
        return;
      }
      if (!isTransient(error)) throw error;
      uiStore.setState({ fatal: 'The server cannot be reached. Is bigview still running in its terminal?' });
      await untilRetry(backoffMs(PACE, failures, Math.random()), never);
    }
  }
  if (running) return;
  running = true;
  followAddress((sentence) => notify('warning', sentence));
  followActiveFile();
  followRotations();
  rememberHidden();
  followSearches();
  followFilters();
}

function report(error: unknown): void {
  uiStore.setState({ fatal: error instanceof Error ? error.message : String(error) });
}

/** Goes on with a token that is there now: after signing in, or from another tab. */
export function continueWithSession(): void {
  if (running) retryNow();
  else open().catch(report);
}

async function begin(): Promise<void> {
  const session: SessionState = await startSession();
  if (session.status === 'ready') return open();
  uiStore.setState({ session });
}

export function startApp(): void {
  keepSettings();
  followHighlighters();
  followMarks();
  followWaking();
  begin().catch(report);
  const idle = (): boolean => {
    const { session, connection } = uiStore.getState();
    return session.status === 'missing' || connection.status === 'restarted';
  };
  onTokenOffered((token) => {
    if (!idle()) return;
    adoptToken(token);
    continueWithSession();
  });
  // A fresh link pasted into the address bar of this very tab changes the fragment only.
  window.addEventListener('hashchange', () => {
    if (!location.hash.includes('code=')) return;
    startSession()
      .then((session) => {
        if (session.status === 'missing') {
          if (running) notify('warning', 'This link was used already, or it is older than a minute.');
          else uiStore.setState({ session });
        } else if (idle()) continueWithSession();
      })
      .catch(report);
  });
}

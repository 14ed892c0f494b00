/** From an opened page to files on the screen: session, list of files, the place of the address or of the command line. */

import type { FilesReply } from '../../shared/protocol.ts';
import { ApiError, NetworkError } from '../api/errors.ts';
import { followFilters } from '../filter/controller.ts';
import { followHighlighters } from '../highlight/highlightStore.ts';
import { followMarks } from '../marks/marksStore.ts';
import { followSearches } from '../search/follow.ts';
import { followAddress, showPlace } from './addressBar.ts';
import { api, followActiveFile, loadFiles } from './documents.ts';
import { restoreFollow } from './follow.ts';
import { readStored, restoreSettings, writeStored } from './persisted.ts';
import { parsePlace } from './place.ts';
import { followRotations } from './rotation.ts';
import { adoptToken, forgetToken, onTokenOffered, type SessionState, startSession } from './session.ts';
import { appStore } from './store.ts';
import { notify, uiStore } from './ui.ts';

const SETTINGS_KEY = 'bigview.settings';
const RETRY_MS = 2_000;

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
  for (;;) {
    try {
      const reply = await loadFiles();
      restoreFollow(reply.files, reply.start.follow);
      uiStore.setState({ session: { status: 'ready' }, fatal: null });
      await showStart(reply);
      break;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        forgetToken();
        uiStore.setState({ session: { status: 'missing', reason: 'refused' } });
        return;
      }
      if (!(error instanceof NetworkError)) throw error;
      uiStore.setState({ fatal: 'The server cannot be reached. Is bigview still running in its terminal?' });
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  if (running) return;
  running = true;
  followAddress((sentence) => notify('warning', sentence));
  followActiveFile();
  followRotations();
  followSearches();
  followFilters();
}

function report(error: unknown): void {
  uiStore.setState({ fatal: error instanceof Error ? error.message : String(error) });
}

/** Goes on with a token that is there now: after signing in, or from another tab. */
export function continueWithSession(): void {
  if (uiStore.getState().connection.status === 'restarted') location.reload();
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
      .then((session) => (session.status === 'ready' && idle() ? continueWithSession() : undefined))
      .catch(report);
  });
}

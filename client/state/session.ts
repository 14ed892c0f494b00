/**
 * Who we are to the server: the token, and the run that all we know is of. The page is opened with a single-use code in the fragment, which is traded for the token once and
 * taken out of the address bar before anything else happens. The token lives in this tab's sessionStorage; another tab of the
 * same origin (a deep link, say) asks the open ones for it over a BroadcastChannel, which other origins cannot hear.
 */
import { type ApiOptions, exchangeCode } from '../api/client.ts';
import { ApiError } from '../api/errors.ts';

const KEY = 'bigview.token';
const CHANNEL = 'bigview.session';
/** Long enough for a tab in the background to answer, short enough not to be felt. */
const ASK_MS = 350;

export type MissingReason = 'none' | 'expired' | 'refused' | 'unreachable';

export type SessionState =
  | { readonly status: 'starting' }
  | { readonly status: 'ready' }
  | { readonly status: 'missing'; readonly reason: MissingReason };

type Message = { readonly type: 'ask' } | { readonly type: 'token'; readonly token: string };

let token: string | null = null;
/** A token that the server did not take; it is neither given to others nor taken from them. */
let refused: string | null = null;
let run: string | null = null;
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
const waiting = new Set<(token: string) => void>();

channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if (data?.type === 'ask' && token !== null && token !== refused)
    channel.postMessage({ type: 'token', token } satisfies Message);
  if (data?.type === 'token' && isToken(data.token) && data.token !== refused)
    for (const take of [...waiting]) take(data.token);
});

const isToken = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 16 && value.length <= 512;

/** For every client of the API, which asks before each request. */
export const ours: ApiOptions = { baseUrl: '', token: () => token, run: () => run };

export function currentRun(): string | null {
  return run;
}

/** The list of files is of this run: what is asked from now on is meant for it. */
export function enterRun(next: string): void {
  run = next;
}

function keep(next: string): void {
  // Told once only, or tabs that wait would answer each other for ever.
  const news = token !== next;
  token = next;
  sessionStorage.setItem(KEY, next);
  if (news) channel?.postMessage({ type: 'token', token: next } satisfies Message);
}

/** Calls back with every token that another tab gets or gives; returns the function that stops it. */
export function onTokenOffered(take: (token: string) => void): () => void {
  waiting.add(take);
  return () => waiting.delete(take);
}

/** Uses a token that came from another tab or from the person. */
export function adoptToken(next: string): void {
  keep(next);
}

/** The server does not accept our token (any more): another tab may have one that it does. */
export function refuseToken(): void {
  if (token === null || token === refused) return;
  refused = token;
  channel?.postMessage({ type: 'ask' } satisfies Message);
}

/** The token that was refused is taken all the same: the server that gave it is back. */
export function acceptToken(): void {
  refused = null;
}

function takeCodeFromAddress(): string | null {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const code = fragment.get('code');
  if (code === null) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  return code;
}

async function trade(code: string): Promise<MissingReason | null> {
  try {
    keep(await exchangeCode(code, ''));
    return null;
  } catch (error) {
    return error instanceof ApiError ? 'expired' : 'unreachable';
  }
}

/** A token that another tab has, other than the one that was refused; null when none answers. */
export function askOtherTabs(): Promise<string | null> {
  if (channel === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const done = (answer: string | null): void => {
      stop();
      clearTimeout(timer);
      resolve(answer);
    };
    const stop = onTokenOffered(done);
    const timer = setTimeout(() => done(null), ASK_MS);
    channel.postMessage({ type: 'ask' } satisfies Message);
  });
}

/** Gets the token from the address, this tab's storage or another tab, in this order. */
export async function startSession(): Promise<SessionState> {
  const code = takeCodeFromAddress();
  const failure = code === null ? null : await trade(code);
  if (token !== null && token !== refused) return { status: 'ready' };
  const stored = sessionStorage.getItem(KEY);
  const known = isToken(stored) && stored !== refused ? stored : await askOtherTabs();
  if (known === null) return { status: 'missing', reason: failure ?? 'none' };
  keep(known);
  return { status: 'ready' };
}

/**
 * Signs in with what a person pasted: the whole link, `#code=…`, or the token itself. Returns null when it worked, else one
 * sentence.
 */
export async function signIn(pasted: string): Promise<string | null> {
  const text = pasted.trim();
  const code = /[#&]code=([^&\s]+)/.exec(text)?.[1];
  if (code !== undefined) {
    const failure = await trade(decodeURIComponent(code));
    if (failure === 'unreachable') return 'The server cannot be reached. Is bigview still running in its terminal?';
    return failure === null
      ? null
      : 'This link was used already or is older than a minute. Press Enter in the terminal for a fresh one.';
  }
  if (!isToken(text) || /\s|[/#?]/.test(text)) return 'This is neither a link that bigview printed nor a token.';
  keep(text);
  return null;
}

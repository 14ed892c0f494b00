/** Log levels by their words. */
export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

export interface LevelWord {
  readonly level: LogLevel;
  /** `[start, end)` in the text. */
  readonly start: number;
  readonly end: number;
}

/** How far into a line a level is looked for, characters: time stamps, hosts and thread names come first. */
const REACH = 160;

/** Capitals are taken anywhere as a word of their own. */
const CAPITALS =
  /(?<![A-Za-z0-9_])(?:FATAL|ERROR|ERR|CRITICAL|CRIT|ALERT|EMERG|PANIC|SEVERE|WARNING|WARN|INFO|NOTICE|DEBUG|DBG|TRACE|FINE|FINER|FINEST|VERBOSE)(?![A-Za-z0-9_])/;

/**
 * Other letters only where a level stands: in brackets, after `level=` and its like, or before a colon, so that "the error was"
 * in a message is none.
 */
const PLACED =
  /(?:(?<=[[(<|]\s?)|(?<=\b(?:level|lvl|severity|loglevel)"?\s?[=:]\s?"?))(?:fatal|error|err|critical|crit|alert|emerg|panic|severe|warning|warn|info|notice|debug|dbg|trace|verbose)(?![A-Za-z0-9_])|(?<![A-Za-z0-9_])(?:fatal|error|warning|warn|info|notice|debug|trace)(?=:)/i;

const LEVELS: Readonly<Record<string, LogLevel>> = {
  fatal: 'error',
  error: 'error',
  err: 'error',
  critical: 'error',
  crit: 'error',
  alert: 'error',
  emerg: 'error',
  panic: 'error',
  severe: 'error',
  warning: 'warning',
  warn: 'warning',
  info: 'info',
  notice: 'info',
};

/** The first level word near the start of a line, or null. */
export function findLevel(text: string): LevelWord | null {
  const head = text.length > REACH ? text.slice(0, REACH) : text;
  const capitals = CAPITALS.exec(head);
  const placed = PLACED.exec(head);
  const match = capitals && (!placed || capitals.index <= placed.index) ? capitals : placed;
  if (!match) return null;
  const word = match[0];
  return { level: LEVELS[word.toLowerCase()] ?? 'debug', start: match.index, end: match.index + word.length };
}

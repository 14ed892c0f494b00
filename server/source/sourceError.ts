import { constants } from 'node:os';
import { SourceError } from './source.ts';

/** The errno name of a system error (`EIO`), or '' when it is none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return '';
  // What libuv has no name for (ESTALE) comes as "Unknown system error -116".
  if (!('errno' in error && error.code.startsWith('Unknown system error'))) return error.code;
  return Object.entries(constants.errno).find(([, errno]) => errno === -Number(error.errno))?.[0] ?? error.code;
}

/** What the system said about `doing` something, as a SourceError; the original stays its cause. */
export function sourceError(error: unknown, doing: string): SourceError {
  if (error instanceof SourceError) return error;
  const code = errorCode(error) || 'EIO';
  const said = error instanceof Error ? error.message : String(error);
  const wrapped = new SourceError(code, `${doing}: ${said}`);
  wrapped.cause = error;
  return wrapped;
}

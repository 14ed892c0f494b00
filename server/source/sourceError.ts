import { SourceError } from './source.ts';

/** The errno name of a system error (`EIO`), or '' when it is none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
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

/** Where this platform wants caches to be. */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, posix, win32 } from 'node:path';
import { errorCode } from '../source/sourceError.ts';

/** bigview's own folder for what may be deleted at any time; null when there is no home. It need not exist. */
export function cacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homeOrEmpty(),
): string | null {
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || (home && win32.join(home, 'AppData', 'Local'));
    return local ? win32.join(local, 'bigview', 'Cache') : null;
  }
  if (platform === 'darwin') return home ? posix.join(home, 'Library', 'Caches', 'bigview') : null;
  // The specification has relative paths ignored.
  const configured = env.XDG_CACHE_HOME;
  if (configured && posix.isAbsolute(configured)) return posix.join(configured, 'bigview');
  return home ? posix.join(home, '.cache', 'bigview') : null;
}

/**
 * Makes a folder for nobody else to read, and those it lies in. Not by `recursive: true`: where a file system refuses with ENOENT,
 * as /proc does, Node 20 then tries for ever. Throws what the system says.
 */
export function makeFolder(path: string): void {
  const make = (): string => {
    try {
      mkdirSync(path, { mode: 0o700 });
      return '';
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST' || (code === 'ENOENT' && dirname(path) !== path)) return code;
      throw error;
    }
  };
  if (make() !== 'ENOENT') return;
  makeFolder(dirname(path));
  if (make() === 'ENOENT') throw Object.assign(new Error(`${path} cannot be made`), { code: 'ENOENT' });
}

function homeOrEmpty(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

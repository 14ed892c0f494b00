/** Where this platform wants caches to be. */
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

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

function homeOrEmpty(): string {
  try {
    return homedir();
  } catch {
    return '';
  }
}

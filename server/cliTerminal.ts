/** What the command line needs from the process it runs in: raw arguments, the terminal, a browser. */
import { readFileSync } from 'node:fs';

/**
 * The arguments after the script's name as bytes, on Linux; null where the system does not tell. Node gives arguments as
 * strings only, in which a name that is not UTF-8 is lost.
 */
export function rawArguments(count: number): readonly Buffer[] | null {
  if (process.platform !== 'linux') return null;
  try {
    const line = readFileSync('/proc/self/cmdline');
    const args: Buffer[] = [];
    for (let start = 0; start < line.length; ) {
      const end = line.indexOf(0, start);
      args.push(line.subarray(start, end < 0 ? line.length : end));
      start = end < 0 ? line.length : end + 1;
    }
    return args.length > count ? args.slice(args.length - count) : null;
  } catch {
    return null;
  }
}

/** Whether opening a browser can work at all: on Linux it needs a display (or Windows around it). */
export function hasDisplay(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (platform !== 'linux') return true;
  return Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY || environment.WSL_DISTRO_NAME);
}

/** Opens `url` in the person's browser; tells on stderr when that fails, which never matters to the server. */
export async function openBrowser(url: string): Promise<void> {
  try {
    const { default: open } = await import('open');
    const child = await open(url);
    child.on('error', (error) => console.error(`bigview: could not open a browser: ${error.message}`));
  } catch (error) {
    console.error(`bigview: could not open a browser: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** True when this process owns its terminal: reading from it in the background would stop the process (SIGTTIN). */
function inForeground(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const [, , , group, , , terminalGroup] = stat.slice(stat.lastIndexOf(')') + 1).split(' ');
    return group === terminalGroup;
  } catch {
    return true;
  }
}

/** Calls `listener` whenever Enter is pressed in the terminal; does nothing without one. */
export function onEnter(listener: () => void): void {
  if (!process.stdin.isTTY || !inForeground()) return;
  process.stdin.on('data', (typed: Buffer) => {
    if (typed.includes(10)) listener();
  });
  // A closed terminal ends the input, not the server.
  process.stdin.on('error', () => process.stdin.pause());
  process.stdin.unref();
}

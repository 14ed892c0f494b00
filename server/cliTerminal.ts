/** What the command line needs from the process it runs in: raw arguments, the terminal, a browser. */
import { constants, openSync, readFileSync } from 'node:fs';
import { ReadStream } from 'node:tty';

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

/**
 * Calls `listener` whenever Enter is pressed in the terminal. `stdinTaken`: standard input is what is shown, so the terminal is
 * opened by its own name. Returns false when there is no terminal to press it in.
 */
export function onEnter(stdinTaken: boolean, listener: () => void): boolean {
  if (!inForeground()) return false;
  const terminal = stdinTaken ? openTerminal() : process.stdin.isTTY ? process.stdin : null;
  if (terminal === null) return false;
  terminal.on('data', (typed: Buffer) => {
    if (typed.includes(10)) listener();
  });
  // A closed terminal ends the input, not the server.
  terminal.on('error', () => terminal.pause());
  terminal.unref();
  return true;
}

function openTerminal(): ReadStream | null {
  if (process.platform === 'win32') return null;
  try {
    return new ReadStream(openSync('/dev/tty', constants.O_RDONLY | constants.O_NOCTTY));
  } catch {
    return null;
  }
}

/**
 * Files that belong to one run of bigview: readable by this user only, and gone with the process. They lose their name as soon as
 * nobody has to open them by it any more, where the system allows that, so that nothing is left whatever becomes of the process;
 * elsewhere they go at exit. What a crashed run has left is known by the id of its process in the name.
 */
import { randomBytes } from 'node:crypto';
import { openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const NAME = /^(\d+)-[0-9a-f]+\.(\w+)$/;

export class PrivateFile {
  readonly fd: number;
  readonly path: string;
  readonly #onExit: () => void;

  /** Throws what the system says. */
  constructor(folder: string, suffix: string) {
    this.path = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}.${suffix}`);
    this.fd = openSync(this.path, 'wx+', 0o600);
    this.#onExit = () => rmSync(this.path, { force: true });
    process.once('exit', this.#onExit);
  }

  /** The name is not needed any more. */
  hide(): void {
    if (process.platform !== 'win32') this.remove();
  }

  /** Takes the name away; for when the descriptor is closed. */
  remove(): void {
    process.off('exit', this.#onExit);
    this.#onExit();
  }
}

/** Removes files of processes that are no more. Throws what the system says, unless there is no such folder. */
export function removeLeftovers(folder: string, suffix: string): void {
  for (const name of namesIn(folder)) {
    const [, pid, kind] = NAME.exec(name) ?? [];
    if (pid !== undefined && kind === suffix && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

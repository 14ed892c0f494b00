/**
 * The ports of earlier runs. What a browser keeps (marks, filters, highlighters, settings) belongs to an origin, and so to a port: a
 * run that takes the same one finds it again, and links to places stay good. Runs at the same time each have their own, in the
 * order in which they start.
 *
 * A guess at best: whoever has the port now keeps it, and what is in the file is believed only as far as it is a port.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './index/cacheFolder.ts';

const MAX_PORTS = 8;
/** Those below are for the system. */
const MIN_PORT = 1_024;
const MAX_PORT = 65_535;

const isPort = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= MIN_PORT && value <= MAX_PORT;

/** Ports to try, the best first; none when nothing is known. Never throws. */
export function recallPorts(folder: string | null): readonly number[] {
  if (folder === null) return [];
  try {
    const found: unknown = JSON.parse(readFileSync(join(folder, 'ports'), 'utf8'));
    return Array.isArray(found) ? found.filter(isPort).slice(0, MAX_PORTS) : [];
  } catch {
    return [];
  }
}

/** Keeps `port` behind those that were tried before it. A folder that cannot be written costs only this. */
export function rememberPort(folder: string | null, known: readonly number[], port: number): void {
  if (folder === null || known.includes(port)) return;
  const temporary = join(folder, `ports-${process.pid}`);
  try {
    makeFolder(folder);
    writeFileSync(temporary, JSON.stringify([...known.slice(0, MAX_PORTS - 1), port]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, join(folder, 'ports'));
  } catch {
    rmSync(temporary, { force: true });
  }
}

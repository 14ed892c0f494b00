/**
 * Counts line terminators of a file, page by page: one of a few threads that scanPool.ts feeds with jobs.
 *
 * Reads stripes with positional reads straight into the memory of its SIMD kernel, so that bytes are touched once by the
 * kernel's copy and once by the scan, both within the second-level cache; nothing of the file ever reaches JavaScript's heap.
 *
 * Loaded as a script (`eval`), not as a module: the module loader would take 5 ms of a scan that may last 100. Hence no imports but
 * of types.
 */
import type { KernelExports } from './kernel.ts';
import type { ScanJob, ScanResult, ScanWorkerData } from './scanJob.ts';
import type { WasmGlobal } from './wasmTypes.ts';

const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
const { readSync } = process.getBuiltinModule('node:fs');
const { WebAssembly } = globalThis as unknown as WasmGlobal;
const os = process.getBuiltinModule('node:os');

const { module, stripeBytes, pageBytes, niceness } = workerData as ScanWorkerData;

/** Counts of one stripe lie in the first WASM page, its bytes after it. */
const WASM_PAGE = 65_536;
const memory = new WebAssembly.Memory({ initial: 1 + Math.ceil(stripeBytes / WASM_PAGE) });
const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
const counts = new Uint32Array(memory.buffer, 0, WASM_PAGE / 4);
const stripe = new Uint8Array(memory.buffer, WASM_PAGE, stripeBytes);

// On Linux a priority is a thread's own: the viewer's windows, and the browser, come first. Elsewhere it is the process's.
if (process.platform === 'linux') {
  try {
    os.setPriority(0, niceness);
  } catch {
    // Not allowed: the scan then merely competes on equal terms.
  }
}

function scan(job: ScanJob): ScanResult {
  const { id, fd, offset, length, needle, unitBytes } = job;
  const result = new Uint32Array(Math.ceil(length / pageBytes));
  let done = 0;
  let last = -1;
  while (done < length) {
    const wanted = Math.min(stripeBytes, length - done);
    const filled = fill(fd, offset + done, wanted);
    if (filled < wanted) return { id, counts: result, error: 'SHORT', errorOffset: offset + done + filled, last };
    kernel.countPages(WASM_PAGE, wanted, needle, unitBytes, 0);
    result.set(counts.subarray(0, Math.ceil(wanted / pageBytes)), done / pageBytes);
    done += wanted;
    if (done === length) last = lastUnit(wanted, unitBytes);
  }
  return { id, counts: result, error: null, errorOffset: 0, last };
}

/** A read may be interrupted or cut short by a signal; only the end of the file really ends it. */
function fill(fd: number, offset: number, wanted: number): number {
  let filled = 0;
  while (filled < wanted) {
    const count = read(fd, filled, wanted - filled, offset + filled);
    if (count === 0) break;
    if (count > 0) filled += count;
  }
  return filled;
}

/** Into `stripe` from `start` on; -1 when a signal came first. */
function read(fd: number, start: number, length: number, offset: number): number {
  try {
    return readSync(fd, stripe, start, length, offset);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EINTR') throw error;
    return -1;
  }
}

/** The last whole unit of a stripe as the kernel would load it; -1 when an odd byte follows the last unit. */
function lastUnit(length: number, unitBytes: number): number {
  if (length % unitBytes !== 0) return -1;
  const end = stripe[length - 1] ?? 0;
  return unitBytes === 2 ? (stripe[length - 2] ?? 0) + end * 256 : end;
}

/** As errorCode of sourceError.ts, which cannot be imported here. */
function nameOf(error: unknown): string {
  const { code = String(error), errno = 0 } = error as NodeJS.ErrnoException;
  if (!code.startsWith('Unknown system error')) return code;
  return Object.entries(os.constants.errno).find(([, each]) => each === -errno)?.[0] ?? code;
}

parentPort?.on('message', (job: ScanJob) => {
  let result: ScanResult;
  try {
    result = scan(job);
  } catch (error) {
    result = { id: job.id, counts: new Uint32Array(0), error: nameOf(error), errorOffset: job.offset, last: -1 };
  }
  parentPort?.postMessage(result, [result.counts.buffer as ArrayBuffer]);
});

/**
 * All rows of a filter as a stream of bytes: the lines as they are in the file, or their numbers. Rows are those at the call,
 * whatever becomes of the filter meanwhile; of the file only a page and a block of output are in memory. Every generator throws
 * (StaleReadError, SourceError, SpillError) rather than leave anything out.
 */
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import { PAGE_BYTES } from '../../shared/limits.ts';
import { lineKernel } from '../index/kernel.ts';
import type { LineIndex } from '../index/lineIndex.ts';
import { type Source, StaleReadError } from '../source/source.ts';
import { type RowSpace, readExactly, terminatorLength } from './rowEnds.ts';
import type { FilteredRow } from './rowPacking.ts';
import type { RowSource } from './rowSource.ts';

/** Sent at once. */
const BLOCK_BYTES = 262_144;
/** How often the line index is asked whether it has come far enough, ms. */
const INDEX_EVERY_MS = 50;

/** Work without a pause, ms: others wait meanwhile. */
const TURN_MS = 4;

/**
 * Lets others have their turn. Reads from the page cache and writes to a quick client are over at once: without it, an export would
 * keep the process to itself for as long as it lasts.
 */
class Turns {
  #until = performance.now() + TURN_MS;

  async pause(): Promise<void> {
    if (performance.now() < this.#until) return;
    await setImmediate();
    this.#until = performance.now() + TURN_MS;
  }
}

/** Some bytes of the file. */
interface Window {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface ExportOptions {
  readonly source: Source;
  readonly rows: RowSource;
  readonly space: RowSpace;
}

/** The bytes of the rows, each with its terminator; a piece of a long line of which no more follows gets one. */
export async function* exportLines({ source, rows, space }: ExportOptions): AsyncGenerator<Uint8Array> {
  const block = new Block();
  const turns = new Turns();
  const unitEnd = lineEnd(space);
  /** End of the last row when it is the piece of a line that goes on there. */
  let openAt = -1;
  for (const page of rows.snapshot()) {
    await turns.pause();
    const decoded = rows.decode(page);
    let window: Window = { offset: 0, bytes: new Uint8Array(0) };
    /** Bytes of the window that are next: lines that follow each other go as one. */
    let from = 0;
    let end = 0;
    for (const row of decoded) {
      const contentEnd = row.offset + row.length;
      const stop = Math.min(space.size, contentEnd + 2 * space.format.unitBytes);
      const open = openAt >= 0 && openAt !== row.offset;
      if (open || row.offset !== end || !holds(window, row.offset, stop)) {
        yield* block.add(window.bytes.subarray(from - window.offset, end - window.offset));
        if (open) yield* block.add(unitEnd);
        // Long rows go by in blocks; of the others those of a page are read together.
        for (from = row.offset; contentEnd - from >= BLOCK_BYTES; from += BLOCK_BYTES) {
          await turns.pause();
          yield* block.add(await readExactly(source, from, BLOCK_BYTES, space.generation));
        }
        if (!holds(window, from, stop)) window = await loadRows(source, from, stop, decoded, space);
      }
      end = contentEnd + terminatorLength(row, window.bytes, window.offset, space);
      openAt = end === contentEnd && end < space.size ? end : -1;
    }
    yield* block.add(window.bytes.subarray(from - window.offset, end - window.offset));
  }
  if (openAt >= 0) yield* block.add(unitEnd);
  yield* block.rest();
}

/** The 1-based number of each line, and LF; waits for the line index to come to them. */
export async function* exportNumbers(
  { source, rows, space }: ExportOptions,
  index: () => Promise<LineIndex>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const block = new Block();
  const turns = new Turns();
  let written = -1;
  for (const placed of rows.snapshot()) {
    await turns.pause();
    const decoded = rows.decode(placed);
    const last = decoded.at(-1);
    if (!last) continue;
    const pageStart = placed.base + placed.page.page * PAGE_BYTES;
    let line = await linesBefore(pageStart, last.offset, space, index, signal);
    const bytes = await readExactly(source, pageStart, last.offset - pageStart, space.generation);
    let counted = 0;
    const parts: string[] = [];
    for (const row of decoded) {
      const at = row.offset - pageStart;
      line += lineKernel().count(bytes.subarray(counted, at), space.format);
      counted = at;
      // Pieces of one line have one number.
      if (line !== written) parts.push(`${line + 1}\n`);
      written = line;
    }
    yield* block.add(Buffer.from(parts.join(''), 'latin1'));
  }
  yield* block.rest();
}

/** Lines that end before the page at `pageStart`, once the index has come past `offset` in it. */
async function linesBefore(
  pageStart: number,
  offset: number,
  { generation }: RowSpace,
  index: () => Promise<LineIndex>,
  signal: AbortSignal,
): Promise<number> {
  const page = pageStart / PAGE_BYTES;
  for (;;) {
    const known = await index();
    if (known.generation !== generation) throw new StaleReadError('the file was cut or rewritten');
    if (offset <= known.scannedBytes && page <= known.table.pages) return known.table.before(page);
    const { cancelled, error } = known.status();
    if (cancelled || error !== null) throw new Error('the lines of the file are not counted so far');
    await delay(INDEX_EVERY_MS, undefined, { signal });
  }
}

function holds({ offset, bytes }: Window, from: number, end: number): boolean {
  return offset <= from && end <= offset + bytes.length;
}

/** Reads `[from, end)`, and as much more as other rows of the page will need. */
async function loadRows(
  source: Source,
  from: number,
  end: number,
  rows: readonly FilteredRow[],
  { size, generation, format }: RowSpace,
): Promise<Window> {
  const last = rows.at(-1);
  const want = last ? last.offset + last.length + 2 * format.unitBytes : end;
  const to = Math.max(end, Math.min(size, want, from + BLOCK_BYTES));
  return { offset: from, bytes: await readExactly(source, from, to - from, generation) };
}

function lineEnd({ format: { unitBytes, bigEndian, terminator } }: RowSpace): Uint8Array {
  const code = terminator === 'lf' ? 10 : 13;
  if (unitBytes === 1) return Uint8Array.of(code);
  return bigEndian ? Uint8Array.of(0, code) : Uint8Array.of(code, 0);
}

/** Collects bytes and hands them on in large blocks, each a copy of its own. */
class Block {
  #bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  #length = 0;

  *add(bytes: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < bytes.length; ) {
      const some = Math.min(bytes.length - at, BLOCK_BYTES - this.#length);
      this.#bytes.set(bytes.subarray(at, at + some), this.#length);
      this.#length += some;
      at += some;
      if (this.#length === BLOCK_BYTES) yield* this.rest();
    }
  }

  *rest(): Generator<Uint8Array> {
    if (this.#length === 0) return;
    yield this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#length = 0;
  }
}

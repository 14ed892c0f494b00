/** Line numbers of hits, from the line index and a count inside the pages that hold them. */
import { PAGE_BYTES } from '../../shared/limits.ts';
import { lineKernel } from '../index/kernel.ts';
import type { LineIndex } from '../index/lineIndex.ts';
import { type Source, SourceError, StaleReadError } from '../source/source.ts';

/**
 * The number of the line that holds each of `offsets` (rising), or null where the index has not come that far or the bytes
 * cannot be read now. Pages are read once, whatever the number of hits in them.
 */
export async function hitLines(
  source: Source,
  index: LineIndex,
  offsets: readonly number[],
): Promise<readonly (number | null)[]> {
  const lines: (number | null)[] = [];
  for (let from = 0; from < offsets.length; ) {
    const page = Math.floor((offsets[from] ?? 0) / PAGE_BYTES);
    let to = from + 1;
    while (to < offsets.length && Math.floor((offsets[to] ?? 0) / PAGE_BYTES) === page) to++;
    for (const line of await pageLines(source, index, page, offsets.slice(from, to))) lines.push(line);
    from = to;
  }
  return lines;
}

async function pageLines(
  source: Source,
  index: LineIndex,
  page: number,
  offsets: readonly number[],
): Promise<readonly (number | null)[]> {
  const unknown = offsets.map(() => null);
  const start = page * PAGE_BYTES;
  const last = offsets.at(-1) ?? start;
  if (last > index.scannedBytes || index.generation !== source.generation || page > index.table.pages) return unknown;
  const bytes = new Uint8Array(last - start);
  try {
    if ((await source.read(start, bytes)) < bytes.length) return unknown;
  } catch (error) {
    // The hit itself is right; its line shows once the bytes can be read.
    if (error instanceof SourceError || error instanceof StaleReadError) return unknown;
    throw error;
  }
  if (index.generation !== source.generation || page > index.table.pages) return unknown;
  const kernel = lineKernel();
  const { format } = index;
  let line = index.table.before(page);
  let counted = 0;
  return offsets.map((offset) => {
    // Terminators that lie wholly before the offset; in UTF-16 they start at even places.
    const end = offset - start - ((offset - start) % format.unitBytes);
    line += kernel.count(bytes.subarray(counted, end), format);
    counted = end;
    return line;
  });
}

/** What is at marks, for an export: lines and what stands there, asked of the server, a few at a time. */
import type { FileInfo } from '../../shared/protocol.ts';
import { contextExtent, hexContext, textContext } from '../search/context.ts';
import { api } from '../state/documents.ts';
import type { ExportedMark, MarkFacts } from './exchange.ts';
import type { Mark } from './marks.ts';

const AT_ONCE = 4;

/** Rejects as the API does. */
async function factsOf(file: FileInfo, encoding: string | null, { offset, length }: Mark): Promise<MarkFacts> {
  if (offset >= file.size) return { line: null, preview: '' };
  const own = encoding === null ? {} : { encoding };
  const extent = contextExtent(offset, length, file.size);
  const [{ lines }, { bytes }] = await Promise.all([
    api.lines(file.id, { offset, count: 1, text: 0, ...own }),
    api.bytes(file.id, extent.offset, extent.end - extent.offset, null),
  ]);
  return {
    line: lines[0]?.line ?? null,
    preview: previewOf(file, encoding, { offset, length }, bytes, offset - extent.offset),
  };
}

/** What is at a mark, of the bytes around it: the line, or the range as text or, in a binary file, as hex. */
export function previewOf(
  file: FileInfo,
  encoding: string | null,
  { offset, length }: Pick<Mark, 'offset' | 'length'>,
  bytes: Uint8Array,
  at: number,
): string {
  if (file.kind === 'binary') return hexContext(bytes, at, Math.max(1, length)).match;
  const { match, after } = textContext(bytes, at, length, encoding ?? file.encoding, at === offset);
  return length === 0 ? after : match;
}

export async function gatherMarks(
  file: FileInfo,
  encoding: string | null,
  marks: readonly Mark[],
): Promise<readonly ExportedMark[]> {
  const found: ExportedMark[] = [];
  for (let at = 0; at < marks.length; at += AT_ONCE) {
    const some = marks.slice(at, at + AT_ONCE);
    found.push(
      ...(await Promise.all(some.map(async (mark) => ({ ...mark, ...(await factsOf(file, encoding, mark)) })))),
    );
  }
  return found;
}

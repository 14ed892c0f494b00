/** What is at the marks that a list shows: line numbers and the text or bytes there, as they come. */
import { useEffect, useMemo, useReducer } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { previewOf } from '../../marks/gather.ts';
import { MarkLines } from '../../marks/markLines.ts';
import type { Mark } from '../../marks/marks.ts';
import { ContextReader } from '../../search/contextReader.ts';
import { api, pageCacheOf } from '../../state/documents.ts';

/** How often lines that are not counted yet are asked for again, parts of the file. */
const INDEX_STEPS = 20;

export interface MarkFactsNow {
  line(mark: Mark): number | null;
  preview(mark: Mark): string | null;
  /** Says which marks are on screen. */
  want(marks: readonly Mark[]): void;
}

export function useMarkFacts(file: FileInfo, encoding: string | null): MarkFactsNow {
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const { id, generation, index, size } = file;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was read is of one generation
  const lines = useMemo(() => new MarkLines(api, id, encoding, rerender), [id, encoding, generation]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const reader = useMemo(() => new ContextReader(id, pageCacheOf(id), rerender), [id, generation]);
  useEffect(() => () => lines.close(), [lines]);
  useEffect(() => () => reader.close(), [reader]);
  const counted = index.complete ? INDEX_STEPS : Math.floor((index.scannedBytes / Math.max(1, size)) * INDEX_STEPS);
  return {
    line: (mark) => (file.kind === 'text' ? lines.get(mark.offset) : null),
    preview: (mark) => {
      const around = reader.get(mark);
      return around && previewOf(file, encoding, mark, around.bytes, around.at);
    },
    want: (marks) => {
      const inside = marks.filter(({ offset }) => offset < size);
      reader.want(inside);
      if (file.kind !== 'text') return;
      lines.want(
        inside.map(({ offset }) => offset),
        `${counted} ${size}`,
      );
    },
  };
}

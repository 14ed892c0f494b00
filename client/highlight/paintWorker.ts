/** Finds matches away from the page: an expression that never ends is ended with this worker (rowPainter.ts). */
import { findMatches, type Paint, paintRow } from './paint.ts';
import type { CompiledRule } from './rules.ts';

export interface PaintJob {
  readonly job: number;
  readonly rules: readonly CompiledRule[];
  readonly texts: readonly string[];
}

export type PaintNews =
  /** Is about to try rule `rule`: said before, since it may be the last that is heard. */
  | { readonly type: 'trying'; readonly job: number; readonly rule: number }
  | { readonly type: 'done'; readonly job: number; readonly paints: readonly Paint[] };

const tell = (news: PaintNews): void => postMessage(news);

addEventListener('message', ({ data }: MessageEvent<PaintJob>) => {
  const { job, rules, texts } = data;
  const matches = rules.map(({ source, flags }, rule) => {
    tell({ type: 'trying', job, rule });
    const expression = new RegExp(source, flags);
    return texts.map((text) => findMatches(expression, text));
  });
  const paints = texts.map((text, row) =>
    paintRow(
      text,
      rules,
      matches.map((rows) => rows[row] ?? []),
    ),
  );
  tell({ type: 'done', job, paints });
});

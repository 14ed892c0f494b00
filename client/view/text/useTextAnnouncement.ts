/** What a screen reader hears after the keyboard moved the cursor, once the moves have paused. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { lineNumberOf } from '../../rows/pickedRows.ts';
import { rowHolding, type TextPlaces } from '../../rows/textMoves.ts';
import { isUnterminated, rowOfOffset, type TextFacts } from '../../rows/textRun.ts';

const ANNOUNCE_MS = 250;
const MAX_CHARACTERS = 200;

export function useTextAnnouncement(
  places: TextPlaces | null,
  facts: TextFacts,
  growing: boolean,
): readonly [string, (cursor: number) => void] {
  const [text, setText] = useState('');
  const latest = useRef({ places, facts, growing });
  latest.current = { places, facts, growing };
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  const announce = useCallback((cursor: number) => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const { places: now, facts: known } = latest.current;
      const row = now && rowHolding(now, cursor);
      if (!now || !row || rowOfOffset(now.run, cursor, now.size) === null) return;
      const content = now.contents.content(row, 0, MAX_CHARACTERS);
      const { line, exact } = lineNumberOf(now.run, row, known);
      const context = row.picked?.match === false ? ', context' : '';
      const unfinished = latest.current.growing && isUnterminated(now.run, row, known) ? ', no line end yet' : '';
      const number = `${exact ? 'Line' : 'About line'} ${line + 1}${context}${unfinished}`;
      setText(`${number}: ${content?.layout.text.slice(0, MAX_CHARACTERS) ?? ''}`);
    }, ANNOUNCE_MS);
  }, []);
  return [text, announce];
}

/** The side panel of marks: all of the file in order of their places, to go to, name, colour and remove. */
import { FileJson, FileText, Upload } from 'lucide-react';
import { type KeyboardEvent, useEffect, useState } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted } from '../../../shared/units.ts';
import { goToMark, rememberTint } from '../../marks/commands.ts';
import { type Mark, markKey, withMark, withoutMark } from '../../marks/marks.ts';
import { acceptRewrite, changeMarks, useListWanted, useMarks, useRewritten, wantList } from '../../marks/marksStore.ts';
import { useRunway } from '../../rows/useRunway.ts';
import { isTint, type Tint } from '../../state/tints.ts';
import { useActiveView } from '../../state/useApp.ts';
import { focusRows } from '../frame/focus.ts';
import { CommandButton } from '../frame/IconButton.tsx';
import { Keycaps } from '../frame/Keycaps.tsx';
import { movedTo } from '../listKeys.ts';
import { type Undo, UndoBar, useUndo } from '../undo.tsx';
import { MarkRow } from './MarkRow.tsx';
import { markName } from './markNames.ts';
import { useMarkFacts } from './useMarkFacts.ts';
import './marks.css';

const ROW_HEIGHT = 46;

function Advice() {
  return (
    <div className="marks-advice">
      <p>Nothing is marked in this file.</p>
      <p>
        <Keycaps chord="m" /> marks the line at the cursor, or the selected bytes; <Keycaps chord="M" /> names the mark.
      </p>
      <p>
        <Keycaps chord="'" /> goes to the next mark, <Keycaps chord='"' /> to the one before. Marks stay with the file
        in this browser.
      </p>
    </div>
  );
}

/** What the keys of the list do. */
function Keys() {
  return (
    <p id="marks-keys" className="marks-keys">
      <span>
        <Keycaps chord="Enter" /> go
      </span>
      <span>
        <Keycaps chord="F2" /> name
      </span>
      <span>
        <Keycaps chord="1" /> to <Keycaps chord="9" /> colour
      </span>
      <span>
        <Keycaps chord="Delete" /> remove
      </span>
    </p>
  );
}

function MarkList({
  file,
  marks,
  undo,
}: {
  readonly file: FileInfo;
  readonly marks: readonly Mark[];
  readonly undo: Undo;
}) {
  const view = useActiveView();
  const facts = useMarkFacts(file, view?.encoding ?? null);
  const [wanted, setActive] = useState(0);
  /** Key of the mark whose name is being edited. */
  const [edited, setEdited] = useState<string | null>(null);
  const active = Math.max(0, Math.min(wanted, marks.length - 1));
  const runway = useRunway({ rowCount: marks.length, rowHeight: ROW_HEIGHT, measured: false, initialRow: 0 });
  const first = runway.items[0]?.row ?? 0;
  const last = runway.items.at(-1)?.row ?? -1;
  useEffect(() => facts.want(marks.slice(first, last + 1)));

  const remove = (mark: Mark): void => {
    changeMarks(file, (all) => withoutMark(all, mark));
    undo.offer(`${markName(mark)} was removed.`, () => changeMarks(file, (all) => withMark(all, mark)));
    focusList();
  };
  const tint = (mark: Mark, colour: Tint): void => {
    rememberTint(colour);
    changeMarks(file, (all) => withMark(all, { ...mark, tint: colour }));
  };
  const named = (mark: Mark, name: string | null): void => {
    setEdited(null);
    if (name !== null && name !== mark.name) changeMarks(file, (all) => withMark(all, { ...mark, name }));
    focusList();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const mark = marks[active];
    if (event.ctrlKey || event.altKey || event.metaKey || !mark) return;
    const target = movedTo(event.key, active, runway.pageRows, marks.length);
    if (target !== null) {
      setActive(target);
      runway.scrollToRow(target, 'nearest');
    } else if (event.key === 'Enter') goToMark(file, mark);
    else if (event.key === 'F2') setEdited(markKey(mark));
    else if (event.key === 'Delete') remove(mark);
    else if (isTint(Number(event.key))) tint(mark, Number(event.key) as Tint);
    else if (event.key === 'Escape') focusRows();
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table element cannot hold rows that come and go at their own places
    <div
      ref={runway.scrollerRef}
      id="marks-list"
      className="marks-list scrolls"
      role="grid"
      aria-label="Marks"
      aria-describedby="marks-keys"
      aria-rowcount={marks.length}
      aria-activedescendant={active >= first && active <= last ? `mark-${active}` : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="marks-runway" role="presentation" style={{ height: runway.totalSize }}>
        {runway.items.map((item) => {
          const mark = marks[item.row];
          if (!mark) return null;
          const past = mark.offset >= file.size;
          const here = view?.cursor === mark.offset;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
            // biome-ignore lint/a11y/useSemanticElements: see the grid
            // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
            <div
              key={markKey(mark)}
              id={`mark-${item.row}`}
              className={`mark${past ? ' mark-past' : ''}${here ? ' mark-here' : ''}`}
              role="row"
              aria-rowindex={item.row + 1}
              aria-selected={item.row === active}
              style={{ top: item.start, height: item.size }}
              onClick={() => {
                setActive(item.row);
                if (!past) goToMark(file, mark);
              }}
              onDoubleClick={() => setEdited(markKey(mark))}
            >
              {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
              {/* biome-ignore lint/a11y/useFocusableInteractive: see the grid */}
              <div className="mark-cell" role="gridcell">
                <MarkRow
                  mark={mark}
                  line={facts.line(mark)}
                  preview={facts.preview(mark)}
                  past={past}
                  editing={markKey(mark) === edited}
                  onName={(name) => named(mark, name)}
                  onTint={(colour) => tint(mark, colour)}
                  onRemove={() => remove(mark)}
                />
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function focusList(): void {
  requestAnimationFrame(() => document.getElementById('marks-list')?.focus());
}

export function MarksPanel({ file }: { readonly file: FileInfo }) {
  const marks = useMarks(file.identity);
  const rewritten = useRewritten(file.identity);
  const undo = useUndo();
  const wanted = useListWanted();
  useEffect(() => {
    if (!wanted) return;
    wantList(false);
    document.getElementById('marks-list')?.focus();
  }, [wanted]);
  const past = marks.filter(({ offset }) => offset >= file.size).length;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Z for all that is in the panel
    <div className="marks-panel" onKeyDown={undo.onKeyDown}>
      <div className="panel-bar">
        <p className="marks-count tabular" role="status">
          {marks.length === 0 ? 'No marks' : counted(marks.length, 'mark')}
          {past > 0 && `, ${past} past the end`}
        </p>
        <CommandButton command="mark.import" icon={Upload} />
        {marks.length > 0 && (
          <>
            <CommandButton command="mark.exportMarkdown" icon={FileText} />
            <CommandButton command="mark.exportJson" icon={FileJson} />
          </>
        )}
      </div>
      {rewritten && (
        <div className="marks-news" role="alert">
          <p>
            The file was cut or rewritten after marks were set. They stay at their offsets; what is there may be
            something else.
          </p>
          <button type="button" className="button" onClick={() => acceptRewrite(file)}>
            Keep them
          </button>
        </div>
      )}
      {marks.length === 0 ? <Advice /> : <MarkList file={file} marks={marks} undo={undo} />}
      {marks.length > 0 && <Keys />}
      <UndoBar undo={undo} />
    </div>
  );
}

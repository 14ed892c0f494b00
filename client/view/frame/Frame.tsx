/** The window: bars, panes, side panel and the layers over them. */
import { Suspense, useEffect } from 'react';
import { followCursorLine } from '../../state/cursorLine.ts';
import { useUi } from '../../state/ui.ts';
import { useActiveFile } from '../../state/useApp.ts';
import { useFilterCommands } from '../filter/useFilterCommands.ts';
import { useHighlightCommands } from '../highlight/useHighlightCommands.ts';
import { useMarkCommands } from '../marks/useMarkCommands.ts';
import { useSearchCommands } from '../search/useSearchCommands.ts';
import { Banners } from './Banners.tsx';
import { FollowPill } from './FollowPill.tsx';
import { focusRows } from './focus.ts';
import { latePart, loadLateParts } from './lateParts.ts';
import { NoticeLayer, Toasts } from './Notices.tsx';
import { LayerBoundary, PaneBoundary } from './PaneBoundary.tsx';
import { Panes } from './Panes.tsx';
import { SidePanel } from './SidePanel.tsx';
import { StatusBar } from './StatusBar.tsx';
import { Tips } from './Tips.tsx';
import { TopBar } from './TopBar.tsx';
import { useFollowCommands } from './useFollowCommands.ts';
import { useFrameCommands } from './useFrameCommands.ts';
import './frame.css';

const HelpDialog = latePart(async () => (await import('./HelpDialog.tsx')).HelpDialog);
const RowMenu = latePart(async () => (await import('./RowMenu.tsx')).RowMenu);

function useTitle(name: string | undefined): void {
  useEffect(() => {
    document.title = name === undefined ? 'bigview' : `${name} — bigview`;
  }, [name]);
}

/** A new file on the screen has the keyboard, unless something else was given it meanwhile. */
function useFirstFocus(fileId: string | undefined): void {
  useEffect(() => {
    if (fileId === undefined) return undefined;
    const frame = requestAnimationFrame(() => {
      const { activeElement, body } = document;
      if (activeElement === null || activeElement === body) focusRows();
    });
    return () => cancelAnimationFrame(frame);
  }, [fileId]);
}

function Skeleton() {
  return <div className="frame-skeleton" role="status" aria-label="Opening the file" />;
}

function Layers() {
  const help = useUi((state) => state.help);
  const rowMenu = useUi((state) => state.rowMenu);
  const open = help || rowMenu !== null;
  return (
    <LayerBoundary resetKey={String(open)}>
      <Suspense fallback={null}>
        {help && <HelpDialog />}
        {rowMenu && <RowMenu key={`${rowMenu.x} ${rowMenu.y}`} place={rowMenu} />}
      </Suspense>
    </LayerBoundary>
  );
}

export function Frame() {
  const file = useActiveFile();
  const panelOpen = useUi((state) => state.layout.panelOpen);
  useFrameCommands();
  useFollowCommands();
  useSearchCommands();
  useHighlightCommands();
  useFilterCommands();
  useMarkCommands();
  useTitle(file?.name);
  useFirstFocus(file?.id);
  const open = file !== null;
  const state = `${file?.id} ${file?.generation}`;
  useEffect(() => (open ? followCursorLine() : undefined), [open]);
  useEffect(() => (open ? loadLateParts() : undefined), [open]);
  return (
    <div className="frame">
      <PaneBoundary bar name="The top bar" resetKey={state}>
        <TopBar />
      </PaneBoundary>
      <PaneBoundary bar name="The line with what is wrong" resetKey={state}>
        <Banners file={file} />
      </PaneBoundary>
      <main className="frame-main" id="file" aria-label={file?.name}>
        {file ? (
          <PaneBoundary name="The view" resetKey={state}>
            <Panes key={file.id} file={file} />
          </PaneBoundary>
        ) : (
          <Skeleton />
        )}
        {file && (
          <PaneBoundary bar name="What follows the end" resetKey={state}>
            <FollowPill file={file} />
          </PaneBoundary>
        )}
        {file && panelOpen && <SidePanel file={file} />}
      </main>
      <PaneBoundary bar name="The status bar" resetKey={state}>
        <StatusBar />
      </PaneBoundary>
      <NoticeLayer />
      <Toasts />
      <Tips />
      <Layers />
    </div>
  );
}

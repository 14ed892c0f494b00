import { ChevronDown } from 'lucide-react';
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { counted, formatSize } from '../../../shared/units.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { closeRotated } from '../../state/rotation.ts';
import { appStore } from '../../state/store.ts';
import { tabFolders } from '../../state/tabFolders.ts';
import { openField } from '../../state/ui.ts';
import { useApp } from '../../state/useApp.ts';
import { CommandButton } from './IconButton.tsx';

/** Goes to the file before or after the shown one, around the ends. */
export function stepFile(by: 1 | -1): void {
  const { files, activeFile, activate } = appStore.getState();
  const at = files.findIndex(({ id }) => id === activeFile);
  const next = files[(at + by + files.length) % files.length];
  if (next) activate(next.id);
}

/** The files as a list in the command field, found by a few letters of name or path. */
export function pickFile(): void {
  const { files, activeFile, activate } = appStore.getState();
  openField({
    type: 'picker',
    picker: {
      title: 'Choose a file',
      choices: files.map(({ id, name, path, size }) => ({ id, label: name, detail: `${path} · ${formatSize(size)}` })),
      current: activeFile,
      pick: activate,
    },
  });
}

/** Whether the tabs need more room than they and the button beside them have. */
function useOverflow(
  outer: RefObject<HTMLElement | null>,
  list: RefObject<HTMLElement | null>,
  count: number,
): boolean {
  const [over, setOver] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: more or fewer tabs need other room
  useLayoutEffect(() => {
    const [frame, tabs] = [outer.current, list.current];
    if (!frame || !tabs) return undefined;
    const look = (): void => setOver(tabs.scrollWidth > frame.clientWidth);
    const observer = new ResizeObserver(look);
    look();
    observer.observe(frame);
    for (const tab of tabs.children) observer.observe(tab);
    return () => observer.disconnect();
  }, [outer, list, count]);
  return over;
}

/** One tab stop; arrows go from file to file. */
export function FileTabs() {
  const files = useApp((state) => state.files);
  const active = useApp((state) => state.activeFile);
  const outer = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const over = useOverflow(outer, list, files.length);
  const folders = tabFolders(files.map(({ path }) => path));

  // biome-ignore lint/correctness/useExhaustiveDependencies: the button takes room from the tabs
  useEffect(() => {
    if (active !== null)
      list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active, over]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') runCommand('file.close');
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    stepFile(event.key === 'ArrowRight' ? 1 : -1);
    event.preventDefault();
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };

  return (
    <div ref={outer} className="tabs-frame">
      <div ref={list} className="tabs" role="tablist" aria-label="Files" onKeyDown={onKeyDown}>
        {files.map((file, index) => (
          <button
            key={file.id}
            type="button"
            role="tab"
            className="tab"
            aria-selected={file.id === active}
            aria-controls="file"
            tabIndex={file.id === active ? 0 : -1}
            data-tip={`${file.path}\n${counted(file.size, 'byte')}`}
            onClick={() => appStore.getState().activate(file.id)}
            onAuxClick={(event) => {
              event.preventDefault();
              if (event.button === 1 && file.role === 'rotated') void closeRotated(file);
            }}
          >
            <bdi className="tab-name">{file.name}</bdi>
            {folders[index] != null && <bdi className="tab-folder">{folders[index]}</bdi>}
            <span className="tab-size tabular">{formatSize(file.size)}</span>
          </button>
        ))}
      </div>
      {over && <CommandButton command="file.pick" icon={ChevronDown} label="All files" />}
    </div>
  );
}

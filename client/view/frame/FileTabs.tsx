import { type KeyboardEvent, useEffect, useRef } from 'react';
import { counted, formatSize } from '../../../shared/units.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { closeRotated } from '../../state/rotation.ts';
import { appStore } from '../../state/store.ts';
import { useApp } from '../../state/useApp.ts';

/** Goes to the file before or after the shown one, around the ends. */
export function stepFile(by: 1 | -1): void {
  const { files, activeFile, activate } = appStore.getState();
  const at = files.findIndex(({ id }) => id === activeFile);
  const next = files[(at + by + files.length) % files.length];
  if (next) activate(next.id);
}

/** One tab stop; arrows go from file to file. */
export function FileTabs() {
  const files = useApp((state) => state.files);
  const active = useApp((state) => state.activeFile);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (active !== null)
      list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Delete') runCommand('file.close');
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    stepFile(event.key === 'ArrowRight' ? 1 : -1);
    event.preventDefault();
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };

  return (
    <div ref={list} className="tabs" role="tablist" aria-label="Files" onKeyDown={onKeyDown}>
      {files.map((file) => (
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
          <span className="tab-size tabular">{formatSize(file.size)}</span>
        </button>
      ))}
    </div>
  );
}

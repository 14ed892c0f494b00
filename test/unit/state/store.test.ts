import { beforeEach, describe, expect, it } from 'vitest';
import { appStore, type FileView } from '../../../client/state/store.ts';
import type { FileInfo } from '../../../shared/protocol.ts';

const file = (over: Partial<FileInfo> = {}): FileInfo =>
  ({ id: 'a', name: 'a', size: 100, kind: 'text', ...over }) as FileInfo;

const view = (): FileView => {
  const found = appStore.getState().views.a;
  if (!found) throw new Error('no view');
  return found;
};

describe('where one is', () => {
  beforeEach(() => {
    appStore.setState({ run: null, files: [], views: {}, activeFile: null });
    appStore.getState().setFiles([file(), file({ id: 'b', kind: 'binary' })]);
  });

  it('the first file is shown, each in the view of its kind', () => {
    expect(appStore.getState().activeFile).toBe('a');
    expect(view().mode).toBe('text');
    expect(appStore.getState().views.b?.mode).toBe('hex');
  });

  it('a move is clamped to the file, and reveals only when it is asked to', () => {
    const { seq } = view().reveal;
    appStore.getState().move('a', 250, { anchor: -3 });
    expect(view()).toMatchObject({ cursor: 99, anchor: 0, reveal: { seq } });
    appStore.getState().move('a', 7, { reveal: 'center' });
    expect(view()).toMatchObject({ cursor: 7, anchor: null, reveal: { offset: 7, align: 'center', seq: seq + 1 } });
    expect(view().reveal).not.toHaveProperty('length');
  });

  it('a file that becomes shorter takes cursor and selection along, one that grows leaves them', () => {
    appStore.getState().move('a', 90, { anchor: 50 });
    appStore.getState().updateFile(file({ size: 1000 }));
    expect(view()).toMatchObject({ cursor: 90, anchor: 50 });
    appStore.getState().updateFile(file({ size: 60 }));
    expect(view()).toMatchObject({ cursor: 59, anchor: 50 });
    appStore.getState().updateFile(file({ size: 0 }));
    expect(view()).toMatchObject({ cursor: 0, anchor: 0 });
  });

  it('what is hidden stays so until somebody goes there, the encoding is another, or the file is', () => {
    const store = appStore.getState();
    store.move('a', 20, { anchor: 10 });
    store.hideBefore('a', 100);
    expect(view()).toMatchObject({ start: 100, cursor: 99, anchor: null });
    store.updateFile(file({ size: 200 }));
    expect(view()).toMatchObject({ start: 100, cursor: 100 });
    store.move('a', 150, { reveal: 'nearest' });
    expect(view().start).toBe(100);
    store.move('a', 99, { reveal: 'nearest' });
    expect(view().start).toBe(0);
    store.hideBefore('a', 100);
    store.reveal('a', 40, 'top');
    expect(view().start).toBe(0);
    store.hideBefore('a', 100);
    store.patchView('a', { encoding: 'utf-16le' });
    expect(view().start).toBe(0);
    store.hideBefore('a', 100);
    store.updateFile(file({ size: 200, generation: 2 }));
    expect(view().start).toBe(0);
  });

  it('what is hidden in a file is so in another run as well, whatever its generation there, and never in another file', () => {
    const { setFiles, hideBefore } = appStore.getState();
    setFiles([file({ identity: 'i', generation: 3 })], 'first');
    hideBefore('a', 40);
    setFiles([file({ identity: 'i', generation: 1, size: 200 })], 'second');
    expect(view().start).toBe(40);
    setFiles([file({ identity: 'other', generation: 1, size: 200 })], 'third');
    expect(view().start).toBe(0);
  });

  it('a file that was empty shows what it is with its first bytes, unless a view was chosen', () => {
    const { setFiles, updateFile, patchView } = appStore.getState();
    setFiles([file({ size: 0 }), file({ id: 'b', size: 0, kind: 'text' })]);
    patchView('b', { mode: 'both' });
    updateFile(file({ size: 10, kind: 'binary' }));
    updateFile(file({ id: 'b', size: 10, kind: 'binary' }));
    expect(view()).toMatchObject({ mode: 'hex', pane: 'hex' });
    expect(appStore.getState().views.b?.mode).toBe('both');
  });

  it('what is not there is left alone', () => {
    const before = appStore.getState().views;
    appStore.getState().move('nobody', 5, {});
    appStore.getState().updateFile(file({ id: 'nobody' }));
    expect(appStore.getState().views).toBe(before);
  });
});

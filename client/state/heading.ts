/** Where the text view of a file is sent to, while the rows of that place could not be had yet: other parts of the window say so, too. */
import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

interface HeadingStore {
  readonly byFile: Readonly<Record<string, number | null>>;
}

const headingStore = createStore<HeadingStore>()(() => ({ byFile: {} }));

function tell(fileId: string, offset: number | null): void {
  const { byFile } = headingStore.getState();
  if ((byFile[fileId] ?? null) !== offset) headingStore.setState({ byFile: { ...byFile, [fileId]: offset } });
}

/** The byte that is waited for; null: none is. */
export function useHeading(fileId: string | null): number | null {
  return useStore(headingStore, ({ byFile }) => (fileId === null ? null : (byFile[fileId] ?? null)));
}

/** What a view of the file waits for: `offset`, else that for which the one waits that speaks for the file. */
export function useToldHeading(fileId: string, offset: number | null, speaks: boolean): number | null {
  const told = useHeading(fileId);
  useEffect(() => {
    if (!speaks) return undefined;
    tell(fileId, offset);
    return () => tell(fileId, null);
  }, [fileId, offset, speaks]);
  return speaks ? offset : (offset ?? told);
}

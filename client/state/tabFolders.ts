/** What tells files of one name from each other. Pure. */

/**
 * For each path the folders that tell it from the others of the same name, as few as that takes; null where the name does. What
 * cannot be told (one file twice) is null as well.
 */
export function tabFolders(paths: readonly string[]): readonly (string | null)[] {
  const parts = paths.map((path) => path.split('/'));
  const suffix = (index: number, folders: number): string => (parts[index] ?? []).slice(-1 - folders).join('/');
  return paths.map((path, index) => {
    const others = paths.flatMap((other, at) => (other !== path && suffix(at, 0) === suffix(index, 0) ? [at] : []));
    if (others.length === 0) return null;
    for (let folders = 1; folders < (parts[index]?.length ?? 0); folders++) {
      if (others.some((at) => suffix(at, folders) === suffix(index, folders))) continue;
      return suffix(index, folders).split('/').slice(0, -1).join('/');
    }
    return null;
  });
}

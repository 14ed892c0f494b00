import { expect, test } from 'vitest';
import { openLibrary } from '../../../server/source/foreign.ts';

test.runIf(process.platform === 'linux')(
  'a library and its functions are made once, however many files are opened',
  () => {
    const libc = openLibrary(null);
    expect(libc).not.toBeNull();
    expect(openLibrary(null)).toBe(libc);
    const getpid = libc?.find('getpid', 'int', []);
    expect(getpid?.()).toBe(process.pid);
    expect(openLibrary(null)?.find('getpid', 'int', [])).toBe(getpid);
    expect(libc?.find('no_such_function', 'int', [])).toBeNull();
    expect(openLibrary('no-such-library.so')).toBeNull();
  },
);

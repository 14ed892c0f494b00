/**
 * The map engine on Windows, by kernel32. Written from the manual and never run: openSource compares its first bytes with a
 * positional read, and uses positional reads for good when anything differs.
 *
 * Windows tells nobody which pages of a file are in memory, so a copy may wait for the disk: it runs on a thread of koffi, and
 * the lease lasts until it is done. (It also forbids others to cut the file while a part of it is mapped.)
 */
import { fstatSync } from 'node:fs';
import type { Copier } from './fileSource.ts';
import { addressOf, type Library, openLibrary } from './foreign.ts';
import { type Mapper, SegmentMap } from './segmentMap.ts';

const PAGE_READONLY = 2;
const FILE_MAP_READ = 4;
const SEGMENT_BYTES = 2 ** 28;
const MAX_SEGMENTS = 8;

/** Null where a call is missing. */
export function windowsCopier(fd: number): Copier | null {
  const kernel = openLibrary('kernel32.dll');
  const mapper = kernel && windowsMapper(kernel);
  const self = kernel?.find('GetCurrentProcess', 'intptr_t', [])?.();
  const types = ['intptr_t', 'uintptr_t', 'uintptr_t', 'size_t', 'uintptr_t'] as const;
  const readMemory = kernel?.findAsync('ReadProcessMemory', 'int', types);
  if (!mapper || self === undefined || !readMemory) return null;

  const segments = new SegmentMap(mapper, fd, SEGMENT_BYTES, MAX_SEGMENTS);
  return {
    engine: 'map',
    async copy(offset, target, length) {
      const targetAddress = addressOf(target);
      for (let done = 0; done < length; ) {
        const lease = segments.lease(offset + done, offset + length);
        if (!lease) return false;
        const run = Math.min(length - done, lease.length);
        try {
          // ReadProcessMemory copies all or fails. `target` is held by this closure until it is done.
          if (!(await readMemory(self, lease.address, targetAddress + done, run, 0))) return false;
        } finally {
          lease.end();
        }
        done += run;
      }
      return target.length >= length;
    },
    close: () => segments.close(),
  };
}

function windowsMapper(kernel: Library): Mapper | null {
  const handleTypes = ['intptr_t', 'uintptr_t', 'uint', 'uint', 'uint', 'uintptr_t'] as const;
  const createMapping = kernel.find('CreateFileMappingW', 'intptr_t', handleTypes);
  const mapView = kernel.find('MapViewOfFile', 'uintptr_t', ['intptr_t', 'uint', 'uint', 'uint', 'size_t']);
  const unmapView = kernel.find('UnmapViewOfFile', 'int', ['uintptr_t']);
  const closeHandle = kernel.find('CloseHandle', 'int', ['intptr_t']);
  // Node's descriptors belong to its own C runtime; libuv, which node.exe exports, knows the handles behind them.
  const handleOf = openLibrary(null)?.find('uv_get_osfhandle', 'intptr_t', ['int']);
  if (!createMapping || !mapView || !unmapView || !closeHandle || !handleOf) return null;
  return {
    map(fd, offset, length) {
      const inside = Math.min(length, fstatSync(fd).size - offset);
      if (inside <= 0) return null;
      const section = createMapping(handleOf(fd), 0, PAGE_READONLY, 0, 0, 0);
      if (section === 0) return null;
      const address = Number(mapView(section, FILE_MAP_READ, Math.floor(offset / 2 ** 32), offset % 2 ** 32, inside));
      // The view keeps the section alive.
      closeHandle(section);
      return address === 0 ? null : { address, length: inside };
    },
    unmap({ address }) {
      unmapView(address);
    },
  };
}

import type { Mapping } from './segmentMap.ts';

/**
 * What one touch may bring into the resident set: where the page cache holds the file in large folios, the system maps the
 * whole folio, up to 2 MiB. (Counting 64 KiB a touch, a budget of 24 MiB grew to 330–550 MiB on Linux 6.18; MADV_NOHUGEPAGE
 * changes nothing about that but makes a copy 2 to 4 times as slow.)
 */
const REGION_BYTES = 2 * 1024 * 1024;

/** 48 MiB: at 16 MiB random 64 KiB copies take 5 % longer, at 64 MiB the server comes near 200 MiB in all. */
const MAX_REGIONS = 24;

/**
 * Keeps the part of the mappings that counts as this process's memory below MAX_REGIONS regions, by giving all of it back to
 * the page cache when as many have been touched. Reading again what was given back takes a page fault and no disk.
 */
export class ResidentSet {
  readonly #regions = new Set<number>();
  readonly #release: (address: number, length: number) => void;

  constructor(release: (address: number, length: number) => void) {
    this.#release = release;
  }

  /** To be called before the run is copied; `mappings` is everything mapped. */
  touch(address: number, length: number, mappings: Iterable<Mapping>): void {
    const first = Math.floor(address / REGION_BYTES);
    const last = Math.floor((address + length - 1) / REGION_BYTES);
    for (let region = first; region <= last; region++) {
      if (this.#regions.size >= MAX_REGIONS && !this.#regions.has(region)) {
        for (const mapping of mappings) this.#release(mapping.address, mapping.length);
        this.#regions.clear();
      }
      this.#regions.add(region);
    }
  }
}

import { describe, expect, it } from 'vitest';
import { ApiError, NetworkError } from '../../../client/api/errors.ts';
import type { Clock } from '../../../client/cache/clock.ts';
import { type FilterBackend, FilterRunner } from '../../../client/filter/filterRunner.ts';
import {
  changeLayer,
  type FilterSet,
  moveLayer,
  NO_FILTER,
  withLayer,
  withoutLayer,
} from '../../../client/filter/filterSet.ts';
import { type FilterState, NO_STATE } from '../../../client/filter/filterState.ts';
import { DEFAULT_SWITCHES, type SearchQuery } from '../../../client/search/query.ts';
import type { FilterRequest, FilterStatus, SearchRequest, SearchStatus } from '../../../shared/protocol.ts';

const text = (pattern: string): SearchQuery => ({ ...DEFAULT_SWITCHES, kind: 'text', pattern, flags: '' });
const include = (set: FilterSet, pattern: string): FilterSet => withLayer(set, text(pattern), 'include') ?? set;

/** A clock that runs only when it is told to. */
class HandClock implements Clock {
  time = 0;
  #delays: { at: number; run: () => void }[] = [];
  now = (): number => this.time;
  frame = (): void => {};
  delay = (ms: number, run: () => void): (() => void) => {
    const entry = { at: this.time + ms, run };
    this.#delays.push(entry);
    return () => {
      this.#delays = this.#delays.filter((other) => other !== entry);
    };
  };
  async pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step += 10) {
      this.time += 10;
      for (const entry of this.#delays.filter(({ at }) => at <= this.time)) {
        this.#delays = this.#delays.filter((other) => other !== entry);
        entry.run();
      }
      for (let i = 0; i < 30; i++) await Promise.resolve();
    }
  }
}

class FakeServer {
  readonly searches = new Map<string, SearchRequest>();
  readonly filters = new Map<string, FilterRequest>();
  readonly log: string[] = [];
  generation = 1;
  size = 1_000;
  running = false;
  fails: Error | null = null;
  #last = 0;

  #check(what: string): void {
    this.log.push(what);
    if (this.fails) throw this.fails;
  }

  #gone(): never {
    throw new ApiError(404, { code: 'not-found', message: 'There is no such thing' }, null);
  }

  backend(): FilterBackend {
    const shared = () => ({
      generation: this.generation,
      size: this.size,
      complete: !this.running,
      running: this.running,
      stale: false,
      elapsedMs: 1,
      error: null,
    });
    return {
      searches: {
        create: async (_file, request) => {
          this.#check(`search ${request.pattern}`);
          if (request.pattern === 'bad(')
            throw new ApiError(400, { code: 'bad-pattern', message: 'the bracket is never closed' }, null);
          this.#last += 1;
          this.searches.set(`s${this.#last}`, request);
          return { id: `s${this.#last}` };
        },
        status: async (_file, id): Promise<SearchStatus> => {
          this.#check(`status ${id}`);
          if (!this.searches.has(id)) this.#gone();
          return { id, ...shared(), cancelled: false, hits: 5, scannedBytes: this.size };
        },
        histogram: async () => ({
          generation: this.generation,
          size: this.size,
          buckets: [1],
          total: 1,
          complete: true,
        }),
        remove: async (_file, id) => {
          this.log.push(`free ${id}`);
          this.searches.delete(id);
        },
      },
      filters: {
        create: async (_file, request) => {
          this.#check('filter');
          if (request.layers.some(({ search }) => !this.searches.has(search))) this.#gone();
          this.#last += 1;
          this.filters.set(`f${this.#last}`, request);
          return { id: `f${this.#last}` };
        },
        status: async (_file, id): Promise<FilterStatus> => {
          this.#check(`status ${id}`);
          if (!this.filters.has(id)) this.#gone();
          return { id, ...shared(), rows: 7, matches: 5, decidedBytes: this.size, version: 3 };
        },
        remove: async (_file, id) => {
          this.log.push(`free ${id}`);
          this.filters.delete(id);
        },
      },
    };
  }
}

function start() {
  const server = new FakeServer();
  const clock = new HandClock();
  const seen = { state: NO_STATE as FilterState };
  const file = { size: 1_000, generation: 1, encoding: null as string | null, start: 0 };
  const host = {
    file: () => file,
    encoding: () => file.encoding,
    from: () => 77,
    start: () => file.start,
    onChange: (state: FilterState) => {
      seen.state = state;
    },
  };
  const runner = new FilterRunner('x', server.backend(), host, clock);
  const patterns = (): string[] => [...server.searches.values()].map(({ pattern }) => pattern);
  const begun = (): string[] => server.log.filter((entry) => entry.startsWith('search'));
  return { server, clock, seen, file, runner, patterns, begun };
}

describe('what keeps a filter made on the server', () => {
  it('searches each layer for whole lines from what is in view, and combines them', async () => {
    const { server, clock, seen, runner } = start();
    const both = withLayer(include(NO_FILTER, 'a'), text('b'), 'exclude') ?? NO_FILTER;
    runner.update({ ...both, combine: 'all', before: 2, after: 1 }, true);
    await clock.pass(100);
    expect([...server.searches.values()]).toMatchObject([
      { pattern: 'a', report: 'lines', from: 77 },
      { pattern: 'b', report: 'lines', from: 77 },
    ]);
    expect([...server.filters.values()]).toEqual([
      {
        layers: [
          { search: 's1', role: 'include' },
          { search: 's2', role: 'exclude' },
        ],
        combine: 'all',
        before: 2,
        after: 1,
      },
    ]);
    expect(seen.state.rows).toMatchObject({ id: 'f3', layers: [1, 2], apart: true, status: { rows: 7 } });
    expect(seen.state.layers[1]?.status?.hits).toBe(5);
  });

  it('leaves out what is hidden, and brings it back without searching again', async () => {
    const { server, clock, file, runner, begun } = start();
    runner.update(include(NO_FILTER, 'a'), true);
    await clock.pass(300);
    file.start = 500;
    runner.look();
    await clock.pass(300);
    expect([...server.filters.values()]).toMatchObject([{ layers: [{ search: 's1' }], from: 500 }]);
    file.start = 0;
    runner.look();
    await clock.pass(300);
    expect([...server.filters.values()]).toHaveLength(1);
    expect([...server.filters.values()][0]).not.toHaveProperty('from');
    expect(begun()).toHaveLength(1);
  });

  it('begins nothing for a file that is not shown, or while the filter is off', async () => {
    const { server, clock, runner } = start();
    runner.update(include(NO_FILTER, 'a'), false);
    await clock.pass(300);
    runner.update({ ...include(NO_FILTER, 'a'), on: false }, true);
    await clock.pass(300);
    expect(server.log).toEqual([]);
  });

  it('searches no layer twice when layers are turned off and on, moved, coloured, or the filter is off for a while', async () => {
    const { server, clock, runner, begun } = start();
    const set = include(include(NO_FILTER, 'a'), 'b');
    for (const next of [
      set,
      changeLayer(set, 1, { on: false }),
      set,
      moveLayer(set, 2, 0),
      changeLayer(set, 1, { tint: 9, name: 'n' }),
    ]) {
      runner.update(next, true);
      await clock.pass(100);
    }
    const filters = server.filters.size;
    runner.update({ ...set, on: false }, true);
    await clock.pass(100);
    runner.update(changeLayer(set, 1, { tint: 9 }), true);
    await clock.pass(100);
    expect(begun()).toEqual(['search a', 'search b']);
    expect(filters).toBe(1);
    expect(server.filters.size).toBe(1);
    expect(server.searches.size).toBe(2);
  });

  it('frees what a deleted or changed layer had, and everything with the last one', async () => {
    const { server, clock, runner, patterns } = start();
    const set = include(include(NO_FILTER, 'a'), 'b');
    runner.update(set, true);
    await clock.pass(100);
    runner.update(changeLayer(set, 1, { query: text('c') }), true);
    await clock.pass(100);
    expect(patterns()).toEqual(['b', 'c']);
    runner.update(withoutLayer(set, 1), true);
    await clock.pass(100);
    expect(patterns()).toEqual(['b']);
    runner.update(withoutLayer(withoutLayer(set, 1), 2), true);
    await clock.pass(100);
    expect([server.searches.size, server.filters.size]).toEqual([0, 0]);
  });

  it('leaves a layer out whose pattern is refused, and says why', async () => {
    const { server, clock, seen, runner } = start();
    runner.update(include(include(NO_FILTER, 'bad('), 'b'), true);
    await clock.pass(100);
    expect(seen.state.layers[1]).toMatchObject({ id: null, problem: 'the bracket is never closed' });
    expect([...server.filters.values()][0]?.layers.length).toBe(1);
    expect(seen.state.rows?.layers).toEqual([2]);
  });

  it('makes again what the server has forgotten, and only that', async () => {
    const { server, clock, file, runner, begun, patterns } = start();
    runner.update(include(include(NO_FILTER, 'a'), 'b'), true);
    await clock.pass(100);
    server.searches.delete('s2');
    server.filters.clear();
    server.size = file.size = 2_000;
    runner.look();
    await clock.pass(1_000);
    expect(patterns()).toEqual(['a', 'b']);
    expect(begun()).toEqual(['search a', 'search b', 'search b']);
    expect(server.filters.size).toBe(1);
  });

  it('makes everything again for another generation of the file, or another encoding', async () => {
    const { server, clock, file, seen, runner, begun } = start();
    runner.update(include(NO_FILTER, 'a'), true);
    await clock.pass(100);
    server.generation = file.generation = 2;
    runner.look();
    await clock.pass(300);
    expect(begun().length).toBe(2);
    expect(seen.state.rows?.status?.generation).toBe(2);
    file.encoding = 'utf-16le';
    runner.look();
    await clock.pass(300);
    expect([...server.searches.values()]).toMatchObject([{ encoding: 'utf-16le' }]);
    expect([server.searches.size, server.filters.size]).toEqual([1, 1]);
  });

  it('follows growth, rests when everything is done, and goes on by itself after an outage', async () => {
    const { server, clock, file, seen, runner } = start();
    runner.update(include(NO_FILTER, 'a'), true);
    await clock.pass(200);
    const quiet = server.log.length;
    await clock.pass(5_000);
    expect(server.log.length).toBe(quiet);
    file.size = 1_500;
    server.fails = new NetworkError('The server cannot be reached');
    runner.look();
    await clock.pass(200);
    expect(seen.state.problem).toBe('The server cannot be reached');
    server.fails = null;
    server.size = 1_500;
    await clock.pass(3_000);
    expect(seen.state.problem).toBeNull();
    expect(seen.state.rows?.status?.size).toBe(1_500);
  });

  it('frees everything when the page goes', async () => {
    const { server, clock, runner } = start();
    runner.update(include(NO_FILTER, 'a'), true);
    await clock.pass(100);
    runner.release();
    expect([server.searches.size, server.filters.size]).toEqual([0, 0]);
  });
});

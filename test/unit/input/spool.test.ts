import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Spool, type SpoolTarget } from '../../../server/input/spool.ts';

const MIB = 2 ** 20;

/** A disk of `capacity` bytes that writes when it is told to. */
class Disk implements SpoolTarget {
  bytes: Buffer = Buffer.alloc(0);
  capacity = Number.POSITIVE_INFINITY;
  free = Number.POSITIVE_INFINITY;
  code: string | null = null;
  /** It does not say how much room there is. */
  roomCode: string | null = null;
  /** Most bytes taken at once. */
  atOnce = Number.POSITIVE_INFINITY;
  #waiting: (() => void) | null = null;
  held = false;

  async write(parts: readonly Uint8Array[], offset: number): Promise<number> {
    if (this.held) await new Promise<void>((go) => (this.#waiting = go));
    expect(offset).toBe(this.bytes.length);
    if (this.code !== null) throw Object.assign(new Error(this.code), { code: this.code });
    const whole = Buffer.concat(parts);
    const count = Math.min(whole.length, this.atOnce, this.capacity - this.bytes.length);
    if (count === 0) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    this.bytes = Buffer.concat([this.bytes, whole.subarray(0, count)]);
    return count;
  }

  room(): number {
    if (this.roomCode !== null) throw Object.assign(new Error(this.roomCode), { code: this.roomCode });
    return this.free;
  }

  go(): void {
    this.held = false;
    this.#waiting?.();
  }
}

let disk: Disk;
let input: PassThrough;
let states: string[];
let spool: Spool;

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await turn();
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  disk = new Disk();
  input = new PassThrough({ highWaterMark: 65_536 });
  states = [];
  spool = new Spool(input, disk, ({ state }) => states.push(state));
});
afterEach(() => {
  spool.stop();
  vi.useRealTimers();
});

describe('what comes on standard input', () => {
  it('is written in order, and its end is said once all is there', async () => {
    disk.held = true;
    input.write('one ');
    input.end('two');
    await settle();
    expect(states).toEqual([]);
    disk.go();
    await settle();
    expect(disk.bytes.toString()).toBe('one two');
    expect(states).toEqual(['ended']);
  });

  it('is nothing at all when it ends at once', async () => {
    input.end();
    await settle();
    expect(spool.status).toEqual({ state: 'ended', message: null });
    expect(disk.bytes.length).toBe(0);
  });

  it('is not read while the disk is behind, which is said when it lasts', async () => {
    disk.held = true;
    for (let n = 0; n < 40; n++) input.write(Buffer.alloc(MIB, n));
    await settle();
    expect(input.isPaused()).toBe(true);
    expect(input.writableNeedDrain).toBe(true);
    vi.advanceTimersByTime(2_100);
    expect(spool.status.state).toBe('slow');
    disk.go();
    await settle();
    expect(states).toEqual(['slow', 'open']);
    expect(disk.bytes.length).toBe(40 * MIB);
    expect(disk.bytes[39 * MIB]).toBe(39);
  });

  it('waits for room before others lack it, and goes on by itself', async () => {
    disk.free = 0;
    input.write('kept');
    await settle();
    expect(states).toEqual(['full']);
    expect(disk.bytes.length).toBe(0);
    expect(input.isPaused()).toBe(true);
    vi.advanceTimersByTime(1_000);
    await settle();
    expect(disk.bytes.length).toBe(0);
    disk.free = 1e12;
    vi.advanceTimersByTime(1_000);
    await settle();
    expect(disk.bytes.toString()).toBe('kept');
    expect(states).toEqual(['full', 'open']);
    input.end(' all');
    await settle();
    expect(disk.bytes.toString()).toBe('kept all');
    expect(spool.status.state).toBe('ended');
  });

  it('loses nothing when the disk is full in the middle of a write', async () => {
    disk.capacity = 6;
    input.write('0123456789');
    input.end('abc');
    await settle();
    expect(disk.bytes.toString()).toBe('012345');
    expect(spool.status.state).toBe('full');
    disk.capacity = 100;
    vi.advanceTimersByTime(1_000);
    await settle();
    expect(disk.bytes.toString()).toBe('0123456789abc');
    expect(spool.status.state).toBe('ended');
  });

  it('says why it cannot be kept, and tries again', async () => {
    disk.code = 'EIO';
    input.write('x');
    await settle();
    expect(spool.status).toMatchObject({ state: 'slow', message: expect.stringContaining('EIO') });
    disk.code = null;
    vi.advanceTimersByTime(1_000);
    await settle();
    expect(disk.bytes.toString()).toBe('x');
    expect(spool.status).toEqual({ state: 'open', message: null });
  });

  it('comes once, however often the disk does not say how much room it has', async () => {
    disk.roomCode = 'ENOENT';
    input.write('once');
    await settle();
    for (let tries = 0; tries < 4; tries++) {
      vi.advanceTimersByTime(1_000);
      await settle();
    }
    expect(spool.status).toMatchObject({ state: 'slow', message: expect.stringContaining('ENOENT') });
    disk.roomCode = null;
    vi.advanceTimersByTime(1_000);
    await settle();
    expect(disk.bytes.toString()).toBe('once');
    expect(spool.status).toEqual({ state: 'open', message: null });
  });

  it('can fail to be read, which is the end', async () => {
    input.write('x');
    await settle();
    input.destroy(Object.assign(new Error('gone'), { code: 'EIO' }));
    await settle();
    expect(spool.status).toMatchObject({ state: 'failed', message: expect.stringContaining('EIO') });
    expect(disk.bytes.toString()).toBe('x');
  });

  it('is what was written, whatever the disk takes at once and however often it is full', async () => {
    const part = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const step = fc.record({ part, atOnce: fc.integer({ min: 1, max: 50 }), room: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const own = new Disk();
        const source = new PassThrough();
        const one = new Spool(source, own, () => undefined);
        for (const { part: bytes, atOnce, room } of steps) {
          own.atOnce = atOnce;
          own.code = room ? null : 'ENOSPC';
          source.write(bytes);
          await settle();
          vi.advanceTimersByTime(1_000);
          await settle();
        }
        own.code = null;
        source.end();
        vi.advanceTimersByTime(1_000);
        await settle();
        expect(own.bytes).toEqual(Buffer.concat(steps.map(({ part: bytes }) => bytes)));
        expect(one.status.state).toBe('ended');
      }),
      { numRuns: 60, seed: 4 },
    );
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dropHeld, holdBehindMoves, releaseHeld } from '../../../client/state/commandOrder.ts';
import { registerCommands, runCommand } from '../../../client/state/commandRegistry.ts';

describe('the order of keys', () => {
  let waiting = false;
  const done: string[] = [];
  const undo: (() => void)[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    waiting = false;
    done.length = 0;
    undo.push(
      holdBehindMoves(() => waiting),
      registerCommands({
        'copy.text': () => done.push('copy'),
        'view.toggle': () => done.push('toggle'),
        'select.clear': () => done.push('clear'),
        'move.down': () => done.push('down'),
        'jump.goto': () => done.push('goto'),
      }),
    );
  });
  afterEach(() => {
    for (const each of undo.splice(0)) each();
    vi.useRealTimers();
  });

  it('holds what acts on the cursor behind moves that wait, and nothing else', () => {
    runCommand('copy.text');
    waiting = true;
    for (const id of ['move.down', 'copy.text', 'view.toggle', 'jump.goto', 'select.clear'] as const) {
      expect(runCommand(id)).toBe(true);
    }
    expect(done).toEqual(['copy', 'down', 'goto', 'clear']);
    waiting = false;
    releaseHeld();
    expect(done).toEqual(['copy', 'down', 'goto', 'clear', 'copy', 'toggle']);
    releaseHeld();
    expect(done).toHaveLength(6);
  });

  it('does not wait for ever, nor for a view that is gone', () => {
    waiting = true;
    runCommand('copy.text');
    vi.advanceTimersByTime(1_499);
    expect(done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(done).toEqual(['copy']);
    runCommand('view.toggle');
    undo.shift()?.();
    expect(done).toEqual(['copy', 'toggle']);
  });

  it('gives up what was held when the moves are given up', () => {
    waiting = true;
    runCommand('copy.text');
    dropHeld();
    vi.advanceTimersByTime(5_000);
    expect(done).toEqual([]);
  });

  it('says that nobody can do a command rather than keep it', () => {
    waiting = true;
    expect(runCommand('copy.hex')).toBe(false);
  });
});

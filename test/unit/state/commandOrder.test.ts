import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdBehindMoves } from '../../../client/state/commandOrder.ts';
import { registerCommands, runCommand } from '../../../client/state/commandRegistry.ts';

describe('the order of keys', () => {
  let waiting = false;
  let kept: (() => void)[] = [];
  const done: string[] = [];
  const undo: (() => void)[] = [];

  beforeEach(() => {
    waiting = false;
    kept = [];
    done.length = 0;
    undo.push(
      holdBehindMoves((act) => {
        if (waiting) kept.push(act);
        return waiting;
      }),
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
  });

  it('holds what acts on the cursor behind moves that wait, and nothing else', () => {
    runCommand('copy.text');
    waiting = true;
    for (const id of ['move.down', 'copy.text', 'view.toggle', 'jump.goto', 'select.clear'] as const) {
      expect(runCommand(id)).toBe(true);
    }
    expect(done).toEqual(['copy', 'down', 'goto', 'clear']);
    for (const act of kept) act();
    expect(done.slice(4)).toEqual(['copy', 'toggle']);
  });

  it('holds nothing for a view that is gone', () => {
    waiting = true;
    undo.shift()?.();
    runCommand('copy.text');
    expect(done).toEqual(['copy']);
  });

  it('says that nobody can do a command rather than keep it', () => {
    waiting = true;
    expect(runCommand('copy.hex')).toBe(false);
    expect(kept).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { canRun, commandForEvent, registerCommands, runCommand } from '../../../client/state/commandRegistry.ts';
import { COMMANDS } from '../../../client/state/commands.ts';
import { ariaChord, type KeyPress, keycaps, parseChord } from '../../../client/state/keys.ts';

/** A key press on a US layout, written as a chord. */
function press(text: string, over: Partial<KeyPress> = {}): KeyPress {
  const parts = text === '+' ? ['+'] : text.split('+');
  const key = parts[parts.length - 1] ?? '';
  const code = /^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : key;
  return {
    key,
    code,
    ctrlKey: parts.includes('Ctrl'),
    metaKey: parts.includes('Meta'),
    altKey: parts.includes('Alt'),
    shiftKey: parts.includes('Shift'),
    ...over,
  };
}

const idOf = (event: KeyPress, mac = false): string | null => commandForEvent(event, 'rows', mac)?.command.id ?? null;

describe('commands and keys', () => {
  it('names every command and every chord once', () => {
    const ids = COMMANDS.map((command) => command.id);
    expect(new Set(ids).size).toBe(ids.length);
    const chords = COMMANDS.flatMap((command) => command.keys).map((text) => JSON.stringify(parseChord(text)));
    expect(new Set(chords).size).toBe(chords.length);
  });

  it('every chord of the table leads to its own command', () => {
    let checked = 0;
    for (const command of COMMANDS) {
      for (const text of command.keys) {
        const chord = parseChord(text);
        const event: KeyPress = {
          key:
            chord.key === 'Space' ? ' ' : chord.shift && chord.key.length === 1 ? chord.key.toUpperCase() : chord.key,
          code: /^[a-z]$/.test(chord.key) ? `Key${chord.key.toUpperCase()}` : chord.key,
          ctrlKey: chord.ctrl,
          metaKey: false,
          altKey: chord.alt,
          shiftKey: chord.shift ?? /[:?>$+]/.test(chord.key),
        };
        expect(idOf(event), text).toBe(command.id);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(COMMANDS.length / 2);
  });

  it.each([
    ['g', false, 'move.fileStart'],
    ['G', true, 'move.fileEnd'],
  ])('%s keeps its meaning with and without Caps Lock', (key, shiftKey, id) => {
    const swapped = shiftKey ? key.toLowerCase() : key.toUpperCase();
    const getModifierState = (): boolean => true;
    expect(idOf(press(key, { shiftKey }))).toBe(id);
    expect(idOf(press(key, { shiftKey: false }))).toBe(id);
    expect(idOf(press(swapped, { shiftKey, getModifierState }))).toBe(id);
    // macOS gives the capital for Shift with Caps Lock.
    if (shiftKey) expect(idOf(press(key, { shiftKey, getModifierState }))).toBe(id);
  });

  it('takes the place of the key where the layout has no Latin letters, and never for other Latin layouts', () => {
    expect(idOf(press('о', { code: 'KeyJ' }))).toBe('move.down');
    // Dvorak: the key at KeyC types j.
    expect(idOf(press('j', { code: 'KeyC' }))).toBe('move.down');
    expect(idOf(press('Alt+a', { key: 'å', code: 'KeyA' }), true)).toBe('view.radix');
  });

  it('characters typed with AltGr are characters', () => {
    expect(idOf(press('\\', { ctrlKey: true, altKey: true, code: 'Minus' }))).toBe('view.both');
    expect(idOf(press('Ctrl+Alt+g'))).toBeNull();
  });

  it('takes a digit with Ctrl and Shift by its key, whatever the layout types there', () => {
    expect(idOf(press('Ctrl+Shift+3', { key: '#', code: 'Digit3' }))).toBe('highlight.quick3');
    expect(idOf(press('Ctrl+Shift+3', { key: '§', code: 'Digit3' }))).toBe('highlight.quick3');
    expect(idOf(press('Ctrl+Shift+0', { key: ')', code: 'Digit0' }))).toBe('highlight.clear');
    expect(idOf(press('Meta+Shift+9', { key: '9', code: 'Digit9' }), true)).toBe('highlight.quick9');
    expect(idOf(press('$', { code: 'Digit4', shiftKey: true }))).toBe('move.rowEnd');
    expect(idOf(press('Ctrl+0', { code: 'Digit0' }))).toBe('view.sizeReset');
  });

  it('modifiers must match, Cmd stands for Ctrl on a Mac', () => {
    expect(idOf(press('Ctrl+g'))).toBe('jump.goto');
    expect(idOf(press('Meta+g'))).toBeNull();
    expect(idOf(press('Meta+g'), true)).toBe('jump.goto');
    expect(idOf(press('Ctrl+g'), true)).toBeNull();
    expect(idOf(press('Ctrl+j'))).toBeNull();
    expect(idOf(press('Alt+j'))).toBeNull();
  });

  it('Shift extends on moving keys only', () => {
    const match = (text: string) => commandForEvent(press(text), 'rows', false);
    expect(match('Shift+ArrowDown')).toMatchObject({ command: { id: 'move.down' }, extend: true });
    expect(match('Ctrl+Shift+End')).toMatchObject({ command: { id: 'move.fileEnd' }, extend: true });
    expect(match('Shift+PageUp')).toMatchObject({ command: { id: 'move.pageUp' }, extend: true });
    expect(match('ArrowDown')).toMatchObject({ extend: false });
    expect(idOf(press(' ', { shiftKey: true, code: 'Space' }))).toBe('move.pageUp');
    expect(idOf(press(' ', { code: 'Space' }))).toBe('move.pageDown');
    expect(idOf(press('Shift+Escape'))).toBeNull();
  });

  it('keys of the rows mean nothing elsewhere', () => {
    for (const command of COMMANDS.filter(({ scope }) => scope === 'rows')) {
      for (const text of command.keys) {
        const found = commandForEvent(press(text.replace('Space', ' ')), 'global', false);
        expect(found, text).toBeNull();
      }
    }
  });

  it('the last to register has the command, and gives it back', () => {
    const calls: string[] = [];
    const first = registerCommands({ 'move.up': ({ extend }) => calls.push(`first ${extend}`) });
    const second = registerCommands({ 'move.up': () => calls.push('second') });
    expect(runCommand('move.up')).toBe(true);
    second();
    runCommand('move.up', { extend: true });
    first();
    expect(canRun('move.up')).toBe(false);
    expect(runCommand('move.up')).toBe(false);
    expect(calls).toEqual(['second', 'first true']);
  });

  it('shows keycaps as they are printed on keyboards', () => {
    expect(keycaps('Ctrl+Home', false)).toEqual(['Ctrl', 'Home']);
    expect(keycaps('Ctrl+K', true)).toEqual(['⌘', 'K']);
    expect(keycaps('G', false)).toEqual(['Shift', 'G']);
    expect(keycaps('g', false)).toEqual(['g']);
    expect(keycaps('Alt+ArrowLeft', false)).toEqual(['Alt', '←']);
    expect(keycaps('Ctrl++', false)).toEqual(['Ctrl', '+']);
    expect(keycaps(':', false)).toEqual([':']);
    expect(ariaChord('Ctrl+G', false)).toBe('Control+G');
  });
});

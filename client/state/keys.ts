/**
 * Matching keyboard events against chords such as `Ctrl+Shift+K`. Pure: an event is any object with the few fields named
 * here. Letters are matched by what they produce and, where the layout has no Latin letters or Alt has changed the letter,
 * by where they lie. Caps Lock changes nothing.
 */

export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly getModifierState?: (name: 'CapsLock') => boolean;
}

export interface Chord {
  /** A letter in lower case, any other printable character as itself, or the name of the key; a space is `Space`. */
  readonly key: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** Null where Shift may or may not be needed to type the character (`:`, `?`). */
  readonly shift: boolean | null;
}

const isLetter = (key: string): boolean => /^[a-z]$/i.test(key);

/** Parses one chord of the command table. */
export function parseChord(text: string): Chord {
  const parts = text.endsWith('++') ? [...text.slice(0, -2).split('+'), '+'] : text === '+' ? ['+'] : text.split('+');
  const key = parts[parts.length - 1] ?? '';
  const modifiers = parts.slice(0, -1);
  const shifted = modifiers.includes('Shift');
  const plain = modifiers.length === 0;
  let shift: boolean | null = shifted;
  if (isLetter(key)) shift = shifted || (plain && key === key.toUpperCase());
  else if (key.length === 1 && !/[0-9]/.test(key)) shift = null;
  return {
    key: isLetter(key) ? key.toLowerCase() : key,
    ctrl: modifiers.includes('Ctrl'),
    alt: modifiers.includes('Alt'),
    shift,
  };
}

function pressedKey(press: KeyPress): string {
  if (press.key === ' ' || press.code === 'Space') return 'Space';
  if (isLetter(press.key)) return press.key.toLowerCase();
  const letter = /^Key([A-Z])$/.exec(press.code)?.[1];
  // With Shift a digit types something else on most layouts: what is meant with Ctrl or Cmd is the key.
  const digit = press.shiftKey && (press.ctrlKey || press.metaKey) ? /^Digit([0-9])$/.exec(press.code)?.[1] : undefined;
  if (digit !== undefined) return digit;
  const foreign = press.key.length === 1 && press.key.charCodeAt(0) > 126;
  if (letter && (foreign || press.key === 'Dead')) return letter.toLowerCase();
  return press.key;
}

/**
 * Whether the press is meant in upper case. Told by the letter, as keyboards on screens do not report Shift; with Caps Lock by
 * Shift, since systems differ in which letter the two give together.
 */
function isShifted(press: KeyPress): boolean {
  if (!isLetter(press.key) || press.ctrlKey || press.metaKey || press.getModifierState?.('CapsLock'))
    return press.shiftKey;
  return press.key !== press.key.toLowerCase();
}

/** True when the press is this chord; `mac` makes Cmd stand for Ctrl. */
export function matchesChord(press: KeyPress, chord: Chord, mac: boolean): boolean {
  const ctrl = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  // AltGr types characters on many layouts and reports Ctrl+Alt; a bare character is then still a bare character.
  const symbol = chord.key.length === 1 && !isLetter(chord.key);
  const altGraph = symbol && !chord.ctrl && !chord.alt && press.ctrlKey && press.altKey && !mac;
  if (!altGraph && (ctrl !== chord.ctrl || press.altKey !== chord.alt || other)) return false;
  if (chord.shift !== null && isShifted(press) !== chord.shift) return false;
  return pressedKey(press) === chord.key;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
  Delete: 'Del',
  ContextMenu: 'Menu',
};

/** The keycaps of a chord as a person reads them, one string a cap. */
export function keycaps(text: string, mac: boolean): readonly string[] {
  const chord = parseChord(text);
  const caps: string[] = [];
  if (chord.ctrl) caps.push(mac ? '⌘' : 'Ctrl');
  if (chord.alt) caps.push(mac ? '⌥' : 'Alt');
  if (chord.shift) caps.push(mac ? '⇧' : 'Shift');
  const bare = caps.length === 0;
  const letter = isLetter(chord.key) && (!bare || chord.shift) ? chord.key.toUpperCase() : chord.key;
  caps.push(NAMES[letter] ?? letter);
  return caps;
}

/** The chord as `aria-keyshortcuts` wants it. */
export function ariaChord(text: string, mac: boolean): string {
  return text.replace(/^Ctrl\+/, mac ? 'Meta+' : 'Control+');
}

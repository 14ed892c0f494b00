/** How standard input is doing, for the file that it is: in a word in the status bar, and in a sentence when something is wrong. */
import { Cable, TriangleAlert } from 'lucide-react';
import type { FileInfo, InputStatus } from '../../../shared/protocol.ts';
import { counted, formatSize } from '../../../shared/units.ts';

const WORDS: Readonly<Record<InputStatus['state'], string>> = {
  open: 'Input open',
  slow: 'Input waits',
  full: 'Input waits',
  ended: 'Input ended',
  failed: 'Input failed',
};

export function InputWord({ file }: { readonly file: FileInfo }) {
  if (file.input === null) return null;
  const { state } = file.input;
  const calm = state === 'open' || state === 'ended';
  return (
    <span
      className={calm ? 'status-item' : 'status-item status-warning'}
      data-tip={`Standard input: ${counted(file.size, 'byte')} so far`}
    >
      <Cable className="icon status-icon" aria-hidden="true" />
      {state === 'ended' ? `${WORDS.ended}, ${formatSize(file.size)}` : WORDS[state]}
    </span>
  );
}

function trouble({ state, message }: InputStatus): string | null {
  if (state === 'full') {
    return 'The disk has hardly any room left, so the input waits; nothing is lost. It goes on by itself when there is room.';
  }
  if (state === 'failed')
    return `${message ?? 'The input cannot be read any more.'} What came before can still be seen.`;
  return message;
}

export function InputNews({ input }: { readonly input: InputStatus }) {
  const says = trouble(input);
  if (says === null) return null;
  return (
    <div className="banner banner-warning" role="status">
      <TriangleAlert className="icon" aria-hidden="true" />
      <p>{says}</p>
    </div>
  );
}

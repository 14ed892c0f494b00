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

/** What stands in place of rows while there are none. */
export function InputEmpty({ state }: InputStatus) {
  switch (state) {
    case 'open':
      return (
        <>
          <p>Nothing has come on standard input yet.</p>
          <p>What comes appears here by itself.</p>
        </>
      );
    case 'slow':
    case 'full':
      return (
        <>
          <p>What has come on standard input waits for the disk.</p>
          <p>It appears here by itself.</p>
        </>
      );
    case 'ended':
      return <p>Standard input ended without a byte.</p>;
    case 'failed':
      return <p>Standard input failed before a byte was there.</p>;
  }
}

function trouble({ state, message }: InputStatus): string | null {
  if (state === 'full') {
    const says =
      'The disk has hardly any room left, so the input waits; nothing is lost. It goes on by itself when there is room.';
    return message === null ? says : `${says} ${message}`;
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

/** Under the command field while an offset or a line is typed: where it leads, or what was not understood. */
import type { GotoOutcome } from '../../../shared/goto.ts';
import { formatCount, formatHex, formatPercent } from '../../../shared/units.ts';
import { useActiveFile } from '../../state/useApp.ts';
import { Keycaps } from './Keycaps.tsx';
import { asLine, type GotoState, targetOf } from './useGoto.ts';

export interface GotoExample {
  readonly input: string;
  readonly meaning: string;
}

export const GOTO_EXAMPLES: readonly GotoExample[] = [
  { input: '1,234,567', meaning: 'byte offset; also 0x12D687 or 12D687h' },
  { input: '+64K', meaning: 'from the cursor; K M G T are binary' },
  { input: '42.7%', meaning: 'share of the file' },
  { input: 'end-1G', meaning: 'back from the end' },
  { input: 'line 5e6', meaning: 'line number, short l5000, or 5000 and Alt+Enter' },
];

function Complaint({
  input,
  outcome,
}: {
  readonly input: string;
  readonly outcome: Extract<GotoOutcome, { kind: 'error' }>;
}) {
  const marked = input.slice(outcome.at, outcome.at + outcome.length);
  return (
    <div className="goto-complaint" role="alert">
      <p className="goto-echo mono" aria-hidden="true">
        {input.slice(0, outcome.at)}
        <mark>{marked === '' ? '\u00a0' : marked}</mark>
        {input.slice(outcome.at + outcome.length)}
      </p>
      <p className="goto-error">{outcome.message}</p>
      <p className="goto-such">Such as 1,234,567 or 0x12D687, +64K, 42.7%, end-1G, line 5000.</p>
    </div>
  );
}

/** What Enter does with a bare number, and how it is a line instead. */
function LineOffer({ input }: { readonly input: string }) {
  if (asLine(input) === null) return null;
  return (
    <p className="goto-keys">
      <span>
        <Keycaps chord="Enter" /> byte {input.trim()}
      </span>
      <span>
        <Keycaps chord="Alt+Enter" /> line {input.trim()}
      </span>
    </p>
  );
}

const printable = (byte: number): string => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·');

function HexLines({ bytes, offset }: { readonly bytes: Uint8Array; readonly offset: number }) {
  const starts = [0, 16, 32].filter((start) => start < bytes.length);
  return starts.map((start) => {
    const row = [...bytes.subarray(start, start + 16)];
    return (
      <p key={start}>
        <span className="goto-gutter">{formatHex(offset + start, 8)}</span>
        <span>
          {row
            .map((byte) => formatHex(byte, 2))
            .join(' ')
            .padEnd(47)}
        </span>
        {'  '}
        <span className="goto-dim">{row.map(printable).join('')}</span>
      </p>
    );
  });
}

/** Control and invisible characters would move or hide what is around them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

function TextLines({ state }: { readonly state: NonNullable<GotoState['preview']> }) {
  return state.lines.map((line) => (
    <p key={line.offset}>
      <span className="goto-gutter">{line.line === null ? '' : formatCount(line.line + 1)}</span>
      <bdi>{(line.text ?? '').replace(/\t/g, '  ').replace(UNSEEN, '·')}</bdi>
    </p>
  ));
}

function Place({ state, text }: { readonly state: GotoState; readonly text: boolean }) {
  const file = useActiveFile();
  const { preview, outcome, problem } = state;
  const target = targetOf(outcome);
  if (!file || !target) return null;
  const offset = target.kind === 'offset' ? target.offset : (preview?.offset ?? null);
  const line = target.kind === 'line' && preview?.exact !== false ? target.line : (preview?.line ?? null);
  return (
    <>
      {outcome.kind === 'outside' && (
        <p className="goto-error goto-note" role="alert">
          {outcome.message} <span className="goto-dim">Enter goes to the nearest place.</span>
        </p>
      )}
      {preview?.exact === false && (
        <p className="goto-warning goto-note">
          The lines are counted up to {formatPercent(file.index.scannedBytes, file.size)} of the file; Enter goes to
          where this line probably is.
        </p>
      )}
      <dl className="goto-facts tabular">
        <div>
          <dt>Offset</dt>
          <dd>{offset === null ? '…' : `${preview?.exact === false ? '~' : ''}${formatCount(offset)}`}</dd>
        </div>
        <div>
          <dt>Hex</dt>
          <dd className="mono">{offset === null ? '…' : formatHex(offset)}</dd>
        </div>
        <div>
          <dt>Line</dt>
          <dd>{line === null ? (preview ? 'not counted yet' : '…') : formatCount(line + 1)}</dd>
        </div>
        <div>
          <dt>In the file</dt>
          <dd>{offset === null ? '…' : formatPercent(offset, Math.max(1, file.size - 1))}</dd>
        </div>
      </dl>
      <div className="goto-content mono" aria-hidden="true">
        {problem !== null && <p className="goto-error">{problem}</p>}
        {preview && (text ? <TextLines state={preview} /> : <HexLines bytes={preview.bytes} offset={preview.offset} />)}
      </div>
    </>
  );
}

export function GotoPanel({
  input,
  state,
  text,
  onExample,
}: {
  readonly input: string;
  readonly state: GotoState;
  /** Preview lines instead of bytes. */
  readonly text: boolean;
  readonly onExample: (input: string) => void;
}) {
  if (state.outcome.kind === 'empty') {
    return (
      <ul className="goto-examples" aria-label="What can be typed">
        {GOTO_EXAMPLES.map(({ input: example, meaning }) => (
          <li key={example}>
            <button
              type="button"
              tabIndex={-1}
              // The field keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => onExample(example)}
            >
              <code className="mono">{example}</code>
              <span>{meaning}</span>
            </button>
          </li>
        ))}
      </ul>
    );
  }
  if (state.outcome.kind === 'error') return <Complaint input={input} outcome={state.outcome} />;
  return (
    <>
      <Place state={state} text={text} />
      <LineOffer input={input} />
    </>
  );
}

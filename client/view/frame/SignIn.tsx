import { useState } from 'react';
import { type MissingReason, signIn } from '../../state/session.ts';
import { continueWithSession } from '../../state/start.ts';
import './signIn.css';

const REASONS: Readonly<Record<MissingReason, string>> = {
  none: 'This page was opened without a link from bigview, so it may not read the file.',
  expired: 'This link was used already, or it is older than a minute.',
  refused: 'bigview was started anew since this page was opened, and no longer knows it.',
  unreachable: 'The server cannot be reached. Is bigview still running in its terminal?',
};

export function SignIn({ reason }: { readonly reason: MissingReason }) {
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (): Promise<void> => {
    const failure = await signIn(text);
    setProblem(failure);
    if (failure === null) continueWithSession();
  };
  return (
    <main className="sign-in">
      <form
        className="sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1 className="sign-in-title">A fresh link is needed</h1>
        <p className="sign-in-reason">{REASONS[reason]}</p>
        <p>
          Press <kbd>Enter</kbd> in the terminal in which bigview runs. It prints a link that works once; open it here,
          or paste it below.
        </p>
        <label className="sign-in-label" htmlFor="sign-in-link">
          Link or token
        </label>
        <div className="sign-in-row">
          <input
            id="sign-in-link"
            className="text-field mono"
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="sign-in-problem"
            aria-invalid={problem !== null}
            // biome-ignore lint/a11y/noAutofocus: the only thing to do on this page
            autoFocus
          />
          <button type="submit" className="button button-primary" disabled={text.trim() === ''}>
            Open
          </button>
        </div>
        <p id="sign-in-problem" className="sign-in-problem" role="alert">
          {problem}
        </p>
      </form>
    </main>
  );
}

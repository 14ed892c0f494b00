import { useId, useState } from 'react';
import { signIn } from '../../state/session.ts';
import { continueWithSession } from '../../state/start.ts';
import './freshLink.css';

/** Takes the link that bigview prints, or its token, and goes on with it. */
export function FreshLink({
  label,
  action,
  first,
}: {
  readonly label: string;
  readonly action: string;
  /** Has the keyboard from the start. */
  readonly first: boolean;
}) {
  const id = useId();
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const submit = async (): Promise<void> => {
    const failure = await signIn(text);
    setProblem(failure);
    if (failure === null) continueWithSession();
  };
  return (
    <form
      className="fresh-link"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <label className="fresh-link-label" htmlFor={id}>
        {label}
      </label>
      <div className="fresh-link-row">
        <input
          id={id}
          className="text-field mono"
          value={text}
          onChange={(event) => setText(event.target.value)}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${id}-problem`}
          aria-invalid={problem !== null}
          // biome-ignore lint/a11y/noAutofocus: only where it is the only thing to do
          autoFocus={first}
        />
        <button type="submit" className="button button-primary" disabled={text.trim() === ''}>
          {action}
        </button>
      </div>
      <p id={`${id}-problem`} className="fresh-link-problem" role="alert">
        {problem}
      </p>
    </form>
  );
}

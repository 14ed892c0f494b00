import type { MissingReason } from '../../state/session.ts';
import { FreshLink } from './FreshLink.tsx';
import './signIn.css';

const REASONS: Readonly<Record<MissingReason, string>> = {
  none: 'This page was opened without a link from bigview, so it may not read the file.',
  expired: 'This link was used already, or it is older than a minute.',
  refused: 'bigview was started anew since this page was opened, and no longer knows it.',
  unreachable: 'The server cannot be reached. Is bigview still running in its terminal?',
};

export function SignIn({ reason }: { readonly reason: MissingReason }) {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1 className="sign-in-title">A fresh link is needed</h1>
        <p className="sign-in-reason">{REASONS[reason]}</p>
        <p>
          Press <kbd>Enter</kbd> in the terminal in which bigview runs. It prints a link that works once; open it here,
          or paste it below.
        </p>
        <FreshLink label="Link or token" action="Open" first />
      </div>
    </main>
  );
}

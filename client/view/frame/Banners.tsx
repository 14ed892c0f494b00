/** What is wrong with the line to the server or with the file, in one line over the panes. Data that is here stays. */
import { CircleX, Hourglass, Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FileInfo } from '../../../shared/protocol.ts';
import { counted } from '../../../shared/units.ts';
import { retryNow, tellRecovered } from '../../state/recovery.ts';
import { type Connection, useUi } from '../../state/ui.ts';
import { FreshLink } from './FreshLink.tsx';
import { InputNews } from './InputState.tsx';
import { PathNews } from './PathNews.tsx';

function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((moment - now) / 1000));
}

/** A line that breaks for a moment heals without a word. */
const PATIENCE_MS = 900;

function useShown(): boolean {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return shown;
}

function Lost({ connection }: { readonly connection: Extract<Connection, { status: 'lost' }> }) {
  const seconds = useSecondsUntil(connection.retryAt);
  if (!useShown()) return null;
  return (
    <div className="banner banner-warning" role="status">
      <Unplug className="icon" aria-hidden="true" />
      <p>
        The server does not answer. What was read already can still be seen; trying again
        <span className="tabular">{seconds > 0 ? ` in ${counted(seconds, 'second')}` : ' now'}</span>.
      </p>
      <button type="button" className="button" onClick={retryNow}>
        Try now
      </button>
    </div>
  );
}

/** The line holds, and so tells no time of the next try. */
function Failing() {
  if (!useShown()) return null;
  return (
    <div className="banner banner-warning" role="status">
      <Unplug className="icon" aria-hidden="true" />
      <p>
        The server is there, but requests for what is shown fail on their way. What was read already can still be seen;
        they are tried again.
      </p>
      <button type="button" className="button" onClick={tellRecovered}>
        Try now
      </button>
    </div>
  );
}

export function Banners({ file }: { readonly file: FileInfo | null }) {
  const connection = useUi((state) => state.connection);
  const failing = useUi((state) => state.failing);
  const slow = useUi((state) => state.slow);
  const fatal = useUi((state) => state.fatal);
  return (
    <>
      {connection.status === 'lost' && <Lost key={connection.since} connection={connection} />}
      {connection.status === 'restarted' && (
        <div className="banner banner-warning" role="status">
          <Unplug className="icon" aria-hidden="true" />
          <p>
            bigview was started anew and no longer knows this page. Press <kbd>Enter</kbd> in its terminal, then open
            the fresh link or paste it here.
          </p>
          <FreshLink label="Link or token" action="Connect" first={false} />
        </div>
      )}
      {failing && connection.status === 'online' && <Failing />}
      {slow && !failing && connection.status === 'online' && (
        <div className="banner" role="status">
          <Hourglass className="icon" aria-hidden="true" />
          <p>The server takes long to answer. What was read already can still be seen.</p>
        </div>
      )}
      {fatal !== null && (
        <div className="banner banner-danger" role="alert">
          <CircleX className="icon" aria-hidden="true" />
          <p>{fatal}</p>
        </div>
      )}
      {file && <PathNews file={file} />}
      {file?.input && <InputNews input={file.input} />}
      {file?.error != null && (
        <div className="banner banner-danger" role="alert">
          <CircleX className="icon" aria-hidden="true" />
          <p>
            <bdi>{file.name}</bdi>: {file.error}
          </p>
        </div>
      )}
    </>
  );
}

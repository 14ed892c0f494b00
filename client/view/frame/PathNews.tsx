/** What has become of the path of the file that is shown, and what can be done about it. */
import { History, Info, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { FileInfo, FileSeam } from '../../../shared/protocol.ts';
import { formatClock } from '../../../shared/units.ts';
import { runCommand } from '../../state/commandRegistry.ts';
import { switchesItself } from '../../state/rotation.ts';
import { appStore } from '../../state/store.ts';

function Told({
  icon: Icon,
  children,
  action,
}: {
  readonly icon: typeof Info;
  readonly children: ReactNode;
  readonly action: ReactNode;
}) {
  // Said once for each file and state; a person who knows need not be told on.
  const [told, setTold] = useState(false);
  if (told) return null;
  return (
    <div className="banner" role="status">
      <Icon className="icon" aria-hidden="true" />
      <p>{children}</p>
      {action}
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => setTold(true)}>
        <X className="icon" aria-hidden="true" />
      </button>
    </div>
  );
}

function Replaced({ file }: { readonly file: FileInfo }) {
  return (
    <Told
      icon={Info}
      action={
        <button type="button" className="button" onClick={() => runCommand('file.switch')}>
          {file.pathError === null ? 'Follow the new one' : 'Try again'}
        </button>
      }
    >
      <bdi>{file.name}</bdi>: another file has this path now
      {file.pathError === null ? '' : ', and it cannot be shown'}. What is shown is the one that was opened, and it
      stays readable.{file.pathError !== null && <> ({file.pathError})</>}
    </Told>
  );
}

function Missing({ file, waits }: { readonly file: FileInfo; readonly waits: boolean }) {
  return (
    <Told icon={Info} action={null}>
      <bdi>{file.name}</bdi>: nothing has this path any more. What is shown is the file that was opened, and it stays
      readable.{waits ? ' A new one will be followed as soon as it is there.' : ''}
    </Told>
  );
}

function Shut({ file }: { readonly file: FileInfo }) {
  return (
    <Told icon={Info} action={null}>
      <bdi>{file.name}</bdi>: its path cannot be opened any more. What is shown is the file that was opened, and it
      stays readable.{file.rotation.followed ? ' A new one will be followed as soon as it can be.' : ''} (
      {file.pathError})
    </Told>
  );
}

function Rotated({ next }: { readonly next: FileSeam }) {
  const { id } = next;
  return (
    <Told
      icon={History}
      action={
        <>
          {id !== null && (
            <button type="button" className="button" onClick={() => appStore.getState().activate(id)}>
              Show the present one
            </button>
          )}
          <button type="button" className="button" onClick={() => runCommand('file.close')}>
            Close
          </button>
        </>
      }
    >
      This is what <bdi>{next.name}</bdi> was until <span className="tabular">{formatClock(next.atMs)}</span>.
    </Told>
  );
}

export function PathNews({ file }: { readonly file: FileInfo }) {
  if (file.role === 'rotated') return file.next && <Rotated key={file.id} next={file.next} />;
  if (file.pathState !== 'replaced' && file.pathError !== null)
    return <Shut key={`${file.id} ${file.pathError}`} file={file} />;
  if (file.pathState === 'missing')
    return <Missing key={`${file.id} missing`} file={file} waits={file.rotation.followed} />;
  // In a moment the new one is shown: no banner comes and goes for that.
  if (file.pathState === 'current' || switchesItself(file)) return null;
  return <Replaced key={`${file.id} ${file.pathError}`} file={file} />;
}

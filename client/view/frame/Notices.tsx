/** Toasts for what happened elsewhere, and the list of all of them behind the bell in the status bar. */
import { Bell, CircleCheck, CircleX, Info, TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { dismissToast, type Notice, uiStore, useUi } from '../../state/ui.ts';
import './notices.css';

const ICONS = { info: Info, success: CircleCheck, warning: TriangleAlert, error: CircleX } as const;
const SHOWN_MS: Readonly<Record<Notice['kind'], number>> = {
  info: 5_000,
  success: 2_500,
  warning: 8_000,
  error: 12_000,
};

function Toast({ notice }: { readonly notice: Notice }) {
  const { id, kind } = notice;
  const Icon = ICONS[kind];
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(id), SHOWN_MS[kind]);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <li className={`toast layer toast-${kind}`}>
      <Icon className="icon" aria-hidden="true" />
      <p>{notice.text}</p>
      <button type="button" className="icon-button" aria-label="Dismiss" onClick={() => dismissToast(id)}>
        <X className="icon" aria-hidden="true" />
      </button>
    </li>
  );
}

export function Toasts() {
  const notices = useUi((state) => state.notices);
  const toasts = useUi((state) => state.toasts);
  const open = useUi((state) => state.noticesOpen);
  const shown = open ? [] : notices.filter(({ id }) => toasts.includes(id));
  return (
    <ul className="toasts" aria-live="polite" aria-label="Notifications">
      {shown.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </ul>
  );
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

function NoticeList() {
  const notices = useUi((state) => state.notices);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div
      ref={box}
      className="notices layer"
      role="dialog"
      aria-label="Notifications"
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') uiStore.setState({ noticesOpen: false });
      }}
      onBlur={(event) => {
        const next = event.relatedTarget;
        if (!event.currentTarget.contains(next) && !next?.closest('.notices-bell'))
          uiStore.setState({ noticesOpen: false });
      }}
    >
      <header className="notices-header">
        <h2>Notifications</h2>
        <button
          type="button"
          className="button"
          disabled={notices.length === 0}
          onClick={() => uiStore.setState({ notices: [], toasts: [] })}
        >
          Clear
        </button>
      </header>
      {notices.length === 0 && <p className="notices-none">Nothing has happened that needs to be told.</p>}
      <ul className="scrolls">
        {notices.map(({ id, kind, text, at }) => {
          const Icon = ICONS[kind];
          return (
            <li key={id} className={`notice toast-${kind}`}>
              <Icon className="icon" aria-hidden="true" />
              <p>{text}</p>
              <time className="tabular">{TIME.format(at)}</time>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The open list; drawn by the frame, since the bar clips what is in it. */
export function NoticeLayer() {
  return useUi((state) => state.noticesOpen) ? <NoticeList /> : null;
}

export function NoticeBell() {
  const count = useUi((state) => state.notices.length);
  const open = useUi((state) => state.noticesOpen);
  return (
    <button
      type="button"
      className="status-item notices-bell"
      aria-label={`Notifications, ${count}`}
      aria-expanded={open}
      data-tip="Notifications"
      onClick={() => uiStore.setState({ noticesOpen: !open })}
    >
      <Bell className="icon status-icon" aria-hidden="true" />
    </button>
  );
}

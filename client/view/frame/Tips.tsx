/**
 * Tooltips: one element for the whole page. Anything with `data-tip` has one; `data-tip-command` adds that command's shortcut.
 * They repeat or detail what the element says by itself, so they are hidden from assistive technology.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { CommandId } from '../../state/commands.ts';
import { commandOf, Keycaps } from './Keycaps.tsx';

const DELAY_MS = 450;
/** Once one was shown, the next ones come at once for this long. */
const WARM_MS = 600;
const GAP_PX = 6;

interface Tip {
  readonly text: string;
  readonly chord: string | undefined;
  readonly target: Element;
}

function tipOf(target: EventTarget | null): Tip | null {
  const element = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
  const { tip, tipCommand } = element?.dataset ?? {};
  if (!element || tip === undefined || tip === '') return null;
  return { text: tip, chord: tipCommand && commandOf(tipCommand as CommandId).keys[0], target: element };
}

function useTip(): Tip | null {
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hiddenAt = Number.NEGATIVE_INFINITY;
    let shown: Element | null = null;
    const hide = (): void => {
      clearTimeout(timer);
      if (shown) hiddenAt = performance.now();
      shown = null;
      setTip(null);
    };
    const plan = (next: Tip | null, delay: number): void => {
      if (next?.target === shown && shown) return;
      hide();
      if (!next) return;
      timer = setTimeout(
        () => {
          shown = next.target;
          setTip(next);
        },
        performance.now() - hiddenAt < WARM_MS ? 0 : delay,
      );
    };
    const over = (event: PointerEvent): void => {
      if (event.pointerType === 'mouse') plan(tipOf(event.target), DELAY_MS);
    };
    const focus = (event: FocusEvent): void => {
      const element = event.target instanceof Element ? event.target : null;
      if (element?.matches(':focus-visible')) plan(tipOf(element), DELAY_MS);
    };
    document.addEventListener('pointerover', over);
    document.addEventListener('focusin', focus);
    for (const event of ['pointerdown', 'keydown', 'focusout', 'wheel', 'blur'] as const) {
      window.addEventListener(event, hide, { capture: true, passive: true });
    }
    return () => {
      hide();
      document.removeEventListener('pointerover', over);
      document.removeEventListener('focusin', focus);
      for (const event of ['pointerdown', 'keydown', 'focusout', 'wheel', 'blur'] as const) {
        window.removeEventListener(event, hide, { capture: true });
      }
    };
  }, []);
  return tip;
}

export function Tips() {
  const tip = useTip();
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || !tip) return;
    const anchor = tip.target.getBoundingClientRect();
    const own = element.getBoundingClientRect();
    const below = anchor.bottom + GAP_PX + own.height <= window.innerHeight;
    const left = Math.max(
      GAP_PX,
      Math.min(anchor.left + anchor.width / 2 - own.width / 2, window.innerWidth - own.width - GAP_PX),
    );
    element.style.translate = `${Math.round(left)}px ${Math.round(below ? anchor.bottom + GAP_PX : anchor.top - GAP_PX - own.height)}px`;
    element.style.visibility = 'visible';
  }, [tip]);
  if (!tip) return null;
  return (
    <div ref={box} className="tip" aria-hidden="true" key={tip.text}>
      <span className="tip-text">{tip.text}</span>
      {tip.chord !== undefined && <Keycaps chord={tip.chord} />}
    </div>
  );
}

/** Over the foot of rows whose following is paused: what has come since, and the way back to the end. */
import { ArrowDownToLine } from 'lucide-react';
import type { CommandId } from '../state/commands.ts';
import './newsPill.css';

export interface NewsPillProps {
  readonly says: string;
  readonly tip: string;
  /** The command that does the same; null: there is none. */
  readonly command: CommandId | null;
  /** The side panel covers some of the rows. */
  readonly narrow: boolean;
  readonly onPress: () => void;
}

export function NewsPill({ says, tip, command, narrow, onPress }: NewsPillProps) {
  return (
    <div className={narrow ? 'news-layer news-layer-narrow' : 'news-layer'}>
      <button
        type="button"
        className="news-pill layer tabular"
        data-tip={tip}
        data-tip-command={command ?? undefined}
        onClick={onPress}
      >
        <ArrowDownToLine className="icon" aria-hidden="true" />
        {says}
      </button>
    </div>
  );
}

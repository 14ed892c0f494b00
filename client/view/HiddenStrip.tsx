/** Over the rows while those before some byte are hidden. */
import { EyeOff } from 'lucide-react';
import { counted, formatSize } from '../../shared/units.ts';
import { runCommand } from '../state/commandRegistry.ts';
import { appStore } from '../state/store.ts';
import './hiddenStrip.css';

export function HiddenStrip({ fileId, bytes }: { readonly fileId: string; readonly bytes: number }) {
  return (
    <div className="hidden-strip">
      <EyeOff className="icon" aria-hidden="true" />
      <span data-tip={counted(bytes, 'byte')}>{formatSize(bytes)} before this are hidden</span>
      <button
        type="button"
        className="hidden-strip-all"
        data-tip-command="view.showAll"
        onClick={() => {
          if (!runCommand('view.showAll')) appStore.getState().hideBefore(fileId, 0);
        }}
      >
        Show all
      </button>
    </div>
  );
}

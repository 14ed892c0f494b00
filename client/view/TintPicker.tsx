/** A colour among nine, as a button with its number; the others are in a menu. */
import { Menu } from '@base-ui/react/menu';
import { TINTS, type Tint, tintName } from '../state/tints.ts';
import './tintPicker.css';

interface TintPickerProps {
  readonly tint: Tint;
  /** What has the colour, for its name: `Colour of ERROR`. */
  readonly name: string;
  readonly onPick: (tint: Tint) => void;
  /** -1 where something around it has the tab stop; 0 when absent. */
  readonly tabIndex?: 0 | -1;
}

export function TintPicker({ tint, name, onPick, tabIndex = 0 }: TintPickerProps) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className={`swatch tint-${tint}`}
        tabIndex={tabIndex}
        aria-label={`${name}: ${tintName(tint)}`}
        data-tip={`Colour ${tint}, ${tintName(tint)}`}
      >
        {tint}
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="menu-layer" side="bottom" align="start" sideOffset={4}>
          <Menu.Popup className="swatches layer" aria-label={name}>
            <Menu.RadioGroup value={tint} onValueChange={(value: Tint) => onPick(value)}>
              {TINTS.map((choice) => (
                <Menu.RadioItem key={choice} value={choice} closeOnClick className="swatches-item">
                  <span className={`swatch tint-${choice}`}>{choice}</span>
                  {tintName(choice)}
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

/** The colour of something, and the nine to choose from. */
import { Menu } from '@base-ui/react/menu';
import { isTint, TINTS, type Tint, tintName } from '../../state/tints.ts';

interface TintPickerProps {
  readonly tint: Tint;
  /** Of what it is the colour. */
  readonly name: string;
  readonly tabIndex: number;
  readonly onChoose: (tint: Tint) => void;
}

export function TintPicker({ tint, name, tabIndex, onChoose }: TintPickerProps) {
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        className="filter-swatch"
        tabIndex={tabIndex}
        aria-label={`Colour of ${name}: ${tintName(tint)}`}
        data-tip={`Colour: ${tintName(tint)}`}
      />
      <Menu.Portal>
        <Menu.Positioner className="menu-positioner" side="bottom" align="start" sideOffset={4}>
          <Menu.Popup className="layer filter-tints" aria-label="Colour">
            <Menu.RadioGroup
              className="filter-tint-grid"
              value={tint}
              onValueChange={(value: unknown) => {
                if (isTint(value)) onChoose(value);
              }}
            >
              {TINTS.map((choice) => (
                <Menu.RadioItem
                  key={choice}
                  value={choice}
                  closeOnClick
                  className={`filter-tint tint-${choice}`}
                  aria-label={tintName(choice)}
                  data-tip={tintName(choice)}
                />
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

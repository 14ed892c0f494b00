/** The context menu of the rows. Everything in it is a command that the command list has too. Loaded when it is asked for. */
import { Menu } from '@base-ui/react/menu';
import { canRun, runCommand } from '../../state/commandRegistry.ts';
import type { CommandId } from '../../state/commands.ts';
import { type MenuPlace, uiStore } from '../../state/ui.ts';
import { focusRows } from './focus.ts';
import { commandOf, Keycaps } from './Keycaps.tsx';
import './rowMenu.css';

const ITEMS: readonly (readonly CommandId[])[] = [
  ['copy.default', 'copy.hex', 'copy.text', 'copy.c', 'copy.base64', 'copy.offset', 'copy.link'],
  ['select.all', 'select.clear', 'select.save'],
  ['filter.chosen', 'filter.exclude', 'filter.open'],
  ['search.chosen', 'search.open', 'jump.goto', 'jump.back', 'jump.forward'],
  ['mark.toggle', 'mark.edit', 'highlight.quick1'],
  ['view.toggle', 'view.both', 'view.inspector', 'view.encoding'],
];

function anchorAt({ x, y }: MenuPlace): { getBoundingClientRect: () => DOMRect } {
  return { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
}

function close(): void {
  uiStore.setState({ rowMenu: null });
}

export function RowMenu({ place }: { readonly place: MenuPlace }) {
  return (
    <Menu.Root open modal={false} onOpenChange={(open) => !open && close()}>
      <Menu.Portal>
        <Menu.Positioner
          className="menu-positioner"
          anchor={anchorAt(place)}
          side="bottom"
          align="start"
          sideOffset={2}
        >
          <Menu.Popup
            className="menu layer"
            aria-label="Menu for this place"
            finalFocus={() => {
              // What an item opened has the focus by now; else it goes back to the rows.
              if (uiStore.getState().field.type === 'closed') focusRows();
              return false;
            }}
          >
            {ITEMS.map((group, index) => (
              <Menu.Group key={group[0]} className={index > 0 ? 'menu-group menu-group-next' : 'menu-group'}>
                {group.map((id) => {
                  const { title, keys } = commandOf(id);
                  return (
                    <Menu.Item
                      key={id}
                      className="menu-item"
                      disabled={!canRun(id)}
                      onClick={() => queueMicrotask(() => runCommand(id))}
                    >
                      <span>{title}</span>
                      {keys[0] !== undefined && <Keycaps chord={keys[0]} />}
                    </Menu.Item>
                  );
                })}
              </Menu.Group>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

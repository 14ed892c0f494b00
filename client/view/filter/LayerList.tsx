/**
 * The layers of a filter. One tab stop is in the list: arrows go from layer to layer, with Alt they move the layer, and the keys of
 * each thing that a layer's buttons do are in their tooltips.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';
import { changeFilter } from '../../filter/controller.ts';
import {
  backAgain,
  type FilterLayer,
  type FilterSet,
  layerName,
  moveLayer,
  withoutLayer,
} from '../../filter/filterSet.ts';
import type { FilterState } from '../../filter/filterState.ts';
import { focusRows } from '../frame/focus.ts';
import type { Undo } from '../undo.tsx';
import { LayerItem } from './LayerItem.tsx';
import { openLayer } from './useFilterCommands.ts';

interface LayerListProps {
  readonly fileId: string;
  readonly set: FilterSet;
  readonly state: FilterState;
  readonly undo: Undo;
}

interface Drag {
  readonly id: number;
  readonly to: number;
}

export function LayerList({ fileId, set, state, undo }: LayerListProps) {
  const list = useRef<HTMLUListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [active, setActive] = useState<number | null>(null);
  const [renaming, setRenaming] = useState<number | null>(null);
  /** The layer that gets the keyboard once it is drawn at its place. */
  const wanted = useRef<number | null>(null);
  const { layers } = drag ? moveLayer(set, drag.id, drag.to) : set;
  const current = layers.find(({ id }) => id === active) ?? layers[0];

  useEffect(() => {
    if (wanted.current === null) return;
    list.current?.querySelector<HTMLElement>(`[data-layer="${wanted.current}"]`)?.focus();
    wanted.current = null;
  });

  const change = (id: number, patch: Partial<FilterLayer>): void =>
    changeFilter(fileId, (before) => ({
      ...before,
      layers: before.layers.map((layer) => (layer.id === id ? { ...layer, ...patch } : layer)),
    }));

  const remove = (id: number): void => {
    const at = set.layers.findIndex((layer) => layer.id === id);
    const next = set.layers[at + 1] ?? set.layers[at - 1];
    wanted.current = next?.id ?? null;
    if (next) setActive(next.id);
    const gone = set.layers[at];
    if (gone)
      undo.offer(`“${layerName(gone)}” was deleted.`, () => changeFilter(fileId, (now) => backAgain(now, gone, at)));
    changeFilter(fileId, (before) => withoutLayer(before, id));
    if (!next) focusRows();
  };

  const go = (id: number | undefined): void => {
    if (id === undefined) return;
    wanted.current = id;
    setActive(id);
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>, layer: FilterLayer): void => {
    // Buttons of the layer, and the field with its name, have keys of their own.
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey) return;
    const at = layers.indexOf(layer);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && event.altKey) {
      wanted.current = layer.id;
      changeFilter(fileId, (before) => moveLayer(before, layer.id, at + step));
    } else if (event.altKey) return;
    else if (step !== 0) go(layers[at + step]?.id);
    else if (event.key === 'Home') go(layers[0]?.id);
    else if (event.key === 'End') go(layers.at(-1)?.id);
    else if (event.key === ' ') change(layer.id, { on: !layer.on });
    else if (event.key === 'Enter') openLayer(fileId, layer.id);
    else if (event.key === 'F2') setRenaming(layer.id);
    else if (event.key === 'x') change(layer.id, { role: layer.role === 'include' ? 'exclude' : 'include' });
    else if (event.key === 'Delete') remove(layer.id);
    else if (event.key === 'Escape') focusRows();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Place in the list that a pointer at `y` means. */
  const placeAt = (y: number): number => {
    const items = [...(list.current?.children ?? [])].map((item) => item.getBoundingClientRect());
    const below = items.findIndex((box) => y < box.bottom);
    return below < 0 ? items.length - 1 : below;
  };

  const grip = (layer: FilterLayer) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.preventDefault();
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ id: layer.id, to: layers.indexOf(layer) });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const to = placeAt(event.clientY);
      if (drag?.id === layer.id && drag.to !== to) setDrag({ id: layer.id, to });
    },
    onPointerUp: () => {
      if (drag) changeFilter(fileId, (before) => moveLayer(before, drag.id, drag.to));
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
  });

  return (
    <ul ref={list} className="filter-layers scrolls" aria-label="Layers of the filter">
      {layers.map((layer) => (
        <LayerItem
          key={layer.id}
          layer={layer}
          state={state.layers[layer.id]}
          size={state.layers[layer.id]?.status?.size ?? 0}
          applied={set.on}
          current={layer === current}
          dragged={drag?.id === layer.id}
          renaming={renaming === layer.id}
          grip={grip(layer)}
          onKeyDown={(event) => onKeyDown(event, layer)}
          onFocus={() => setActive(layer.id)}
          onChange={(patch) => change(layer.id, patch)}
          onEdit={() => openLayer(fileId, layer.id)}
          onRemove={() => remove(layer.id)}
          onRename={(name) => {
            setRenaming(name === 'begin' ? layer.id : null);
            if (name === 'begin') return;
            wanted.current = layer.id;
            if (name !== null) change(layer.id, { name: name.text });
          }}
        />
      ))}
    </ul>
  );
}

/** A packet as a tree: layers, and in each the fields with what they say. */
import type { DissectedLayer } from '../../../shared/dissect/names.ts';
import { element, type PanelContext, setText } from '../panel.ts';
import { type Choice, neighbour, visible } from './choice.ts';
import { fieldName, layerName, noteWords } from './words.ts';

export interface LayerTree {
  readonly element: HTMLElement;
  show(layers: readonly DissectedLayer[]): void;
  /** Marks an item, and opens its layer. */
  mark(choice: Choice): void;
}

export function createLayerTree(context: PanelContext, choose: (choice: Choice) => void): LayerTree {
  const { text } = context;
  const root = element('div', 'packet-tree');
  root.setAttribute('role', 'tree');
  root.setAttribute('aria-label', text.packetsLayers);
  let layers: readonly DissectedLayer[] = [];
  let isOpen: boolean[] = [];
  let chosen: Choice = { layer: 0, field: -1 };
  const itemOf = ({ layer, field }: Choice) =>
    root.querySelector<HTMLElement>(`[data-layer="${layer}"][data-field="${field}"]`);

  function draw(): void {
    root.replaceChildren(...visible(layers, isOpen).map((choice) => createItem(layers, choice, isOpen, context)));
    markItem();
  }

  function markItem(): void {
    for (const item of root.querySelectorAll<HTMLElement>('[aria-selected="true"]')) {
      item.setAttribute('aria-selected', 'false');
      item.tabIndex = -1;
    }
    const item = itemOf(chosen);
    if (item === null) return;
    item.setAttribute('aria-selected', 'true');
    item.tabIndex = 0;
    item.scrollIntoView({ block: 'nearest' });
  }

  function open(layer: number, wanted: boolean): void {
    if (isOpen[layer] === wanted) return;
    isOpen[layer] = wanted;
    draw();
  }

  function go(to: Choice): void {
    choose(to);
    itemOf(to)?.focus();
  }

  root.addEventListener('click', (event) => {
    const item = event.target instanceof Element ? event.target.closest<HTMLElement>('[role="treeitem"]') : null;
    if (item === null) return;
    const choice = { layer: Number(item.dataset.layer), field: Number(item.dataset.field) };
    if (choice.field < 0 && choice.layer === chosen.layer && chosen.field < 0)
      open(choice.layer, !isOpen[choice.layer]);
    go(choice);
  });
  root.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { layer, field } = chosen;
    const all = visible(layers, isOpen);
    switch (event.key) {
      case 'ArrowUp':
      case 'ArrowDown':
        go(neighbour(layers, isOpen, chosen, event.key === 'ArrowUp' ? -1 : 1));
        break;
      case 'Home':
      case 'End':
        go(all.at(event.key === 'Home' ? 0 : -1) ?? chosen);
        break;
      case 'ArrowLeft':
        if (field < 0) open(layer, false);
        go({ layer, field: -1 });
        break;
      case 'ArrowRight':
        if (field >= 0) return;
        if (isOpen[layer] && layers[layer]!.fields.length > 0) go({ layer, field: 0 });
        else {
          open(layer, true);
          go(chosen);
        }
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  });

  return {
    element: root,
    show(shown) {
      layers = shown;
      isOpen = shown.map(() => true);
      chosen = { layer: 0, field: -1 };
      draw();
    },
    mark(choice) {
      chosen = choice;
      if (choice.field >= 0 && isOpen[choice.layer] === false) open(choice.layer, true);
      else markItem();
    },
  };
}

function createItem(
  layers: readonly DissectedLayer[],
  { layer, field }: Choice,
  isOpen: readonly boolean[],
  { text }: PanelContext,
): HTMLElement {
  const of = layers[layer]!;
  const item = element('div', field < 0 ? 'packet-layer' : 'packet-field');
  item.setAttribute('role', 'treeitem');
  item.setAttribute('aria-level', field < 0 ? '1' : '2');
  item.setAttribute('aria-selected', 'false');
  if (field < 0 && of.fields.length > 0) item.setAttribute('aria-expanded', String(isOpen[layer] === true));
  item.dataset.layer = String(layer);
  item.dataset.field = String(field);
  item.tabIndex = -1;
  const { mark, words } = noteWords(field < 0 ? of : of.fields[field]!, text);
  const name = element('span', 'packet-name');
  setText(name, field < 0 ? layerName(of, text) : fieldName(of.fields[field]!.name, text));
  const value = element('span', 'packet-value');
  setText(value, field < 0 ? '' : of.fields[field]!.value);
  item.append(name, value);
  if (words !== '') item.append(element('span', 'packet-note', `${mark} ${words}`));
  return item;
}

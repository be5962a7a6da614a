/** SVG by hand: a few shapes, made once and told anew where they are. */

export function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
): SVGElementTagNameMap[K] {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  put(made, attributes);
  return made;
}

export function put(node: Element, attributes: Readonly<Record<string, string | number>>): void {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
}

/** Keeps one shape for each item. */
export function syncShapes<T, K extends keyof SVGElementTagNameMap>(
  parent: Element,
  tag: K,
  items: readonly T[],
  fill: (node: SVGElementTagNameMap[K], item: T) => void,
): void {
  while (parent.children.length > items.length) parent.lastElementChild!.remove();
  while (parent.children.length < items.length) parent.append(shape(tag));
  for (const [at, item] of items.entries()) fill(parent.children[at] as SVGElementTagNameMap[K], item);
}

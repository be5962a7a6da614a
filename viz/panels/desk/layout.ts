/** How the desk's panels stand: their order, which are hidden, which one is enlarged. In the address and in the browser's memory. No DOM. */

export interface DeskLayout {
  readonly order: readonly string[];
  readonly hidden: ReadonlySet<string>;
  /** The panel that has the whole page. */
  readonly enlarged: string | null;
}

/** A link that was made by hand may have any. */
const MOST_CHARACTERS = 1_000;
const HIDDEN = '-';
const ENLARGED = '*';

export function usualLayout(ids: readonly string[]): DeskLayout {
  return { order: ids, hidden: new Set(), enlarged: null };
}

/**
 * `ports.-mix.*map`: in this order, `-` hidden, `*` enlarged. What is unknown is passed over, and what is not named (a panel that
 * is newer than the link) follows in its usual order. Null where nothing of it is a panel.
 */
export function readLayout(text: string | null, ids: readonly string[]): DeskLayout | null {
  if (text === null || text.length > MOST_CHARACTERS) return null;
  const order: string[] = [];
  const hidden = new Set<string>();
  let enlarged: string | null = null;
  for (const word of text.split('.')) {
    const id = word.replace(/^[-*]/, '');
    if (!ids.includes(id) || order.includes(id)) continue;
    order.push(id);
    if (word.startsWith(HIDDEN)) hidden.add(id);
    if (word.startsWith(ENLARGED)) enlarged = id;
  }
  if (order.length === 0) return null;
  return { order: [...order, ...ids.filter((id) => !order.includes(id))], hidden, enlarged };
}

/** What `readLayout` reads; empty for the usual. */
export function formatLayout({ order, hidden, enlarged }: DeskLayout, ids: readonly string[]): string {
  if (hidden.size === 0 && enlarged === null && order.join() === ids.join()) return '';
  return order.map((id) => `${hidden.has(id) ? HIDDEN : id === enlarged ? ENLARGED : ''}${id}`).join('.');
}

/** Past the next panel that is shown. */
export function moved({ order, hidden, enlarged }: DeskLayout, id: string, by: -1 | 1): DeskLayout {
  const shown = order.filter((each) => !hidden.has(each));
  const beside = shown[shown.indexOf(id) + by];
  if (beside === undefined) return { order, hidden, enlarged };
  return placed({ order, hidden, enlarged }, id, beside, by === 1);
}

/** Before or behind another. */
export function placed(layout: DeskLayout, id: string, beside: string, behind: boolean): DeskLayout {
  if (id === beside || !layout.order.includes(id) || !layout.order.includes(beside)) return layout;
  const order = layout.order.filter((each) => each !== id);
  order.splice(order.indexOf(beside) + (behind ? 1 : 0), 0, id);
  return { ...layout, order };
}

export function withHidden(layout: DeskLayout, id: string, isHidden: boolean): DeskLayout {
  const hidden = new Set(layout.hidden);
  if (isHidden) hidden.add(id);
  else hidden.delete(id);
  return { ...layout, hidden, enlarged: isHidden && layout.enlarged === id ? null : layout.enlarged };
}

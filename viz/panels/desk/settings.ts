/** What a viewer chose of the desk: in the address, so that a link shows the same, and remembered by the browser. */
import { formatSpan, readSpan, type Span } from '../../feed/span.ts';
import { type DeskLayout, formatLayout, readLayout, usualLayout } from './layout.ts';

export type DeskHeight = 'off' | 'half' | 'full';
export const stackings = ['class', 'radiation', 'protocol', 'port', 'country', 'network', 'tag', 'sensor'] as const;
export type Stacking = (typeof stackings)[number];
export const payloadOrders = ['packets', 'sources', 'first', 'last'] as const;
export type PayloadOrder = (typeof payloadOrders)[number];

export interface DeskSettings {
  readonly height: DeskHeight;
  readonly layout: DeskLayout;
  /** What the areas of packets over time are. */
  readonly stackBy: Stacking;
  readonly payloadOrder: PayloadOrder;
  /** Only payloads with addresses that they would fetch from. */
  readonly payloadsWithSites: boolean;
  readonly siteOrder: PayloadOrder;
  /** The span that the page's is held against. */
  readonly compareWith: Span | null;
}

/** As the browser's localStorage. */
export interface Memory {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

const PANELS = 'kurayami.panels';

/** The address wins over what is remembered: a link shows what its sender saw. */
export function readDesk(query: URLSearchParams, ids: readonly string[], memory: Memory | null): DeskSettings {
  const height = query.get('desk');
  return {
    height: height === 'half' || height === 'full' ? height : 'off',
    layout: readLayout(query.get('panels'), ids) ?? readLayout(remembered(memory), ids) ?? usualLayout(ids),
    stackBy: stackings.find((by) => by === query.get('stack')) ?? 'class',
    payloadOrder: readOrder(query.get('payloads')?.split('.')[0]),
    payloadsWithSites: query.get('payloads')?.split('.')[1] === WITH_SITES,
    siteOrder: readOrder(query.get('sites')),
    compareWith: readFixedSpan(query.get('with')),
  };
}

function readFixedSpan(text: string | null): Span | null {
  const span = readSpan(text);
  return span?.kind === 'fixed' ? span : null;
}

const WITH_SITES = 'sites';

function readOrder(text: string | null | undefined): PayloadOrder {
  return payloadOrders.find((order) => order === text) ?? 'packets';
}

/** Puts what differs from the usual into the address, and takes the rest out. */
export function writeDesk(
  { height, layout, stackBy, payloadOrder, payloadsWithSites, siteOrder, compareWith }: DeskSettings,
  ids: readonly string[],
  query: URLSearchParams,
): void {
  const put = (name: string, value: string) => (value === '' ? query.delete(name) : query.set(name, value));
  put('desk', height === 'off' ? '' : height);
  put('panels', formatLayout(layout, ids));
  put('stack', stackBy === 'class' ? '' : stackBy);
  const order = payloadOrder === 'packets' ? '' : payloadOrder;
  put('payloads', payloadsWithSites ? `${payloadOrder}.${WITH_SITES}` : order);
  put('sites', siteOrder === 'packets' ? '' : siteOrder);
  put('with', compareWith === null ? '' : formatSpan(compareWith));
}

/** A browser that keeps nothing for pages is one of the usual kinds. */
export function rememberDesk({ layout }: DeskSettings, ids: readonly string[], memory: Memory | null): void {
  const text = formatLayout({ ...layout, enlarged: null }, ids);
  try {
    if (text === '') memory?.removeItem(PANELS);
    else memory?.setItem(PANELS, text);
  } catch {
    // It is remembered for as long as the page is open.
  }
}

function remembered(memory: Memory | null): string | null {
  try {
    return memory?.getItem(PANELS) ?? null;
  } catch {
    return null;
  }
}

/** Null where the browser forbids it. */
export function browserMemory(): Memory | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

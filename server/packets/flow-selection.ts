/**
 * Which packets a flow expression selects: those of the flow records that it selects. Countries, rules and classes are
 * told of flows only, so the store is asked for these, and packets are held against their keys and times.
 */
import { parseIpv4, parseIpv6 } from '../../shared/address.ts';
import type { DissectedLayer } from '../../shared/dissect/names.ts';
import { isIpLayer, packetEnds } from '../../shared/dissect/packet-flow.ts';
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { CapturedPacket } from '../../shared/pcapng.ts';
import type { FlowRow, FlowStore, Span } from '../store/stores.ts';

/** Keys and times of so many take some tens of megabytes. */
const MOST_FLOWS = 100_000;
const FLOWS_AT_ONCE = 10_000;
/** Of addresses and numbers that were asked for beside the filter: no word of it is meant. */
const NOWHERE = { start: 0, end: 0 };

/** Parts of a flow's key; what is left out holds for all. */
export interface FlowEnds {
  readonly source?: string;
  readonly target?: string;
  readonly protocol?: number;
  readonly sourcePort?: number;
  readonly targetPort?: number;
}

export class TooManyFlows extends Error {
  override readonly name = 'TooManyFlows';
}

export class FlowSelection {
  readonly #records = new Map<string, KeyRecords>();

  /** In order of first packets. */
  add(flow: FlowRow): void {
    const key = keyOf(flow);
    const [first, last] = [microsOf(flow.firstSeconds), microsOf(flow.lastSeconds)];
    const records = this.#records.get(key);
    if (records === undefined) this.#records.set(key, { firsts: [first], lasts: [last] });
    else {
      records.firsts.push(first);
      records.lasts.push(Math.max(last, records.lasts.at(-1)!));
    }
  }

  /** Whether a flow that was added holds the packet. `layers` are the packet's own. */
  has({ bytes, seconds, nanoseconds }: CapturedPacket, layers: readonly DissectedLayer[]): boolean {
    const key = packetKey(bytes, layers);
    const records = key === null ? undefined : this.#records.get(key);
    if (records === undefined) return false;
    const micros = seconds * 1e6 + Math.floor(nanoseconds / 1000);
    const begun = countUpTo(records.firsts, micros);
    return begun > 0 && micros <= records.lasts[begun - 1]!;
  }
}

/** Records of one key: a flood has many. */
interface KeyRecords {
  /** First microseconds, in order. */
  readonly firsts: number[];
  /** The last microsecond of each record and of all before it. */
  readonly lasts: number[];
}

/** How many of the sorted numbers are not greater. */
function countUpTo(sorted: readonly number[], most: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! <= most) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The flows of a session that `filter` selects and that may have packets of the span. Throws TooManyFlows, and what `goOn` throws. */
export async function selectFlows(
  store: Pick<FlowStore, 'flows'>,
  asked: Span & { readonly session: number },
  filter: FlowCondition,
  ends: FlowEnds,
  goOn: () => void,
): Promise<FlowSelection> {
  const selection = new FlowSelection();
  // A record begins with its first packet, at most in the second of the one that is asked for.
  const span = { fromSeconds: Math.floor(asked.fromSeconds), toSeconds: Math.ceil(asked.toSeconds) };
  const query = { ...span, session: asked.session, limit: FLOWS_AT_ONCE, filter: withEnds(filter, ends) };
  let cursor: string | null = null;
  let flows = 0;
  do {
    goOn();
    const page = await store.flows({ ...query, ...(cursor === null ? {} : { cursor }) });
    flows += page.flows.length;
    if (flows > MOST_FLOWS) throw new TooManyFlows(`the filter selects more than ${MOST_FLOWS} flows of this span`);
    for (const flow of page.flows) selection.add(flow);
    cursor = page.cursor;
  } while (cursor !== null);
  return selection;
}

function withEnds(filter: FlowCondition, { source, target, ...numbers }: FlowEnds): FlowCondition {
  const terms: FlowCondition[] = [filter];
  for (const [column, text] of Object.entries({ source, target }))
    if (text !== undefined) terms.push(addressCondition(column as 'source' | 'target', text));
  for (const [column, value] of Object.entries(numbers))
    if (value !== undefined)
      terms.push({ kind: 'range', column: column as 'protocol', from: value, to: value, span: NOWHERE });
  return { kind: 'and', terms };
}

function addressCondition(column: 'source' | 'target', text: string): FlowCondition {
  const ipv4 = parseIpv4(text);
  const words = ipv4 === null ? [...(parseIpv6(text) ?? [])] : [ipv4];
  return { kind: 'address', column, words, mask: words.map(() => 0xffffffff), span: NOWHERE };
}

const microsOf = (seconds: number) => Math.round(seconds * 1e6);

type Key = Pick<
  FlowRow,
  'source' | 'target' | 'protocol' | 'sourcePort' | 'targetPort' | 'tcpFlags' | 'ttl' | 'ipLength'
>;

function keyOf({ source, target, protocol, sourcePort, targetPort, tcpFlags, ttl, ipLength }: Key): string {
  return `${source} ${target} ${protocol} ${sourcePort} ${targetPort} ${tcpFlags} ${ttl} ${ipLength}`;
}

const IPV6_HEADER_BYTES = 40;
const MAX_LENGTH = 65_535;

/** As the decoder has it: see sensor/decode/network and sensor/decode/transport. Null without an IP header. */
function packetKey(bytes: Uint8Array, layers: readonly DissectedLayer[]): string | null {
  const ends = packetEnds(layers);
  const at = layers.findIndex(isIpLayer);
  if (ends === null || at < 0) return null;
  const { offset } = layers[at]!;
  const word = (from: number) => ((bytes[offset + from] ?? 0) << 8) | (bytes[offset + from + 1] ?? 0);
  const isIpv4 = ends.family === 4;
  const tcp = ends.protocol === 6 ? layers.slice(at + 1).find(({ name }) => name === 'TCP') : undefined;
  return keyOf({
    ...ends,
    tcpFlags: tcp !== undefined && tcp.length >= 14 ? bytes[tcp.offset + 13]! : 0,
    ttl: bytes[offset + (isIpv4 ? 8 : 7)] ?? 0,
    ipLength: isIpv4 ? word(2) : Math.min(MAX_LENGTH, word(4) + IPV6_HEADER_BYTES),
  });
}

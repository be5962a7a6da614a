/** Flows in memory, read once and told apart in several ways, as FlowStore.breakdown has them. */
import { formatAddress } from '../../../shared/address.ts';
import { addressWords, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { checkInteger, checkSpan, MAX_BREAKDOWN_KEYS } from '../query-limits.ts';
import type { Breakdown, BreakdownGroup, BreakdownQuery, BreakdownRow, BreakdownSums } from '../stores.ts';
import { KeyIndex, KeySums } from './key-sums.ts';
import { type MemoryFlows, microsOf } from './memory-flows.ts';
import { addAddress, hasPorts, hasTag } from './memory-sums.ts';

const MICROS = 1_000_000;
const TAG_BITS = 64;
const SYN_BIT = 2;

type NumberGroup = Exclude<BreakdownGroup, 'source' | 'target' | 'tag'>;

/** The key of a flow; null where it has none. */
const KEYS: Readonly<Record<NumberGroup, (flows: FlowBatch, row: number) => number | null>> = {
  port: (flows, row) => (hasPorts(flows, row) ? flows.protocol[row]! * 65_536 + flows.targetPort[row]! : null),
  class: (flows, row) => flows.class[row]!,
  radiation: (flows, row) => flows.radiation[row]!,
  protocol: (flows, row) => flows.protocol[row]!,
  country: (flows, row) => flows.country[row]!,
  network: (flows, row) => flows.asn[row]!,
  sensor: (flows, row) => flows.sensor[row]!,
  tcpFlags: (flows, row) => (flows.protocol[row] === IpProtocol.tcp ? flows.tcpFlags[row]! : null),
  ttl: (flows, row) => flows.ttl[row]!,
  ipLength: (flows, row) => flows.ipLength[row]!,
  synWindow: (flows, row) => (isSyn(flows, row) ? flows.synWindow[row]! : null),
  synOptions: (flows, row) => (isSyn(flows, row) ? flows.synOptions[row]! : null),
  sourcePort: (flows, row) => (hasPorts(flows, row) ? flows.sourcePort[row]! : null),
};
const isSyn = ({ tcpFlags }: FlowBatch, row: number) => (tcpFlags[row]! & SYN_BIT) !== 0;

/** Throws RangeError for wrong arguments. */
export async function breakDown(flows: MemoryFlows, query: BreakdownQuery, seed: number): Promise<Breakdown> {
  checkSpan(query);
  checkInteger('limit', query.limit, 1, MAX_BREAKDOWN_KEYS);
  const groups = query.groups.map((group) => new GroupSums(group, seed));
  const all = new GroupSums('all', seed);
  const distinct = query.distinct.map((name) => ({
    name,
    index: { 4: new KeyIndex(1, seed), 6: new KeyIndex(4, seed) },
  }));
  for await (const { chunk, selection } of flows.select(microsOf(query, 'interval'), query.filter)) {
    if (selection.length === 0) continue;
    const batch = selection.batch(chunk);
    for (const group of groups) group.add(batch);
    all.add(batch);
    for (const { name, index } of distinct)
      addDistinct(index[batch.family], batch, name === 'sources' ? batch.source : batch.target);
  }
  return {
    all: all.sums(),
    distinct: Object.fromEntries(distinct.map(({ name, index }) => [name, index[4].length + index[6].length])),
    groups: Object.fromEntries(query.groups.map((group, at) => [group, groups[at]!.rows(query.limit)])),
  };
}

function addDistinct(index: KeyIndex, { family, length }: FlowBatch, column: Uint32Array): void {
  const words = addressWords(family);
  for (let row = 0; row < length; row++) index.numberOf(column, row * words);
}

class GroupSums {
  readonly #group: BreakdownGroup | 'all';
  readonly #numbers: KeySums;
  readonly #addresses: Readonly<Record<Family, KeySums>>;
  readonly #key = new Uint32Array(1);

  constructor(group: BreakdownGroup | 'all', seed: number) {
    this.#group = group;
    this.#numbers = new KeySums(1, seed, { hasTimes: true });
    this.#addresses = { 4: new KeySums(1, seed, { hasTimes: true }), 6: new KeySums(4, seed, { hasTimes: true }) };
  }

  add(flows: FlowBatch): void {
    const group = this.#group;
    const { length } = flows;
    if (group === 'all') for (let row = 0; row < length; row++) this.#addNumber(flows, row, 0);
    else if (group === 'source' || group === 'target') {
      const sums = this.#addresses[flows.family];
      for (let row = 0; row < length; row++) addAddress(sums, flows, flows[group], row);
    } else if (group === 'tag') this.#addTags(flows);
    else {
      const keyOf = KEYS[group];
      for (let row = 0; row < length; row++) {
        const key = keyOf(flows, row);
        if (key !== null) this.#addNumber(flows, row, key);
      }
    }
  }

  #addTags(flows: FlowBatch): void {
    for (let row = 0; row < flows.length; row++) {
      if ((flows.tagsLow[row]! | flows.tagsHigh[row]!) === 0) continue;
      for (let bit = 0; bit < TAG_BITS; bit++) if (hasTag(flows, row, bit)) this.#addNumber(flows, row, bit);
    }
  }

  #addNumber(flows: FlowBatch, row: number, key: number): void {
    this.#key[0] = key;
    const micros = flows.interval[row]! * MICROS;
    const [first, last] = [micros + flows.firstMicros[row]!, micros + flows.lastMicros[row]!];
    this.#numbers.add(this.#key, 0, flows.packets[row]!, flows.wireBytes[row]!, first, last);
  }

  /** Of all flows, where they have one key; null without any. */
  sums(): BreakdownSums | null {
    return this.#numbers.length === 0 ? null : sumsAt(this.#numbers, 0);
  }

  /** Most packets first. */
  rows(limit: number): BreakdownRow[] {
    if (this.#group !== 'source' && this.#group !== 'target')
      return this.#numbers
        .mostFirst(limit)
        .map((number) => ({ key: this.#numbers.index.words[number]!, ...sumsAt(this.#numbers, number) }));
    return ([4, 6] as const)
      .flatMap((family) => {
        const sums = this.#addresses[family];
        const keyOf = (number: number) => formatAddress(family, sums.index.words, number);
        return sums.mostFirst(limit).map((number) => ({ key: keyOf(number), ...sumsAt(sums, number) }));
      })
      .sort((a, b) => b.packets - a.packets)
      .slice(0, limit);
  }
}

function sumsAt(sums: KeySums, number: number): BreakdownSums {
  return {
    packets: sums.packets[number]!,
    bytes: sums.bytes[number]!,
    flows: sums.flows[number]!,
    firstSeconds: sums.firstMicros[number]! / MICROS,
    lastSeconds: sums.lastMicros[number]! / MICROS,
  };
}

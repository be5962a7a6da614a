/** Sums of flows in memory by bin and key, as FlowStore.sums and FlowStore.topSources have them. */
import { formatAddress } from '../../../shared/address.ts';
import { addressWords, type Family, type FlowBatch } from '../../../shared/flow-batch.ts';
import { Fragment } from '../../../shared/packet-batch.ts';
import { IpProtocol } from '../../../shared/protocols.ts';
import { countryText } from '../../aggregate/live-window.ts';
import { OTHER_KEY, type SeriesDimensionName } from '../ingest-commit.ts';
import { checkInteger, checkKeys, checkSpan, MAX_FLOW_SUMS, MAX_TOP_ROWS, tooManySums } from '../query-limits.ts';
import type { FlowSumColumns, FlowSumsQuery, SourceTop, TopSourcesQuery } from '../stores.ts';
import { KeyIndex, KeySums } from './key-sums.ts';
import { type MemoryFlows, microsOf } from './memory-flows.ts';

const MICROS = 1_000_000;
const TAG_BITS = 64;

/** A flow's key in a dimension of series, and which flows have one: as server/aggregate counts them. Null where it has none. */
const KEYS: Readonly<Record<Exclude<SeriesDimensionName, 'tag'>, (flows: FlowBatch, row: number) => number | null>> = {
  total: () => 0,
  class: (flows, row) => flows.class[row]!,
  radiation: (flows, row) => flows.radiation[row]!,
  protocol: (flows, row) => flows.protocol[row]!,
  port: (flows, row) => (hasPorts(flows, row) ? flows.protocol[row]! * 65_536 + flows.targetPort[row]! : null),
  country: (flows, row) => flows.country[row]!,
  sensor: (flows, row) => flows.sensor[row]!,
  network: (flows, row) => flows.asn[row]!,
};

export function hasPorts({ protocol, fragment }: FlowBatch, row: number): boolean {
  return (protocol[row] === IpProtocol.tcp || protocol[row] === IpProtocol.udp) && fragment[row] !== Fragment.later;
}

export function hasTag({ tagsLow, tagsHigh }: FlowBatch, row: number, bit: number): boolean {
  return (((bit < 32 ? tagsLow : tagsHigh)[row]! >>> (bit & 31)) & 1) === 1;
}

/** Throws RangeError for wrong arguments and for more than MAX_FLOW_SUMS rows. */
export async function sumFlows(flows: MemoryFlows, query: FlowSumsQuery, seed: number): Promise<FlowSumColumns> {
  checkSpan(query);
  checkKeys(query.keys);
  const sums = new BinSums(query, seed);
  for await (const { chunk, selection } of flows.select(microsOf(query, 'interval'), query.filter)) {
    if (selection.length > 0) sums.add(selection.batch(chunk));
    if (sums.length > MAX_FLOW_SUMS) throw tooManySums();
  }
  return sums.columns();
}

class BinSums {
  readonly #by: SeriesDimensionName;
  readonly #keys: ReadonlySet<number> | null;
  readonly #stepSeconds: number | null;
  /** Words of a bin's number (high, low) and of a key. */
  readonly #sums: KeySums;
  readonly #distinct: Readonly<Record<Family, KeyIndex>>;
  readonly #counts: 'sources' | 'targets' | undefined;
  readonly #scratch = new Uint32Array(7);

  constructor({ by, keys, stepSeconds, distinct }: FlowSumsQuery, seed: number) {
    this.#by = by;
    this.#keys = keys === undefined ? null : new Set(keys);
    this.#stepSeconds = stepSeconds;
    this.#sums = new KeySums(3, seed, { hasTimes: false });
    this.#distinct = { 4: new KeyIndex(2, seed), 6: new KeyIndex(5, seed) };
    this.#counts = distinct;
  }

  get length(): number {
    return this.#sums.length;
  }

  add(flows: FlowBatch): void {
    const keyOf = this.#by === 'tag' ? null : KEYS[this.#by];
    for (let row = 0; row < flows.length; row++) {
      const bin = this.#stepSeconds === null ? 0 : Math.floor(flows.interval[row]! / this.#stepSeconds);
      if (keyOf !== null) {
        const key = keyOf(flows, row);
        if (key !== null) this.#addRow(flows, row, bin, key);
      } else if ((flows.tagsLow[row]! | flows.tagsHigh[row]!) !== 0)
        for (let bit = 0; bit < TAG_BITS; bit++) if (hasTag(flows, row, bit)) this.#addRow(flows, row, bin, bit);
    }
  }

  #addRow(flows: FlowBatch, row: number, bin: number, key: number): void {
    const scratch = this.#scratch;
    scratch[0] = bin / 2 ** 32;
    scratch[1] = bin;
    scratch[2] = this.#keys === null || this.#keys.has(key) ? key : OTHER_KEY;
    const number = this.#sums.add(scratch, 0, flows.packets[row]!, flows.wireBytes[row]!, 0, 0);
    if (this.#counts === undefined) return;
    const column = this.#counts === 'sources' ? flows.source : flows.target;
    const words = addressWords(flows.family);
    scratch[0] = number;
    for (let word = 0; word < words; word++) scratch[1 + word] = column[row * words + word]!;
    this.#distinct[flows.family].numberOf(scratch);
  }

  columns(): FlowSumColumns {
    const sums = this.#sums;
    const { words } = sums.index;
    const binOf = (number: number) => words[number * 3]! * 2 ** 32 + words[number * 3 + 1]!;
    const keyOf = (number: number) => words[number * 3 + 2]!;
    const order = Uint32Array.from({ length: sums.length }, (_, number) => number).sort(
      (a, b) => binOf(a) - binOf(b) || keyOf(a) - keyOf(b),
    );
    const distinct = this.#distinctCounts();
    const column = (value: (number: number) => number) => Float64Array.from(order, value);
    return {
      length: order.length,
      binSeconds: column((number) => binOf(number) * (this.#stepSeconds ?? 0)),
      key: Uint32Array.from(order, keyOf),
      packets: column((number) => sums.packets[number]!),
      bytes: column((number) => sums.bytes[number]!),
      flows: column((number) => sums.flows[number]!),
      distinct: column((number) => distinct[number]!),
    };
  }

  /** No address is of both families. */
  #distinctCounts(): Float64Array {
    const counts = new Float64Array(this.#sums.length);
    for (const { length, width, words } of Object.values(this.#distinct))
      for (let at = 0; at < length; at++) counts[words[at * width]!]! += 1;
    return counts;
  }
}

/** The sources with most packets, most first; ties: IPv4 before IPv6, then by address. Throws RangeError. */
export async function topSourcesOf(flows: MemoryFlows, query: TopSourcesQuery, seed: number): Promise<SourceTop[]> {
  checkSpan(query);
  checkInteger('limit', query.limit, 1, MAX_TOP_ROWS);
  const tops: SourceTop[] = [];
  for (const family of [4, 6] as const) {
    const sums = new KeySums(addressWords(family), seed, { hasTimes: false });
    const countries: number[] = [];
    for await (const { chunk, selection } of flows.select(microsOf(query, 'first'), query.filter, [family])) {
      const batch = selection.batch(chunk);
      for (let row = 0; row < batch.length; row++)
        countries[addAddress(sums, batch, batch.source, row)] = batch.country[row]!;
    }
    for (const number of sums.mostFirst(query.limit))
      tops.push({
        source: formatAddress(family, sums.index.words, number),
        country: countryText(countries[number]!),
        packets: sums.packets[number]!,
        bytes: sums.bytes[number]!,
        flows: sums.flows[number]!,
      });
  }
  return tops.sort((a, b) => b.packets - a.packets).slice(0, query.limit);
}

/** Number of the address in `sums`, which has the flow then. */
export function addAddress(sums: KeySums, flows: FlowBatch, column: Uint32Array, row: number): number {
  const micros = flows.interval[row]! * MICROS;
  return sums.add(
    column,
    row * addressWords(flows.family),
    flows.packets[row]!,
    flows.wireBytes[row]!,
    micros + flows.firstMicros[row]!,
    micros + flows.lastMicros[row]!,
  );
}

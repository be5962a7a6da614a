/** Whether two decoders said the same of the same records, and whether what they said can be. */
import { type Outcomes, Reason } from '../../sensor/decode/outcomes.ts';
import { faultNames } from '../../shared/counters.ts';
import type { PacketBatch, RecordBatch } from '../../shared/packet-batch.ts';
import { radiationNames } from '../../shared/radiation.ts';
import { tagNames } from '../../shared/tags.ts';
import { MAX_CAPTURE_SECONDS } from '../../shared/time.ts';
import { tunnelNames } from '../../shared/tunnels.ts';

export interface Decoded {
  readonly outcomes: Outcomes;
  readonly ipv4: PacketBatch;
  readonly ipv6: PacketBatch;
}

type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;
type ColumnName = { [Name in keyof PacketBatch]: PacketBatch[Name] extends Column ? Name : never }[keyof PacketBatch];

const innerColumns: ReadonlySet<string> = new Set<ColumnName>([
  'innerSource',
  'innerTarget',
  'innerSourcePort',
  'innerTargetPort',
  'innerProtocol',
]);

/** Faults that only a decoder which verifies checksums finds. */
const CHECKSUM_FAULTS =
  (1 << faultNames.indexOf('badNetworkChecksum')) | (1 << faultNames.indexOf('badTransportChecksum'));

function columnsOf(batch: PacketBatch): ColumnName[] {
  return Object.entries(batch)
    .filter(([, column]) => typeof column !== 'number')
    .map(([name]) => name as ColumnName);
}

/** Throws where record `row` of `one` and record `otherRow` of `other` differ. Offsets are told from where each packet begins. */
export function expectSameRecord(
  what: string,
  one: Decoded,
  row: number,
  start: number,
  other: Decoded,
  otherRow: number,
  otherStart: number,
): void {
  const [a, b] = [one.outcomes, other.outcomes];
  const differ = (name: string, left: number, right: number) => {
    throw new Error(`${what}: record ${row} has ${name} ${left} and ${right}`);
  };
  if (a.family[row] !== b.family[otherRow]) differ('family', a.family[row]!, b.family[otherRow]!);
  if (a.reason[row] !== b.reason[otherRow]) differ('reason', a.reason[row]!, b.reason[otherRow]!);
  const [faults, otherFaults] = [a.faults[row]! & ~CHECKSUM_FAULTS, b.faults[otherRow]! & ~CHECKSUM_FAULTS];
  if (faults !== otherFaults) differ('faults', faults, otherFaults);
  if (a.encapsulations[row] !== b.encapsulations[otherRow])
    differ('encapsulations', a.encapsulations[row]!, b.encapsulations[otherRow]!);
  if (a.family[row] === 0) return;
  const [network, otherNetwork] = [a.network[row]! - start, b.network[otherRow]! - otherStart];
  if (network !== otherNetwork) differ('network', network, otherNetwork);
  const name = a.family[row] === 4 ? 'ipv4' : 'ipv6';
  for (const [decoded, at] of [
    [one, row],
    [other, otherRow],
  ] as const) {
    const { network, row: rows } = decoded.outcomes;
    const header = decoded[name].headerOffset[rows[at]!]!;
    if (header !== network[at]) differ('headerOffset beside network', header, network[at]!);
  }
  const column = differentColumn(one[name], a.row[row]!, other[name], b.row[otherRow]!);
  if (column !== null) throw new Error(`${what}: record ${row} differs in ${name}.${column}`);
}

const columnsByFamily = new Map<number, readonly ColumnName[]>();

function differentColumn(one: PacketBatch, row: number, other: PacketBatch, otherRow: number): string | null {
  const names = columnsByFamily.get(one.family) ?? columnsOf(one);
  columnsByFamily.set(one.family, names);
  for (const name of names) {
    // An offset, compared with the others.
    if (name === 'headerOffset') continue;
    // Void where there is no tunnel.
    if (one.tunnel[row] === 0 && innerColumns.has(name)) continue;
    const words = one[name].length / one.capacity;
    for (let word = 0; word < words; word++) {
      const [left, right] = [one[name][row * words + word], other[name][otherRow * words + word]];
      if (left !== right) return `${name} (${left} and ${right})`;
    }
  }
  return null;
}

/** Rows in their order, each of one record; reasons and columns that the next stages can rely on. */
export function expectPossible({ outcomes, ipv4, ipv6 }: Decoded, records: RecordBatch): void {
  const next = { 4: 0, 6: 0 };
  for (let record = 0; record < records.length; record++) {
    const family = outcomes.family[record]!;
    const reason = outcomes.reason[record]!;
    if ((reason === Reason.decoded) !== (family !== 0))
      throw new Error(`record ${record}: reason ${reason}, family ${family}`);
    if (reason >>> 16 > Reason.undecodableIpv6 >>> 16) throw new Error(`record ${record}: no such reason ${reason}`);
    if (outcomes.faults[record]! >= 1 << faultNames.length) throw new Error(`record ${record}: no such fault`);
    if (reason >>> 16 >= Reason.undecodable >>> 16 && !((reason & 0xffff) in faultNames && (reason & 0xffff) > 0))
      throw new Error(`record ${record}: undecodable for no reason`);
    if (family === 0) continue;
    if (family !== 4 && family !== 6) throw new Error(`record ${record}: no such family ${family}`);
    if (outcomes.row[record] !== next[family]++) throw new Error(`record ${record}: not the next row of its family`);
    const network = outcomes.network[record]! - records.offset[record]!;
    if (network < 0 || network + (family === 4 ? 20 : 40) > records.capturedLength[record]!)
      throw new Error(`record ${record}: its IP header is not in it`);
    const behind = records.capturedLength[record]! - network - (family === 4 ? 20 : 40);
    if ((family === 4 ? ipv4 : ipv6).transportBytes[outcomes.row[record]!]! > behind)
      throw new Error(`record ${record}: more behind its IP header than there is`);
  }
  if (next[4] !== ipv4.length || next[6] !== ipv6.length) throw new Error('there are more rows than records');
  for (const batch of [ipv4, ipv6]) for (let row = 0; row < batch.length; row++) expectPossibleRow(batch, row);
}

/** Each column's first value that cannot be. */
const limits: readonly (readonly [name: ColumnName, limit: number])[] = [
  ['seconds', MAX_CAPTURE_SECONDS],
  ['nanoseconds', 1e9],
  ['wireLength', 2 ** 31],
  ['vlan', 4096],
  ['fragment', 3],
  ['hasPayload', 2],
  ['tunnel', tunnelNames.length],
  // Rules set them behind the decoder.
  ['tagsLow', 2 ** tagNames.length],
  ['tagsHigh', 1],
  ['radiation', 1 + radiationNames.length],
];

function expectPossibleRow(batch: PacketBatch, row: number): void {
  for (const [name, limit] of limits) {
    const value = batch[name][row]!;
    if (!(value >= 0 && value < limit)) throw new Error(`ipv${batch.family}.${name} of row ${row} is ${value}`);
  }
  if (!Number.isInteger(batch.seconds[row])) throw new Error(`ipv${batch.family}.seconds of row ${row} has a fraction`);
}

/**
 * The packet engine under fuzz: one capture, or one batch of records, through readers, decoders, rules, filters, flows and
 * `inspect`, and whatever must hold of them whatever the bytes are. What it says of some bytes depends on nothing else.
 */
import { compilePacketFilter } from '../../sensor/filter/index.ts';
import { SourceMemory } from '../../sensor/fingerprint/source-memory.ts';
import { Inspection } from '../../sensor/inspect/inspection.ts';
import { type Counts, sumCounts } from '../../shared/counters.ts';
import { parseFilter } from '../../shared/filter/index.ts';
import { BATCH_ROWS, createRecordBatch, type RecordBatch } from '../../shared/packet-batch.ts';
import { evidenceToFrame, frameToEvidence } from '../../shared/wire/evidence.ts';
import { decodeFrame, encodeFrame } from '../../shared/wire/frame.ts';
import { hex } from '../support/hex.ts';
import { expectPossible, expectSameRecord } from './compare-batches.ts';
import { FlowSums } from './flow-sums.ts';
import { FuzzedPayloads } from './fuzzed-payloads.ts';
import { Lane, Surroundings, showAlone } from './lanes.ts';
import { digest, FuzzRandom } from './random.ts';
import { type ReadCapture, readCapture } from './read-captures.ts';

/** A SYN from 192.0.2.1 to 198.51.100.7, as raw IP. */
const FIRST_PACKET = '45000028abcd00004006 0000c0000201c6336407 9c400017112233440000000050020400 00000000';
/** Counters of 65,536 kinds are summed now and then; their sets grow with each capture. */
const BALANCE_EVERY = 64;
/** Capacities of batches: a batch may end anywhere. */
const capacities = [BATCH_ROWS, BATCH_ROWS, 64, 5, 1];

const filters = [
  ...[
    'tcp',
    'not ip',
    'tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn',
    'ip[8] > 64',
    'net 192.0.2.0/24',
    'udp portrange 1-5000',
  ],
  ...[
    'ip6 protochain 6',
    'ip6[6] == 44',
    'ether[12:2] == 0x0800',
    'vlan',
    'mpls',
    'pppoes',
    'icmp[0] == 8',
    'greater 60',
  ],
  ...[
    'ip[6:2] & 0x1fff != 0',
    'ether proto 0x0806',
    'tcp[13] == 2 or udp[4:2] > 20',
    'link[0] & 1 == 1',
    'src port 53',
    'ip[ip[8] - 100] = 1',
    'ether[ip[9] - 20] & 1 = 0',
    'tcp[ip[0] * 4 - 300] > 3',
  ],
].map((text) => compilePacketFilter(parseFilter(text)));

export class FuzzedEngine {
  captures = 0;
  packets = 0;
  /** What was reached: link types whose packets were decoded, and tunnels that were looked into. */
  readonly linkTypes = new Set<number>();
  readonly tunnels = new Set<number>();
  readonly #layered = new Lane({ plain: false });
  readonly #plain = new Lane({ plain: true });
  /** The packets amid garbage; from here on to filters, flows and `inspect`. */
  readonly #moved = new Lane({ plain: true });
  /** Each packet alone, and nothing around it. */
  readonly #alone = new Lane({ plain: true });
  readonly #verified = new Lane({ checksums: true });
  readonly #surroundings = new Surroundings();
  readonly #batches = new Map(capacities.map((capacity) => [capacity, createRecordBatch(capacity)]));
  readonly #one = createRecordBatch(1);
  readonly #passes = new Uint8Array(BATCH_ROWS);
  readonly #passesAlone = new Uint8Array(1);
  readonly #flows: FlowSums;
  /** So small that sources are given up and rows sent all the time. Its evidence is read as a server reads it. */
  readonly #memory = new SourceMemory({
    seed: 1,
    sources: 64,
    rows: 8,
    onEvidence: (rows) => void frameToEvidence(decodeFrame(encodeFrame(evidenceToFrame(rows, 1, 1)))),
  });
  readonly #payloads = new FuzzedPayloads();
  readonly #firstPacket: RecordBatch;
  #inspection = new Inspection();
  #inspected = 0;
  #checks = 0;

  constructor(seed: number) {
    this.#flows = new FlowSums(seed);
    this.#firstPacket = firstPacket();
  }

  /** Faults and what could not be read, of all that was decoded. */
  faults(): Counts {
    const { decoder } = this.#verified;
    return Object.fromEntries(
      [...Object.entries(decoder.undecodable()), ...Object.entries(decoder.faults())].sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    );
  }

  /** A whole capture, in one piece and in many. Throws what is wrong. */
  checkCapture(bytes: Uint8Array): ReadCapture {
    const random = new FuzzRandom(digest(bytes));
    this.#begin();
    const batch = this.#batches.get(random.pick(capacities))!;
    const whole = readCapture(bytes, { batch, onBatch: (records) => this.#checkBatch(records, random) });
    const longest = random.oneIn(4) ? 3 : 1 + random.below(bytes.length + 1);
    const inParts = readCapture(bytes, {
      batch: this.#batches.get(random.pick(capacities))!,
      chunkBytes: () => random.between(1, Math.min(longest, 1 << 16)),
    });
    expectSameReading(whole, inParts);
    this.#end();
    return whole;
  }

  /** Records that no reader made, such as every beginning of a packet. Throws what is wrong. */
  checkRecords(records: RecordBatch): void {
    this.#begin();
    this.#checkBatch(records, new FuzzRandom(digest(records.bytes)));
    this.#end();
  }

  /** A packet without a time has that of the packet before: what came before must not matter. */
  #begin(): void {
    for (const lane of [this.#layered, this.#plain, this.#moved, this.#alone, this.#verified])
      lane.decode(this.#firstPacket);
    this.captures++;
  }

  #checkBatch(records: RecordBatch, random: FuzzRandom): void {
    const [layered, plain] = [this.#layered, this.#plain];
    layered.decode(records);
    expectPossible(layered, records);
    plain.decode(records);
    const moved = this.#surroundings.place(records, random);
    this.#moved.decode(moved);
    const filter = random.pick(filters);
    filter.select(records, layered.decoder, layered.ipv4, layered.ipv6, this.#passes);
    for (let row = 0; row < records.length; row++) {
      const start = records.offset[row]!;
      expectSameRecord('layer by layer, and in one go', layered, row, start, plain, row, start);
      expectSameRecord('here, and amid garbage', layered, row, start, this.#moved, row, moved.offset[row]!);
      const one = showAlone(records, row, this.#one);
      this.#alone.decode(one);
      expectSameRecord('among others, and alone', layered, row, start, this.#alone, 0, 0);
      this.#verified.decode(one);
      expectSameRecord('without checksums, and with them', layered, row, start, this.#verified, 0, 0);
      filter.select(one, this.#alone.decoder, this.#alone.ipv4, this.#alone.ipv6, this.#passesAlone);
      if (this.#passesAlone[0] !== this.#passes[row])
        throw new Error(`record ${row} passes the filter, or not, by what is around it`);
    }
    this.packets += records.length;
    this.#note(records);
    this.#memory.match(this.#moved.ipv4, moved.view);
    this.#memory.flush();
    if (random.oneIn(3)) filter.apply(moved, this.#moved.decoder, this.#moved.ipv4, this.#moved.ipv6);
    this.#payloads.add(moved, this.#moved.ipv4, this.#moved.ipv6);
    this.#flows.add(this.#moved.ipv4);
    this.#flows.add(this.#moved.ipv6);
    this.#inspect(moved);
  }

  #note({ linkType, length }: RecordBatch): void {
    const { outcomes, ipv4, ipv6 } = this.#layered;
    for (let row = 0; row < length; row++) if (outcomes.family[row] !== 0) this.linkTypes.add(linkType[row]!);
    for (const { tunnel, length: rows } of [ipv4, ipv6])
      for (let row = 0; row < rows; row++) this.tunnels.add(tunnel[row]!);
  }

  #inspect(records: RecordBatch): void {
    this.#inspection.addRecords(records, this.#moved.outcomes.encapsulations);
    this.#inspection.addPackets(this.#moved.ipv4);
    this.#inspection.addPackets(this.#moved.ipv6);
    this.#inspected += this.#moved.ipv4.length + this.#moved.ipv6.length;
  }

  #end(): void {
    this.#flows.expectAll();
    const { captured, decoded } = this.#layered.decoder;
    for (const { decoder } of [this.#plain, this.#alone, this.#verified])
      if (decoder.captured !== captured || decoder.decoded !== decoded)
        throw new Error('two decoders count differently');
    if (++this.#checks % BALANCE_EVERY === 1) this.expectBalance();
  }

  /** Each record was counted once, by all in the same way. */
  expectBalance(): void {
    const lanes = [this.#layered, this.#plain, this.#alone, this.#verified].map((lane) =>
      JSON.stringify(lane.counts()),
    );
    if (new Set(lanes).size !== 1) throw new Error(`two decoders count differently: ${lanes.join('\n')}`);
    this.#layered.expectBalance();
    this.#moved.expectBalance();
    const transport = sumCounts(this.#inspection.transport);
    if (transport !== this.#inspected) throw new Error(`inspect has ${transport} of ${this.#inspected} packets`);
    if (this.#inspection.capturedBytes < 0 || this.#inspection.bytes < 0) throw new Error('inspect has bytes below 0');
    this.#inspection = new Inspection();
    this.#inspected = 0;
  }
}

function expectSameReading(one: ReadCapture, other: ReadCapture): void {
  if (one.format !== other.format || one.damage !== other.damage)
    throw new Error(`in one piece ${one.format} (${one.damage}), in chunks ${other.format} (${other.damage})`);
  if (one.digests.length !== other.digests.length)
    throw new Error(`${one.digests.length} records in one piece, ${other.digests.length} in chunks`);
  const record = one.digests.findIndex((value, index) => value !== other.digests[index]);
  if (record !== -1) throw new Error(`record ${record} is another in chunks`);
}

function firstPacket(): RecordBatch {
  const records = createRecordBatch(1);
  records.bytes = hex(FIRST_PACKET);
  records.view = new DataView(records.bytes.buffer);
  records.capturedLength[0] = records.wireLength[0] = records.bytes.length;
  records.seconds[0] = 1_000_000_000;
  records.linkType[0] = 101;
  records.length = 1;
  return records;
}

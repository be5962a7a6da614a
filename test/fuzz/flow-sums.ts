/** The stages behind the decoder: no packet and no byte is lost on the way to the text of flows. */
import { FlowTable } from '../../sensor/flow/flow-table.ts';
import { csv } from '../../sensor/flow-formats/csv.ts';
import { flowColumns } from '../../sensor/flow-formats/flow-columns.ts';
import { TextBuffer } from '../../sensor/flow-formats/text-buffer.ts';
import type { Family, FlowBatch } from '../../shared/flow-batch.ts';
import type { PacketBatch } from '../../shared/packet-batch.ts';

/** So few rows that tables are full, and emptied at borders, all the time. */
const CAPACITY = 48;
const EMPTY_AT_ROWS = 20;
const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const COMMUNITY_ID = /1:[\w+/]{27}=/g;

export class FlowSums {
  readonly #text = new TextBuffer();
  readonly #columns = flowColumns({ communityIdSeed: 0 });
  readonly #writer = csv.writer(this.#columns);
  readonly #tables: Readonly<Record<Family, FlowTable>>;
  #allPackets = 0;
  #allFlows = 0;
  /** Since `expectAll` was called. */
  #rows = 0;
  #packets = 0;
  #wireBytes = 0;
  #expectedPackets = 0;
  #expectedWireBytes = 0;

  constructor(seed: number) {
    const make = (family: Family) =>
      new FlowTable({
        family,
        capacity: CAPACITY,
        emptyAtRows: EMPTY_AT_ROWS,
        seed,
        onRows: (rows) => this.#take(rows),
      });
    this.#tables = { 4: make(4), 6: make(6) };
  }

  add(packets: PacketBatch): void {
    this.#expectedPackets += packets.length;
    for (let row = 0; row < packets.length; row++) this.#expectedWireBytes += packets.wireLength[row]!;
    this.#tables[packets.family].add(packets);
  }

  #take(rows: FlowBatch): void {
    this.#rows += rows.length;
    for (let row = 0; row < rows.length; row++) {
      this.#packets += rows.packets[row]!;
      this.#wireBytes += rows.wireBytes[row]!;
      if (rows.firstMicros[row]! > rows.lastMicros[row]! || rows.lastMicros[row]! >= 1_000_000)
        throw new Error(`a flow begins at ${rows.firstMicros[row]} and ends at ${rows.lastMicros[row]} µs`);
      if (rows.packets[row] === 0) throw new Error('a flow has no packets');
    }
    this.#writer.write(this.#text, rows);
  }

  /** Empties the tables and checks what came out since the last time. Throws where something is missing. */
  expectAll(): void {
    const { 4: ipv4, 6: ipv6 } = this.#tables;
    ipv4.empty();
    ipv6.empty();
    if (ipv4.packetsHeld + ipv6.packetsHeld !== 0) throw new Error('an empty table holds packets');
    this.#allPackets += this.#packets;
    this.#allFlows += this.#rows;
    if (ipv4.packetsEmitted + ipv6.packetsEmitted !== this.#allPackets) throw new Error('tables count other packets');
    if (ipv4.flowsEmitted + ipv6.flowsEmitted !== this.#allFlows) throw new Error('tables count other flows');
    if (this.#packets !== this.#expectedPackets)
      throw new Error(`${this.#expectedPackets} packets went into flows, ${this.#packets} came out`);
    if (this.#wireBytes !== this.#expectedWireBytes)
      throw new Error(`${this.#expectedWireBytes} bytes went into flows, ${this.#wireBytes} came out`);
    this.#expectText();
    this.#rows = this.#packets = this.#expectedPackets = this.#wireBytes = this.#expectedWireBytes = 0;
    this.#text.length = 0;
  }

  /** A line a flow, each with all its cells, of characters that need no quotes. */
  #expectText(): void {
    const { bytes, length } = this.#text;
    let commas = 0;
    let lines = 0;
    for (let at = 0; at < length; at++) {
      const character = bytes[at]!;
      if (character === COMMA) commas++;
      else if (character === LINE_FEED) lines++;
      else if (character <= 0x20 || character === 0x22 || character > 0x7e)
        throw new Error(`a cell has character ${character}`);
    }
    if (lines !== this.#rows || commas !== lines * (this.#columns.length - 1))
      throw new Error(`${this.#rows} flows became ${lines} lines with ${commas} commas`);
    // A hash in base64 may spell any word.
    const text = Buffer.from(bytes.buffer, 0, length).toString('latin1').replaceAll(COMMUNITY_ID, '');
    const odd = /NaN|undefined|Infinity|null/.exec(text);
    if (odd !== null) throw new Error(`a cell says ${odd[0]}`);
  }
}

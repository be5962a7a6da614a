/** Sums flows into series rows: one open-addressing table over columns, emptied at every commit. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { IpProtocol } from '../../shared/protocols.ts';
import { SeriesDimension, SeriesResolution, type SeriesRows } from '../store/ingest-commit.ts';

const FIRST_CAPACITY = 4_096;

interface MutableRows {
  length: number;
  resolution: Uint8Array;
  dimension: Uint8Array;
  session: Uint32Array;
  bin: Float64Array;
  key: Uint32Array;
  packets: Float64Array;
  bytes: Float64Array;
  flows: Float64Array;
}

function createRows(capacity: number): MutableRows {
  return {
    length: 0,
    resolution: new Uint8Array(capacity),
    dimension: new Uint8Array(capacity),
    session: new Uint32Array(capacity),
    bin: new Float64Array(capacity),
    key: new Uint32Array(capacity),
    packets: new Float64Array(capacity),
    bytes: new Float64Array(capacity),
    flows: new Float64Array(capacity),
  };
}

export class SeriesAccumulator {
  #rows = createRows(FIRST_CAPACITY);
  #slots = new Int32Array(FIRST_CAPACITY * 2);

  /** Adds every flow of the batch in all dimensions. Returns the packets that went into the totals. */
  add(batch: FlowBatch): number {
    const { second, minute } = SeriesResolution;
    const {
      total,
      class: byClass,
      protocol: byProtocol,
      port: byPort,
      country: byCountry,
      sensor: bySensor,
    } = SeriesDimension;
    let added = 0;
    for (let row = 0; row < batch.length; row++) {
      const session = batch.session[row]!;
      const packets = batch.packets[row]!;
      const bytes = batch.wireBytes[row]!;
      const at = batch.interval[row]!;
      const protocol = batch.protocol[row]!;
      this.#count(second, total, session, at, 0, packets, bytes);
      this.#count(second, byClass, session, at, batch.class[row]!, packets, bytes);
      const bin = at - (at % minute);
      this.#count(minute, total, session, bin, 0, packets, bytes);
      this.#count(minute, byClass, session, bin, batch.class[row]!, packets, bytes);
      this.#count(minute, byProtocol, session, bin, protocol, packets, bytes);
      if ((protocol === IpProtocol.tcp || protocol === IpProtocol.udp) && batch.fragment[row] !== Fragment.later) {
        this.#count(minute, byPort, session, bin, protocol * 65_536 + batch.targetPort[row]!, packets, bytes);
      }
      this.#count(minute, byCountry, session, bin, batch.country[row]!, packets, bytes);
      this.#count(minute, bySensor, session, bin, batch.sensor[row]!, packets, bytes);
      added += packets;
    }
    return added;
  }

  #count(
    resolution: number,
    dimension: number,
    session: number,
    bin: number,
    key: number,
    packets: number,
    bytes: number,
  ): void {
    const rows = this.#rows;
    const mask = this.#slots.length - 1;
    let slot = hashOf(resolution, dimension, session, bin, key) & mask;
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      const row = found - 1;
      if (
        rows.key[row] === key &&
        rows.bin[row] === bin &&
        rows.dimension[row] === dimension &&
        rows.resolution[row] === resolution &&
        rows.session[row] === session
      ) {
        rows.packets[row]! += packets;
        rows.bytes[row]! += bytes;
        rows.flows[row]! += 1;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = rows.length + 1;
    const row = rows.length++;
    rows.resolution[row] = resolution;
    rows.dimension[row] = dimension;
    rows.session[row] = session;
    rows.bin[row] = bin;
    rows.key[row] = key;
    rows.packets[row] = packets;
    rows.bytes[row] = bytes;
    rows.flows[row] = 1;
    if (rows.length * 2 >= this.#slots.length) this.#grow();
  }

  #grow(): void {
    const before = this.#rows;
    const rows = createRows(before.key.length * 2);
    rows.length = before.length;
    for (const name of ['resolution', 'dimension', 'session', 'bin', 'key', 'packets', 'bytes', 'flows'] as const)
      rows[name].set(before[name]);
    this.#rows = rows;
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let row = 0; row < rows.length; row++) {
      let slot =
        hashOf(rows.resolution[row]!, rows.dimension[row]!, rows.session[row]!, rows.bin[row]!, rows.key[row]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = row + 1;
    }
  }

  /** The rows since the last call; they are the caller's. */
  take(): SeriesRows {
    const rows = this.#rows;
    this.#rows = createRows(FIRST_CAPACITY);
    this.#slots = new Int32Array(FIRST_CAPACITY * 2);
    const { length } = rows;
    return {
      length,
      resolution: rows.resolution.slice(0, length),
      dimension: rows.dimension.slice(0, length),
      session: rows.session.slice(0, length),
      bin: rows.bin.slice(0, length),
      key: rows.key.slice(0, length),
      packets: rows.packets.slice(0, length),
      bytes: rows.bytes.slice(0, length),
      flows: rows.flows.slice(0, length),
    };
  }
}

function hashOf(resolution: number, dimension: number, session: number, bin: number, key: number): number {
  let hash = Math.imul(key ^ (dimension << 24), 0x9e3779b1);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ (bin | 0) ^ (resolution << 26), 0x85ebca77);
  hash ^= hash >>> 13;
  hash = Math.imul(hash ^ session, 0xc2b2ae3d);
  return hash ^ (hash >>> 16);
}

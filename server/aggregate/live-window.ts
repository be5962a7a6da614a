/** The last minute of capture time of one session: rates, tops and distinct sources for the page. */
import type { FlowBatch } from '../../shared/flow-batch.ts';
import { Fragment } from '../../shared/packet-batch.ts';
import { IpProtocol, trafficClassNames } from '../../shared/protocols.ts';
import { radiationColours, radiationGroups } from '../../shared/radiation.ts';
import type { CountryCount, PortCount } from '../../shared/wire/messages.ts';
import { HyperLogLog, mix32 } from './hyperloglog.ts';
import { KeyWindow } from './key-window.ts';

const WINDOW_SECONDS = 60;
/** Rates are means over so many whole seconds. */
const RATE_SECONDS = 4;
const SKETCH_SECONDS = 10;
/** So many flows in a row older than the window mean that its clock is wrong, not they. */
const CLOCK_STEP_FLOWS = 200;
/** Ports of UDP, then those of TCP. */
const PORT_KEYS = 2 * 65_536;
const COUNTRY_KEYS = 65_536;

interface Second {
  at: number;
  packets: number;
  flows: number;
  bytes: number;
  readonly classPackets: Float64Array;
  readonly radiationPackets: Float64Array;
}

/** By colour; 0 is unused. */
const RADIATION_COLOURS = radiationGroups.length + 1;

function createSecond(): Second {
  return {
    at: -1,
    packets: 0,
    flows: 0,
    bytes: 0,
    classPackets: new Float64Array(trafficClassNames.length),
    radiationPackets: new Float64Array(RADIATION_COLOURS),
  };
}

export interface LiveRates {
  packetsPerSecond: number;
  flowsPerSecond: number;
  bytesPerSecond: number;
  classPacketsPerSecond: number[];
  radiationPacketsPerSecond: number[];
}

export class LiveWindow {
  /** Second of the newest flow, or null before the first. */
  newestSecond: number | null = null;
  /** Time of the newest packet. */
  newestSeconds: number | null = null;
  oldestSecond = Number.POSITIVE_INFINITY;
  readonly #seconds = Array.from({ length: WINDOW_SECONDS }, createSecond);
  readonly #ports = new KeyWindow(PORT_KEYS, WINDOW_SECONDS);
  readonly #countries = new KeyWindow(COUNTRY_KEYS, WINDOW_SECONDS);
  readonly #newestOfFamily = { 4: Number.NEGATIVE_INFINITY, 6: Number.NEGATIVE_INFINITY };
  #olderInARow = 0;
  readonly #sketches = Array.from({ length: WINDOW_SECONDS / SKETCH_SECONDS }, () => ({
    slot: -1,
    sketch: new HyperLogLog(),
  }));

  add(batch: FlowBatch): void {
    const words = batch.family === 4 ? 1 : 4;
    for (let row = 0; row < batch.length; row++) {
      const at = batch.interval[row]!;
      if (at < this.oldestSecond) this.oldestSecond = at;
      this.#advance(at, at + batch.lastMicros[row]! / 1e6);
      if (at <= this.newestSecond! - WINDOW_SECONDS) {
        // Stored and counted elsewhere, but no longer "now" – unless it is "now" that was wrong. Families are batched
        // apart, and one may come long after the other: a step is judged by the family's own time.
        const isStep =
          at <= this.#newestOfFamily[batch.family] - WINDOW_SECONDS && ++this.#olderInARow >= CLOCK_STEP_FLOWS;
        if (at > this.#newestOfFamily[batch.family]) this.#newestOfFamily[batch.family] = at;
        if (!isStep) continue;
        this.#newestOfFamily[batch.family] = at;
        this.#restart(at, at + batch.lastMicros[row]! / 1e6);
      }
      if (at > this.#newestOfFamily[batch.family]) this.#newestOfFamily[batch.family] = at;
      this.#olderInARow = 0;
      this.#addRow(batch, row, at);
      let hash = 0;
      for (let word = 0; word < words; word++) hash = mix32(hash ^ batch.source[row * words + word]!);
      this.#sketchAt(at)?.add(words === 1 ? hash : hash ^ 0x6a09e667);
    }
  }

  /** The clock stepped back, or a single packet's time was far ahead: the window begins anew where the flows are. */
  #restart(second: number, seconds: number): void {
    this.newestSecond = second;
    this.newestSeconds = seconds;
    this.oldestSecond = second;
    for (let at = second - WINDOW_SECONDS + 1; at <= second; at++) this.#renew(at);
    for (const entry of this.#sketches) {
      entry.slot = -1;
      entry.sketch.clear();
    }
  }

  /**
   * Takes the time from the window of all flows, where this one is of a part of them: a part that is silent for a minute has
   * nothing in the last minute.
   */
  follow({ newestSecond, newestSeconds }: LiveWindow): void {
    if (newestSecond === null || newestSeconds === null) return;
    if (this.newestSecond !== null && newestSecond < this.newestSecond) this.#restart(newestSecond, newestSeconds);
    else this.#advance(newestSecond, newestSeconds);
  }

  #advance(second: number, seconds: number): void {
    if (this.newestSeconds === null || seconds > this.newestSeconds) this.newestSeconds = seconds;
    const newest = this.newestSecond;
    if (newest !== null && second <= newest) return;
    this.newestSecond = second;
    const from = newest === null ? second - WINDOW_SECONDS : newest;
    // A jump over the whole window clears it once, however far it goes.
    for (let at = Math.max(from + 1, second - WINDOW_SECONDS + 1); at <= second; at++) this.#renew(at);
  }

  #renew(at: number): void {
    const place = modulo(at, WINDOW_SECONDS);
    const second = this.#seconds[place]!;
    this.#ports.renew(place);
    this.#countries.renew(place);
    second.at = at;
    second.packets = 0;
    second.flows = 0;
    second.bytes = 0;
    second.classPackets.fill(0);
    second.radiationPackets.fill(0);
  }

  #addRow(batch: FlowBatch, row: number, at: number): void {
    const place = modulo(at, WINDOW_SECONDS);
    const second = this.#seconds[place]!;
    const packets = batch.packets[row]!;
    second.packets += packets;
    second.flows += 1;
    second.bytes += batch.wireBytes[row]!;
    second.classPackets[batch.class[row]!]! += packets;
    second.radiationPackets[radiationColours[batch.radiation[row]!]!]! += packets;
    const protocol = batch.protocol[row]!;
    const isTcp = protocol === IpProtocol.tcp;
    if ((isTcp || protocol === IpProtocol.udp) && batch.fragment[row] !== Fragment.later)
      this.#ports.add(place, (isTcp ? 65_536 : 0) + batch.targetPort[row]!, packets);
    this.#countries.add(place, batch.country[row]!, packets);
  }

  /** Null for a second whose place belongs to newer ones by now: the window can touch one slot more than there are sketches. */
  #sketchAt(second: number): HyperLogLog | null {
    const slot = Math.floor(second / SKETCH_SECONDS);
    const entry = this.#sketches[modulo(slot, this.#sketches.length)]!;
    if (entry.slot > slot) return null;
    if (entry.slot < slot) {
      entry.sketch.clear();
      entry.slot = slot;
    }
    return entry.sketch;
  }

  /** Distinct sources of the last minute, within HYPERLOGLOG_ERROR. */
  sources(): number {
    if (this.newestSecond === null) return 0;
    const newest = Math.floor(this.newestSecond / SKETCH_SECONDS);
    const union = new HyperLogLog();
    for (const { slot, sketch } of this.#sketches) if (slot > newest - this.#sketches.length) union.merge(sketch);
    return union.count();
  }

  /** Means over the last whole seconds before `until` (capture time; by default that of the newest flow). */
  rates(until: number = this.newestSecond ?? 0): LiveRates {
    const classPackets = new Float64Array(trafficClassNames.length);
    const radiationPackets = new Float64Array(RADIATION_COLOURS);
    let packets = 0;
    let flows = 0;
    let bytes = 0;
    const last = Math.floor(until);
    const seconds = Math.min(RATE_SECONDS, Math.max(1, last - this.oldestSecond));
    for (let at = last - seconds; at < last; at++) {
      const second = this.#seconds[modulo(at, WINDOW_SECONDS)]!;
      if (second.at !== at) continue;
      packets += second.packets;
      flows += second.flows;
      bytes += second.bytes;
      for (let i = 0; i < classPackets.length; i++) classPackets[i]! += second.classPackets[i]!;
      for (let i = 0; i < radiationPackets.length; i++) radiationPackets[i]! += second.radiationPackets[i]!;
    }
    return {
      packetsPerSecond: packets / seconds,
      flowsPerSecond: flows / seconds,
      bytesPerSecond: bytes / seconds,
      classPacketsPerSecond: Array.from(classPackets, (value) => value / seconds),
      radiationPacketsPerSecond: Array.from(radiationPackets, (value) => value / seconds),
    };
  }

  topPorts(limit: number): PortCount[] {
    return this.#ports.top(limit).map(([key, packets]) => ({
      protocol: key < 65_536 ? IpProtocol.udp : IpProtocol.tcp,
      port: key % 65_536,
      packets,
    }));
  }

  topCountries(limit: number): CountryCount[] {
    return this.#countries.top(limit).map(([key, packets]) => ({ country: countryText(key), packets }));
  }
}

/** Two letters of a country's number; empty for unknown. */
export function countryText(country: number): string {
  return country === 0 ? '' : String.fromCharCode(country >> 8, country & 255);
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

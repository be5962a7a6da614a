/** Labelled telescope traffic as bytes of a pcap file: actors, each with a pace, write packets in order of time. */
import type { Actor } from './kind.ts';
import { createFrame, type Frame, LARGEST_FRAME_BYTES } from './packet/frame.ts';
import { Random } from './random.ts';
import type { Scenario } from './scenario.ts';
import { type Pace, Schedule } from './schedule.ts';
import { SourceAllocator } from './sources.ts';
import { Telescope } from './telescope.ts';
import { ActorRecord, type TruthActor } from './truth.ts';

export type { TruthActor } from './truth.ts';

export interface Simulation {
  /** The 24-byte pcap file header: nanoseconds, little-endian, Ethernet, snap length 65,535. */
  readonly header: Uint8Array;
  /**
   * Fills `out` with whole pcap records whose capture time is less than `untilSeconds` after the start, in order of time;
   * returns the bytes written, 0 when nothing is due. `out` has at least `LARGEST_RECORD_BYTES`.
   */
  fill(out: Uint8Array, untilSeconds: number): number;
  /** One entry an actor that has sent, as far as generated. */
  truth(): TruthActor[];
  /** Packets generated so far. */
  readonly packets: number;
}

export interface SimulationOptions {
  readonly scenario: Scenario;
  /** Any safe integer. */
  readonly seed: number;
  /** Capture time of the start, in seconds since 1970 UTC. */
  readonly startSeconds: number;
  /** Mean rate instead of the scenario's. */
  readonly packetsPerSecond?: number;
}

const FILE_HEADER_BYTES = 24;
const RECORD_HEADER_BYTES = 16;
export const LARGEST_RECORD_BYTES = RECORD_HEADER_BYTES + LARGEST_FRAME_BYTES;
const NANOS = 1e9;

/** The same scenario, seed, start and rate give the same bytes, however they are asked for. */
export function createSimulation(options: SimulationOptions): Simulation {
  const { scenario, seed, startSeconds, packetsPerSecond = scenario.packetsPerSecond } = options;
  if (!(packetsPerSecond > 0 && packetsPerSecond <= 10_000_000)) {
    throw new RangeError(`packetsPerSecond must be above 0 and at most 10000000, is ${packetsPerSecond}`);
  }
  // A record holds its seconds in 32 bits.
  if (!(startSeconds >= 0 && startSeconds < 2 ** 32)) throw new RangeError('startSeconds must lie in 1970–2106');
  const cast = createCast(scenario, seed, packetsPerSecond);
  const schedule = new Schedule(cast.map(({ pace }) => pace));
  const clock = createClock(startSeconds);
  const frame = createFrame();
  let packets = 0;

  function fill(out: Uint8Array, untilSeconds: number): number {
    if (out.length < LARGEST_RECORD_BYTES) throw new RangeError(`out needs at least ${LARGEST_RECORD_BYTES} bytes`);
    const untilNanos = untilSeconds * NANOS;
    let written = 0;
    frame.bytes = out;
    while (schedule.nextNanos < untilNanos && written + LARGEST_RECORD_BYTES <= out.length) {
      const nanos = schedule.nextNanos;
      const { actor, record } = cast[schedule.nextActor]!;
      frame.start = written + RECORD_HEADER_BYTES;
      actor.write(frame);
      putRecordHeader(frame, clock.wholeSeconds(nanos), clock.nanosOfSecond(nanos));
      record.add(frame, nanos);
      schedule.advance();
      packets++;
      written = frame.start + frame.length;
    }
    return written;
  }

  return {
    header: fileHeader(),
    fill,
    truth: () => {
      const sent = cast.filter(({ record }) => record.packets > 0);
      return sent.map(({ id, kind, actor, record }) => record.read(id, kind, actor, clock.text));
    },
    get packets() {
      return packets;
    },
  };
}

/** An actor with its number, its pace and what it did. */
interface CastMember {
  readonly id: number;
  readonly kind: string;
  readonly actor: Actor;
  readonly pace: Pace;
  readonly record: ActorRecord;
}

function createCast(scenario: Scenario, seed: number, packetsPerSecond: number): CastMember[] {
  const telescope = new Telescope(scenario.prefixes);
  const sources = new SourceAllocator(telescope);
  const shares = scenario.actors.reduce((sum, group) => sum + group.share, 0);
  const cast: CastMember[] = [];
  for (const group of scenario.actors) {
    const weights = Array.from({ length: group.number }, (_, index) => (index + 1) ** -group.spread);
    const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
    for (const weight of weights) {
      const id = cast.length;
      const random = new Random(seed, id);
      const actor = group.kind.create(group.settings, { telescope, sources, random });
      const rate = (packetsPerSecond * group.share * weight) / (shares * weightSum);
      const pace = createPace(group, rate, actor.evenly ?? false, random);
      cast.push({ id, kind: group.kind.name, actor, pace, record: new ActorRecord(actor, telescope.targetCount) });
    }
  }
  return cast;
}

function createPace(group: Scenario['actors'][number], rate: number, evenly: boolean, random: Random): Pace {
  const { onSeconds, offSeconds, beginSeconds, endSeconds } = group;
  const span = { beginNanos: beginSeconds * NANOS, endNanos: endSeconds * NANOS };
  const burstRate = onSeconds > 0 ? (rate * (onSeconds + offSeconds)) / onSeconds : rate;
  // Bursts of less than a packet cannot be told from none, and stepping over them would take long.
  const bursts = onSeconds > 0 && offSeconds > 0 && burstRate * onSeconds >= 1;
  return {
    gapNanos: NANOS / (bursts ? burstRate : rate),
    evenly,
    onNanos: bursts ? onSeconds * NANOS : Number.POSITIVE_INFINITY,
    offNanos: bursts ? offSeconds * NANOS : 0,
    ...span,
    random,
  };
}

/** Turns nanoseconds after the start into capture time, exactly: sums stay below 2⁵³. */
function createClock(startSeconds: number) {
  const startWhole = Math.floor(startSeconds);
  const startNanos = Math.round((startSeconds - startWhole) * NANOS);
  const wholeSeconds = (nanos: number) => startWhole + Math.floor((startNanos + nanos) / NANOS);
  // Not by %, which is slow for doubles.
  const nanosOfSecond = (nanos: number) => startNanos + nanos - (wholeSeconds(nanos) - startWhole) * NANOS;
  const text = (nanos: number) => {
    const seconds = new Date(wholeSeconds(nanos) * 1000).toISOString().slice(0, 19);
    return `${seconds}.${String(nanosOfSecond(nanos)).padStart(9, '0')}Z`;
  };
  return { wholeSeconds, nanosOfSecond, text };
}

/** https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcap/ */
function fileHeader(): Uint8Array {
  const header = new Uint8Array(FILE_HEADER_BYTES);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 65_535, true);
  view.setUint32(20, 1, true);
  return header;
}

/** Writes the record header in front of the frame; nothing is cut off, so both lengths are the frame's. */
function putRecordHeader({ bytes, start, length }: Frame, seconds: number, nanoseconds: number): void {
  const at = start - RECORD_HEADER_BYTES;
  putLittle32(bytes, at, seconds);
  putLittle32(bytes, at + 4, nanoseconds);
  putLittle32(bytes, at + 8, length);
  putLittle32(bytes, at + 12, length);
}

function putLittle32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

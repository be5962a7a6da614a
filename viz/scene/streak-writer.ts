/** From a frame's columns to the ring: when each flow starts, and the words from which the shaders make it fly. */
import { PlaceKind, type StreakBatch } from '../../shared/wire/streaks.ts';
import type { PageLedger } from '../feed/page-ledger.ts';
import type { StreakRing } from './streak-ring.ts';
import { packetWeight, packLook, packPair, STREAK_WORDS } from './streak-words.ts';

/** When a flow starts. */
export interface Launching {
  /** Scene time, or null when it is too late to draw. `chance` in [0, 1) spreads what comes at once. */
  launchOf(captured: number, chance: number, now: number): number | null;
}

export interface StreakTarget<Plan extends Launching = Launching> {
  readonly ring: StreakRing;
  readonly plan: Plan;
  readonly ledger: PageLedger;
  /** Where in the table of sensors a sensor stands. */
  sensorIndex(id: number): number;
}

/** Tags beyond these have no room in a streak's words. */
const TAG_MASK = 0xff_ffff;

/** Writes every row of a batch that came now and can still be drawn, and counts the rest as expired. */
export function writeStreaks(batch: StreakBatch, target: StreakTarget<Launching & Arrivals>, now: number): void {
  target.ledger.received += batch.length;
  if (batch.length === 0) return;
  target.plan.arrive(newestOf(batch), now);
  launchRows(batch, 0, batch.length, target, now);
}

interface Arrivals {
  /** A frame arrived whose newest packet was captured at `newest`. */
  arrive(newest: number, now: number): void;
}

/** Rows [from, to), which are counted as received already. */
export function launchRows(batch: StreakBatch, from: number, to: number, target: StreakTarget, now: number): void {
  const { ring, plan, ledger } = target;
  for (let row = from; row < to; row++) {
    const launch = plan.launchOf(batch.time[row]!, unitHash(sourceHash(batch, row) + row), now);
    if (launch === null) ledger.expired += 1;
    else fillSlot(batch, row, ring, ring.write(launch, now), target.sensorIndex(batch.sensor[row]!));
  }
  ledger.expired += ring.overwritten;
  ring.overwritten = 0;
}

function fillSlot(batch: StreakBatch, row: number, ring: StreakRing, slot: number, sensor: number): void {
  const { words } = ring;
  const at = slot * STREAK_WORDS;
  const isIpv6 = batch.family === 6;
  words[at + 1] = packPair(batch.latitude[row]!, batch.longitude[row]!);
  words[at + 2] = batch.source[isIpv6 ? row * 4 : row]!;
  words[at + 3] = packPair(batch.sourcePort[row]!, batch.targetPort[row]!);
  words[at + 4] = packPair(batch.targetSlot[row]!, batch.country[row]!);
  words[at + 5] = ((batch.tagsLow[row]! & TAG_MASK) << 8) | sensor;
  words[at + 6] = packLook(
    batch.class[row]!,
    packetWeight(batch.packets[row]!),
    batch.place[row] === PlaceKind.unknown,
    isIpv6,
    batch.protocol[row]!,
    batch.radiation[row]!,
  );
  words[at + 7] = isIpv6 || batch.target === null ? 0 : batch.target[row]!;
  if (isIpv6 && (batch.target ?? ring.targets6) !== null) writeTarget6(batch.target, row, ring, slot);
  ring.captured[slot] = batch.time[row]!;
  ring.packets[slot] = batch.packets[row]!;
  ring.asn[slot] = batch.asn[row]!;
  for (let word = 0; word < 4; word++)
    ring.source[slot * 4 + word] = isIpv6 ? batch.source[row * 4 + word]! : word === 0 ? batch.source[row]! : 0;
}

/** Zeros where the target is not known: the slot may have had one before. */
function writeTarget6(target: Uint32Array | null, row: number, ring: StreakRing, slot: number): void {
  ring.targets6 ??= new Uint32Array(ring.capacity * 4);
  for (let word = 0; word < 4; word++) ring.targets6[slot * 4 + word] = target?.[row * 4 + word] ?? 0;
}

function newestOf({ time, length }: StreakBatch): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) newest = Math.max(newest, time[row]!);
  return newest;
}

function sourceHash(batch: StreakBatch, row: number): number {
  if (batch.family === 4) return batch.source[row]!;
  const at = row * 4;
  const { source } = batch;
  return (source[at]! ^ source[at + 1]! ^ source[at + 2]! ^ source[at + 3]!) >>> 0;
}

/** A number in [0, 1) by mixing 32 bits: neighbours in address space do not stay neighbours. */
export function unitHash(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4_294_967_296;
}

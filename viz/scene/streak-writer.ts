/** From a frame's columns to the ring: when each flow starts, where it leaves, where it lands. */
import { DEGREE_STEPS, PlaceKind, type StreakBatch } from '../../shared/wire/streaks.ts';
import type { LaunchPlan } from '../feed/launch-plan.ts';
import type { PageLedger } from '../feed/page-ledger.ts';
import { greatCircle, landingPoint, unitVector, type Vector } from './sphere.ts';
import type { StreakRing } from './streak-ring.ts';
import { packetWeight, packStyle } from './streak-style.ts';

export interface StreakTarget {
  readonly ring: StreakRing;
  readonly plan: LaunchPlan;
  readonly ledger: PageLedger;
  /** Directions of the sensors by their id. */
  readonly sensors: ReadonlyMap<number, Vector>;
}

/** Where a sensor without a place is drawn. */
export const NO_PLACE: Vector = unitVector(0, 0);

/** Writes every row of `batch` that can still be drawn, and counts the rest as expired. */
export function writeStreaks(batch: StreakBatch, { ring, plan, ledger, sensors }: StreakTarget, now: number): void {
  ledger.received += batch.length;
  if (batch.length === 0) return;
  plan.arrive(newestOf(batch), now);
  for (let row = 0; row < batch.length; row++) {
    const hash = sourceHash(batch, row);
    const launch = plan.launchOf(batch.time[row]!, unitHash(hash + row), now);
    if (launch === null) {
      ledger.expired += 1;
      continue;
    }
    writeStreak(batch, row, hash, launch, now, ring, sensors.get(batch.sensor[row]!) ?? NO_PLACE);
  }
  ledger.expired += ring.overwritten;
  ring.overwritten = 0;
}

function writeStreak(
  batch: StreakBatch,
  row: number,
  hash: number,
  launch: number,
  now: number,
  ring: StreakRing,
  sensor: Vector,
): void {
  const landing = landingPoint(sensor, batch.targetSlot[row]!);
  const weight = packetWeight(batch.packets[row]!);
  if (batch.place[row] === PlaceKind.unknown) {
    const turn = unitHash(hash) * 2 * Math.PI;
    const slot = ring.write(launch, packStyle(batch.class[row]!, weight, true, 0), now);
    ring.place(slot, [Math.cos(turn), Math.sin(turn), 0], landing);
    return;
  }
  const from = unitVector(batch.latitude[row]! / DEGREE_STEPS, batch.longitude[row]! / DEGREE_STEPS);
  const { axis, angle } = greatCircle(from, landing);
  const slot = ring.write(launch, packStyle(batch.class[row]!, weight, false, angle), now);
  ring.place(slot, from, axis);
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

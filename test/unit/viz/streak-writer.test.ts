import { expect, test } from 'vitest';
import { TrafficClass } from '../../../shared/protocols.ts';
import { createStreakBatch, DEGREE_STEPS, PlaceKind } from '../../../shared/wire/streaks.ts';
import { LaunchPlan } from '../../../viz/feed/launch-plan.ts';
import { PageLedger } from '../../../viz/feed/page-ledger.ts';
import { unitVector } from '../../../viz/scene/sphere.ts';
import { StreakRing } from '../../../viz/scene/streak-ring.ts';
import { packetWeight, packStyle, unpackStyle } from '../../../viz/scene/streak-style.ts';
import { unitHash, writeStreaks } from '../../../viz/scene/streak-writer.ts';

function target(capacity = 16) {
  const sensors = new Map([[3, unitVector(35, 139)]]);
  return { ring: new StreakRing(capacity, 3), plan: new LaunchPlan(), ledger: new PageLedger(), sensors };
}

test('rows of known and unknown place become streaks', () => {
  const batch = createStreakBatch(4, 2);
  batch.length = 2;
  batch.time.set([1000, 1000.2]);
  batch.packets.set([1, 9]);
  batch.class.set([TrafficClass.udp, TrafficClass.tcpSyn]);
  batch.place.set([PlaceKind.country, PlaceKind.unknown]);
  batch.sensor.fill(3);
  batch.latitude[0] = Math.round(50 * DEGREE_STEPS);
  const to = target();
  writeStreaks(batch, to, 0);

  const [known, unknown] = [unpackStyle(to.ring.floats[7]!), unpackStyle(to.ring.floats[15]!)];
  expect(known).toMatchObject({ trafficClass: TrafficClass.udp, weight: 0, fromEdge: false });
  expect(to.ring.floats[1]).toBeCloseTo(Math.sin((50 / 180) * Math.PI), 3);
  expect(unknown).toMatchObject({ trafficClass: TrafficClass.tcpSyn, weight: 3, fromEdge: true });
  expect(Math.hypot(to.ring.floats[8]!, to.ring.floats[9]!)).toBeCloseTo(1, 6);
  expect(to.ledger.view()).toMatchObject({ received: 2, drawn: 0, expired: 0, waiting: 2 });
});

test('what does not fit is counted as expired', () => {
  const batch = createStreakBatch(6, 5);
  batch.length = 5;
  batch.time.fill(1000);
  const to = target(2);
  writeStreaks(batch, to, 0);
  expect(to.ledger.view()).toMatchObject({ received: 5, expired: 3, waiting: 2 });
});

test('a style survives its 24 bits', () => {
  for (const angle of [0, 0.001, 1, Math.PI]) {
    const style = packStyle(TrafficClass.icmp, 15, true, angle);
    expect(Math.fround(style)).toBe(style);
    expect(unpackStyle(style)).toMatchObject({ trafficClass: TrafficClass.icmp, weight: 15, fromEdge: true });
    expect(unpackStyle(style).angle).toBeCloseTo(angle, 4);
  }
  expect(unpackStyle(packStyle(99, 0, false, 0)).trafficClass).toBe(TrafficClass.other);
});

test('weight grows by one a doubling', () => {
  expect([0, 1, 2, 3, 4, 1e9].map(packetWeight)).toEqual([0, 0, 1, 1, 2, 15]);
});

test('hashes spread neighbours over the whole range', () => {
  const values = Array.from({ length: 1000 }, (_, i) => unitHash(0x0a00_0000 + i));
  expect(Math.min(...values)).toBeLessThan(0.02);
  expect(Math.max(...values)).toBeGreaterThan(0.98);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
});

import { expect, test } from 'vitest';
import { TrafficClass } from '../../../shared/protocols.ts';
import { Tag } from '../../../shared/tags.ts';
import { createStreakBatch, DEGREE_STEPS, PlaceKind } from '../../../shared/wire/streaks.ts';
import { LaunchPlan } from '../../../viz/feed/launch-plan.ts';
import { PageLedger } from '../../../viz/feed/page-ledger.ts';
import { factsOf } from '../../../viz/scene/streak-facts.ts';
import { StreakRing } from '../../../viz/scene/streak-ring.ts';
import { packetWeight, packLook, STREAK_WORDS, unpackLook } from '../../../viz/scene/streak-words.ts';
import { unitHash, writeStreaks } from '../../../viz/scene/streak-writer.ts';

function target(capacity = 16) {
  const sensorIndex = (id: number) => (id === 3 ? 1 : 0);
  return { ring: new StreakRing(capacity, 3), plan: new LaunchPlan(), ledger: new PageLedger(), sensorIndex };
}

test('rows become words, from which all that is told of a streak comes back', () => {
  const batch = createStreakBatch(4, 2);
  batch.length = 2;
  batch.time.set([1000, 1000.2]);
  batch.source.set([0xc000_0207, 0xffff_ffff]);
  batch.packets.set([1, 9]);
  batch.class.set([TrafficClass.udp, TrafficClass.tcpSyn]);
  batch.protocol.set([17, 6]);
  batch.radiation.set([14, 1]);
  batch.place.set([PlaceKind.country, PlaceKind.unknown]);
  batch.sensor.fill(3);
  batch.sourcePort.set([53, 65_535]);
  batch.targetPort.set([0, 23]);
  batch.targetSlot.set([65_535, 7]);
  batch.country.set([(0x4a << 8) | 0x50, 0]);
  batch.asn.set([0xffff_fffe, 0]);
  batch.tagsLow.set([0, (1 << Tag.mirai) | (1 << Tag.masscanTcp)]);
  batch.latitude[0] = Math.round(-50 * DEGREE_STEPS);
  batch.longitude[0] = Math.round(170 * DEGREE_STEPS);
  const to = target();
  writeStreaks(batch, to, 0);

  const { words } = to.ring;
  expect(words[1]! >> 16).toBe(batch.latitude[0]);
  expect((words[1]! << 16) >> 16).toBe(batch.longitude[0]);
  expect(words[5]! & 0xff).toBe(1);
  expect(factsOf(to.ring, 0)).toEqual({
    source: '192.0.2.7',
    sourceWord: 0xc000_0207,
    country: 'JP',
    asn: 0xffff_fffe,
    protocol: 17,
    trafficClass: TrafficClass.udp,
    radiation: 14,
    sourcePort: 53,
    targetPort: 0,
    targetSlot: 65_535,
    target: null,
    packets: 1,
    capturedSeconds: 1000,
    rules: [],
  });
  expect(factsOf(to.ring, 1)).toMatchObject({
    source: '255.255.255.255',
    country: '',
    sourcePort: 65_535,
    targetPort: 23,
    targetSlot: 7,
    packets: 9,
    rules: ['masscanTcp', 'mirai'],
  });
  expect(unpackLook(words[STREAK_WORDS + 6]!)).toMatchObject({ weight: 3, unknownPlace: true, isIpv6: false });
  expect(to.ledger.view()).toMatchObject({ received: 2, drawn: 0, expired: 0, waiting: 2 });
});

test('an IPv6 source is told in full', () => {
  const batch = createStreakBatch(6, 1);
  batch.length = 1;
  batch.time.fill(1000);
  batch.source.set([0x2001_0db8, 0, 0, 0x42]);
  const to = target();
  writeStreaks(batch, to, 0);
  expect(factsOf(to.ring, 0)).toMatchObject({ source: '2001:db8::42', sourceWord: 0x2001_0db8 });
});

test('an analyst is told the target of either family, until it is forgotten', () => {
  const to = target();
  const [four, six] = [createStreakBatch(4, 2), createStreakBatch(6, 1)];
  for (const batch of [four, six]) batch.time.fill(1000);
  four.length = 2;
  six.length = 1;
  writeStreaks({ ...four, target: Uint32Array.of(0xc633_6407, 0xffff_ffff) }, to, 0);
  writeStreaks({ ...six, target: Uint32Array.of(0x2001_0db8, 0, 0, 7) }, to, 0);
  writeStreaks(six, to, 0);
  const targets = () => [0, 1, 2, 3].map((slot) => factsOf(to.ring, slot).target);
  expect(targets()).toEqual(['198.51.100.7', '255.255.255.255', '2001:db8::7', null]);
  to.ring.takeDirty();
  to.ring.forgetTargets();
  expect(targets()).toEqual([null, null, null, null]);
  expect(to.ring.words.includes(0xc633_6407)).toBe(false);
  expect(to.ring.takeDirty()).toEqual([{ first: 0, count: 4 }]);
});

test('a slot that had a target has none when its next streak has none', () => {
  const to = target(1);
  for (const family of [4, 6] as const) {
    const batch = createStreakBatch(family, 1);
    batch.length = 1;
    batch.time.fill(1000);
    writeStreaks({ ...batch, target: new Uint32Array(4).fill(9) }, to, 0);
    expect(factsOf(to.ring, 0).target).not.toBeNull();
    writeStreaks(batch, to, 0);
    expect(factsOf(to.ring, 0).target).toBeNull();
  }
});

test('what does not fit is counted as expired', () => {
  const batch = createStreakBatch(6, 5);
  batch.length = 5;
  batch.time.fill(1000);
  const to = target(2);
  writeStreaks(batch, to, 0);
  expect(to.ledger.view()).toMatchObject({ received: 5, expired: 3, waiting: 2 });
});

test('a look survives its word', () => {
  for (const protocol of [0, 6, 255]) {
    const look = unpackLook(packLook(TrafficClass.icmp, 15, true, true, protocol, 14));
    const expected = { trafficClass: TrafficClass.icmp, weight: 15, unknownPlace: true, isIpv6: true };
    expect(look).toEqual({ ...expected, protocol, radiation: 14 });
  }
  expect(unpackLook(packLook(99, 0, false, false, 0, 0)).trafficClass).toBe(TrafficClass.other);
  // A class of later versions has no room among the protocol's bits, nor beside them.
  expect(unpackLook(packLook(1, 0, false, false, 255, 200))).toMatchObject({ protocol: 255, radiation: 0 });
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

import { describe, expect, test } from 'vitest';
import {
  addSensorLedgers,
  addServerLedgers,
  checkLedger,
  emptySensorLedger,
  emptyServerLedger,
  Fault,
  faultNames,
  type SensorLedger,
  type ServerLedger,
  sumCounts,
} from '../../../shared/counters.ts';

/** 100 packets received, 20 of them no flows; all that is left is stored but for five that were refused. */
const sensor: SensorLedger = {
  ...emptySensorLedger(),
  received: 110,
  droppedByKernel: 7,
  droppedByInterface: 99,
  leftAtStop: 3,
  captured: 100,
  filteredOut: 10,
  notIp: { '0x0806': 4, llc: 1 },
  undecodable: { truncatedLink: 3, tooDeep: 2 },
  decoded: 80,
  faults: { truncatedTransport: 50 },
  lostInCrash: 8,
  crashes: 1,
  packetsInOpenFlows: 2,
  packetsInClosedFlows: 70,
  packetsSent: 60,
  packetsSpooled: 6,
  packetsSpoolDropped: 4,
  packetsAcknowledged: 60,
};
const server: ServerLedger = {
  ...emptyServerLedger(),
  packetsAccepted: 60,
  packetsStored: 55,
  packetsRefused: { STORE_FAILED: 5 },
  packetsInSeries: 55,
};

describe('checkLedger', () => {
  test('at rest every sum holds with nothing in flight', () => {
    for (const check of checkLedger(sensor, server))
      expect(check, check.sum).toMatchObject({ holds: true, inFlight: 0 });
  });

  test('what has not begun balances too', () => {
    for (const check of checkLedger(emptySensorLedger(), emptyServerLedger()))
      expect(check.holds, check.sum).toBe(true);
  });

  test('a source without such a counter has no sum of what was received', () => {
    const sums = (ledger: SensorLedger) => checkLedger(ledger, server).map(({ sum }) => sum);
    expect(sums(sensor)).toEqual([
      'received = captured + droppedByKernel + leftAtStop',
      ...sums({ ...sensor, received: null }),
    ]);
  });

  const captured = 'captured = filteredOut + notIp + undecodable + decoded';
  const decoded = 'decoded = packetsInClosedFlows + packetsInOpenFlows + lostInCrash';
  const closed = 'packetsInClosedFlows = packetsSent + packetsSpooled + packetsSpoolDropped';
  const received = 'received = captured + droppedByKernel + leftAtStop';
  const accepted = 'packetsAccepted = packetsStored + packetsRefused';
  test.for<{ name: string; sensor?: Partial<SensorLedger>; server?: Partial<ServerLedger>; broken: string[] }>([
    { name: 'received', sensor: { received: 111 }, broken: [received] },
    { name: 'droppedByKernel', sensor: { droppedByKernel: 8 }, broken: [received] },
    { name: 'leftAtStop', sensor: { leftAtStop: 2 }, broken: [received] },
    { name: 'captured', sensor: { captured: 101 }, broken: [received, captured] },
    { name: 'filteredOut', sensor: { filteredOut: 9 }, broken: [captured] },
    { name: 'notIp', sensor: { notIp: { '0x0806': 5, llc: 1 } }, broken: [captured] },
    { name: 'undecodable', sensor: { undecodable: { truncatedLink: 3 } }, broken: [captured] },
    { name: 'decoded', sensor: { decoded: 79 }, broken: [captured, decoded] },
    { name: 'lostInCrash', sensor: { lostInCrash: 0 }, broken: [decoded] },
    { name: 'packetsInOpenFlows', sensor: { packetsInOpenFlows: 3 }, broken: [decoded] },
    { name: 'packetsInClosedFlows', sensor: { packetsInClosedFlows: 71 }, broken: [decoded, closed] },
    { name: 'packetsSpooled', sensor: { packetsSpooled: 5 }, broken: [closed] },
    { name: 'packetsSpoolDropped', sensor: { packetsSpoolDropped: 5 }, broken: [closed] },
    { name: 'packetsStored', server: { packetsStored: 54, packetsInSeries: 54 }, broken: [accepted] },
    { name: 'packetsRefused', server: { packetsRefused: {} }, broken: [accepted] },
    { name: 'packetsInSeries', server: { packetsInSeries: 56 }, broken: ['packetsStored = packetsInSeries'] },
  ])(
    'one packet wrong in $name breaks its sums and no other',
    ({ sensor: wrongSensor, server: wrongServer, broken }) => {
      const checks = checkLedger({ ...sensor, ...wrongSensor }, { ...server, ...wrongServer });
      expect(checks.filter(({ holds }) => !holds).map(({ sum }) => sum)).toEqual(broken);
    },
  );

  test('what was sent and is not yet acknowledged or accepted is in flight', () => {
    const checks = checkLedger(
      { ...sensor, packetsAcknowledged: 50 },
      { ...server, packetsAccepted: 57, packetsStored: 52, packetsInSeries: 52 },
    );
    expect(checks.every(({ holds }) => holds)).toBe(true);
    expect(checks.filter(({ inFlight }) => inFlight !== 0)).toMatchObject([
      { sum: 'packetsSent = packetsAcknowledged', left: 60, right: 50, inFlight: 10 },
      { sum: 'packetsAcknowledged = packetsAccepted', left: 50, right: 57, inFlight: -7 },
    ]);
  });

  test('faults of decoded packets stand outside of the sums', () => {
    expect(checkLedger({ ...sensor, faults: {} }, server)).toEqual(checkLedger(sensor, server));
  });
});

describe('sums of several ledgers', () => {
  test('each counter is the sum, counts by name', () => {
    const sum = addSensorLedgers([sensor, { ...sensor, notIp: { '0x0806': 1, 'link 195': 2 } }]);
    expect(sum).toMatchObject({ received: 220, captured: 200, crashes: 2, packetsSpoolDropped: 8 });
    expect(sum.notIp).toEqual({ '0x0806': 5, llc: 1, 'link 195': 2 });
    expect(sensor.notIp).toEqual({ '0x0806': 4, llc: 1 });
  });

  test('of balanced ledgers balance', () => {
    const checks = checkLedger(addSensorLedgers([sensor, sensor]), addServerLedgers([server, server]));
    expect(checks.every(({ holds, inFlight }) => holds && inFlight === 0)).toBe(true);
  });

  test('a counter that none has stays null, one that some have is their sum', () => {
    const file = emptySensorLedger();
    expect(addSensorLedgers([file, file]).received).toBeNull();
    expect(addSensorLedgers([file, sensor]).received).toBe(110);
    expect(addSensorLedgers([sensor, file]).received).toBe(110);
    expect(addSensorLedgers([])).toEqual(emptySensorLedger());
  });

  test('of servers', () => {
    expect(addServerLedgers([server, server]).packetsRefused).toEqual({ STORE_FAILED: 10 });
    expect(addServerLedgers([])).toEqual(emptyServerLedger());
  });
});

test('counts add up', () => {
  expect(sumCounts({ '0x0806': 3, llc: 4 })).toBe(7);
  expect(sumCounts({})).toBe(0);
});

test('a fault’s code is the index of its name', () => {
  expect(faultNames.map((name) => Fault[name])).toEqual(faultNames.map((_, code) => code));
});

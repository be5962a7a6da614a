import { describe, expect, test } from 'vitest';
import { addRun, reportOfBegin } from '../../../server/ingest/sensor-runs.ts';
import type { LedgerHealth } from '../../../server/store/ingest-commit.ts';
import {
  checkLedger,
  emptySensorLedger,
  emptyServerLedger,
  type SensorLedger,
  type ServerLedger,
} from '../../../shared/counters.ts';
import type { SensorHealth, SensorHello } from '../../../shared/wire/messages.ts';

const hello: SensorHello = {
  software: 'kurayami',
  name: 'edge',
  epoch: 2,
  session: { kind: 'live', name: 'eth1' },
  place: null,
  prefixes: [],
  clock: { mode: 'live', speed: 1 },
};

/** A report whose sums hold: of `decoded` packets ten are in open flows, five wait, three were dropped, the rest is sent. */
function report(decoded: number, more: Partial<SensorHealth> = {}): SensorHealth {
  const sent = decoded - 18;
  const ledger: SensorLedger = {
    ...emptySensorLedger(),
    received: decoded + 12,
    droppedByKernel: 5,
    leftAtStop: 0,
    captured: decoded + 7,
    notIp: { '0x0806': 4 },
    undecodable: { truncatedLink: 3 },
    decoded,
    packetsInOpenFlows: 10,
    packetsInClosedFlows: decoded - 10,
    flowsClosed: decoded - 10,
    flowsClosedEarly: 0,
    packetsSent: sent,
    flowsSent: sent,
    packetsAcknowledged: sent,
    flowsAcknowledged: sent,
    packetsSpooled: 5,
    flowsSpooled: 5,
    packetsSpoolDropped: 3,
    flowsSpoolDropped: 3,
  };
  return { ...reportOfBegin(hello), ledger, ...more };
}

/** A server that has stored so many packets, in flows of one packet, and refused `refused` more. */
function serverWith(packets: number, refused = 0): ServerLedger {
  return {
    ...emptyServerLedger(),
    flowsAccepted: packets + refused,
    packetsAccepted: packets + refused,
    flowsStored: packets,
    packetsStored: packets,
    flowsRefused: refused > 0 ? { STORE_FAILED: refused } : {},
    packetsRefused: refused > 0 ? { STORE_FAILED: refused } : {},
    packetsInSeries: packets,
  };
}

function expectBalance(health: LedgerHealth, server: ServerLedger): void {
  for (const check of checkLedger(health.ledger, server))
    expect(check, check.sum).toMatchObject({ holds: true, inFlight: 0 });
}

/** The part of a hello that names a run. */
const run = (epoch: number) => ({ epoch, prefixes: [] });

/** What a new run reports at its begin, after one that said `before` last. */
const begin = (before: LedgerHealth, server: ServerLedger, epoch = 2) =>
  addRun(reportOfBegin(hello), run(epoch), before, server);

test('the report that the tests begin with balances', () => {
  expectBalance(addRun(report(100), run(1), null, serverWith(82)), serverWith(82));
});

describe('one run', () => {
  test('the first report of all is the ledger', () => {
    const health = addRun(report(100), run(1), null, serverWith(82));
    expect(health).toMatchObject({ epoch: 1, earlier: null });
    expect(health.ledger).toEqual(report(100).ledger);
  });

  test('a later report of the same run takes its place', () => {
    const first = addRun(report(100), run(1), null, serverWith(82));
    const second = addRun(report(200), run(1), first, serverWith(182));
    expect(second.ledger).toEqual(report(200).ledger);
    expect(second.earlier).toBeNull();
  });
});

describe('a run that ended with a last word', () => {
  const finished: SensorHealth = {
    ...report(100, { finished: true }),
    ledger: {
      ...report(100).ledger,
      packetsInOpenFlows: 0,
      packetsInClosedFlows: 100,
      packetsSent: 97,
      packetsAcknowledged: 97,
      packetsSpooled: 0,
    },
  };

  test('is added to the next, and nothing is lost', () => {
    const server = serverWith(97);
    const next = addRun(report(50), run(2), addRun(finished, run(1), null, server), server);
    expect(next.ledger).toMatchObject({
      captured: 107 + 57,
      decoded: 150,
      lostInCrash: 0,
      crashes: 0,
      notIp: { '0x0806': 8 },
    });
    expectBalance(next, serverWith(97 + 32));
  });

  test('stays added while the next goes on', () => {
    const server = serverWith(97);
    const first = addRun(report(50), run(2), addRun(finished, run(1), null, server), server);
    const second = addRun(report(60), run(2), first, serverWith(97 + 32));
    expect(second.ledger).toMatchObject({ decoded: 160, captured: 107 + 67 });
    expectBalance(second, serverWith(97 + 42));
  });
});

describe('a run that ended without one', () => {
  test.for([
    // Decoded 100, of which 3 were dropped: 97 could have been delivered.
    { name: 'the server has less than was reported', stored: 60, lost: 37, decoded: 100 },
    { name: 'the server has nothing', stored: 0, lost: 97, decoded: 100 },
    { name: 'the server has what was sent', stored: 82, lost: 15, decoded: 100 },
    { name: 'the server has all that was reported', stored: 97, lost: 0, decoded: 100 },
    { name: 'the server has more than was reported', stored: 140, lost: 0, decoded: 143 },
  ])('$name', ({ stored, lost, decoded }) => {
    const server = serverWith(stored);
    const crashed = addRun(report(100), run(1), null, serverWith(0));
    const health = begin(crashed, server);
    expectBalance(health, server);
    expect(health.ledger).toMatchObject({
      crashes: 1,
      lostInCrash: lost,
      decoded,
      captured: decoded + 7,
      received: decoded + 12,
      packetsInOpenFlows: 0,
      packetsSpooled: 0,
      packetsSpoolDropped: 3,
      packetsAcknowledged: stored,
    });
  });

  test('refused packets were delivered too', () => {
    const server = serverWith(60, 20);
    const health = begin(addRun(report(100), run(1), null, serverWith(0)), server);
    expectBalance(health, server);
    expect(health.ledger.lostInCrash).toBe(17);
  });

  test('flows add up as packets do', () => {
    const server = serverWith(60, 20);
    const { ledger } = begin(addRun(report(100), run(1), null, serverWith(0)), server);
    expect(ledger.flowsClosed).toBe(ledger.flowsSent + ledger.flowsSpooled + ledger.flowsSpoolDropped);
    expect(ledger).toMatchObject({ flowsSent: 80, flowsAcknowledged: 80 });
  });

  test('a source that does not know what it received does not come to know it', () => {
    const file = report(100);
    const health = begin(
      addRun(
        { ...file, ledger: { ...file.ledger, received: null, droppedByKernel: null, leftAtStop: null } },
        run(1),
        null,
        serverWith(0),
      ),
      serverWith(140),
    );
    expect(health.ledger.received).toBeNull();
    expectBalance(health, serverWith(140));
  });

  test('one after another: each crash counts once, with what it lost', () => {
    let server = serverWith(60);
    let health = begin(addRun(report(100), run(1), null, server), server, 2);
    expect(health.ledger).toMatchObject({ crashes: 1, lostInCrash: 37 });
    // The second run reports 50, of which the server stores 20, and dies; the third begins.
    health = addRun(report(50), run(2), health, server);
    server = serverWith(80);
    health = begin(health, server, 3);
    expectBalance(health, server);
    expect(health.ledger).toMatchObject({ crashes: 2, lostInCrash: 37 + 27, decoded: 150 });
    // The third dies too, having delivered more than it reported.
    health = addRun(report(30), run(3), health, server);
    server = serverWith(80 + 40);
    health = begin(health, server, 4);
    expectBalance(health, server);
    expect(health.ledger).toMatchObject({ crashes: 3, lostInCrash: 64, decoded: 150 + 43 });
  });

  test('one that died before its first report', () => {
    const server = serverWith(25);
    const health = begin(addRun(reportOfBegin(hello), run(1), null, serverWith(0)), server);
    expectBalance(health, server);
    expect(health.ledger).toMatchObject({ crashes: 1, lostInCrash: 0, decoded: 25, captured: 25 });
  });
});

test('a run that has begun has nothing to report', () => {
  expect(reportOfBegin(hello)).toMatchObject({ ledger: emptySensorLedger(), finished: false, clock: hello.clock });
});

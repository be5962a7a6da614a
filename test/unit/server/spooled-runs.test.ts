/** What the ledger and the watches make of a run that finds what earlier runs left in the spool. */
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../../server/ingest/channel.ts';
import { addRun, hearLastWords, reportOfBegin } from '../../../server/ingest/sensor-runs.ts';
import { WatchBook } from '../../../server/ingest/watch-book.ts';
import { checkLedger, emptySensorLedger, emptyServerLedger, type ServerLedger } from '../../../shared/counters.ts';
import type { SensorHealth, SensorHello } from '../../../shared/wire/messages.ts';
import { helloOf } from '../../support/spools.ts';

/** Of `decoded` packets so many were sent and acknowledged; the rest waits. */
function word(decoded: number, sent: number, more: Partial<SensorHealth> = {}): SensorHealth {
  const ledger = {
    ...emptySensorLedger(),
    captured: decoded + 3,
    notIp: { '0x0806': 3 },
    decoded,
    packetsInClosedFlows: decoded,
    flowsClosed: decoded,
    packetsSent: sent,
    flowsSent: sent,
    packetsAcknowledged: sent,
    flowsAcknowledged: sent,
    packetsSpooled: decoded - sent,
    flowsSpooled: decoded - sent,
  };
  return { ...reportOfBegin(helloOf(1)), ledger, ...more };
}

function serverWith(packets: number): ServerLedger {
  const stored = { flowsAccepted: packets, packetsAccepted: packets, flowsStored: packets, packetsStored: packets };
  return { ...emptyServerLedger(), ...stored, packetsInSeries: packets };
}

/** What a new run says when it has delivered `sent` of what it found, and captured nothing. */
function recovering(found: number, sent: number): SensorHealth {
  const report = word(0, 0);
  const counts = { packetsSent: sent, flowsSent: sent, packetsAcknowledged: sent, flowsAcknowledged: sent };
  const waiting = { packetsSpooled: found - sent, flowsSpooled: found - sent };
  const ledger = { ...report.ledger, captured: 0, notIp: {}, ...counts, ...waiting };
  return { ...report, ledger, recovered: { flows: found, packets: found } };
}

const run = (epoch: number) => helloOf(epoch);
const expectSums = (health: { ledger: SensorHealth['ledger'] }, server: ServerLedger) => {
  for (const check of checkLedger(health.ledger, server)) expect(check, check.sum).toMatchObject({ holds: true });
};

function begin(before: ReturnType<typeof addRun> | null, hello: SensorHello, server: ServerLedger) {
  return addRun(reportOfBegin(hello), hello, hearLastWords(hello, before, server), server);
}

test('what was lost with a crash is found again, and delivered as that of the dead run', () => {
  const server = serverWith(60);
  const crashed = addRun(word(100, 60), run(1), null, server);
  const begun = begin(crashed, { ...run(2), earlier: [{ epoch: 1, run: 1 }] }, server);
  expect(begun.ledger).toMatchObject({ lostInCrash: 40, crashes: 1 });
  const told = addRun(recovering(35, 0), run(2), begun, server);
  expect(told.ledger).toMatchObject({ lostInCrash: 5, decoded: 100, packetsSpooled: 35, packetsInClosedFlows: 95 });
  expectSums(told, server);
  const later = addRun(recovering(35, 35), run(2), told, serverWith(95));
  expect(later.ledger).toMatchObject({
    lostInCrash: 5,
    decoded: 100,
    packetsSpooled: 0,
    packetsAcknowledged: 95,
    crashes: 1,
  });
  expectSums(later, serverWith(95));
});

test('what was captured after the last word is found, too', () => {
  const server = serverWith(60);
  const begun = begin(addRun(word(70, 60), run(1), null, server), run(2), server);
  const told = addRun(recovering(35, 35), run(2), begun, serverWith(95));
  expect(told.ledger).toMatchObject({ lostInCrash: 0, decoded: 95, captured: 98 });
  expectSums(told, serverWith(95));
});

describe('last words from the disk', () => {
  const withWord = (epoch: number, ...words: [number, SensorHealth][]): SensorHello => ({
    ...run(epoch),
    earlier: words.map(([of, lastWord]) => ({ epoch: of, run: of, lastWord })),
  });

  test('take the place of what was heard before', () => {
    const server = serverWith(60);
    const heard = addRun(word(70, 60), run(1), null, server);
    const begun = begin(heard, withWord(2, [1, word(200, 60)]), server);
    const told = addRun(recovering(140, 140), run(2), begun, serverWith(200));
    expect(told.ledger).toMatchObject({
      decoded: 200,
      captured: 203,
      notIp: { '0x0806': 3 },
      lostInCrash: 0,
      crashes: 1,
    });
    expectSums(told, serverWith(200));
  });

  test('do not take the place of newer ones', () => {
    const server = serverWith(60);
    const begun = begin(addRun(word(100, 60), run(1), null, server), withWord(2, [1, word(80, 60)]), server);
    expect(begun.ledger).toMatchObject({ decoded: 100, lostInCrash: 40 });
  });

  test('of a run in good order are no crash', () => {
    const server = serverWith(60);
    const heard = addRun(word(70, 60), run(1), null, server);
    const begun = begin(heard, withWord(2, [1, word(200, 60, { finished: true })]), server);
    const told = addRun(recovering(140, 0), run(2), begun, server);
    expect(told.ledger).toMatchObject({ crashes: 0, lostInCrash: 0, decoded: 200, packetsSpooled: 140 });
    expectSums(told, server);
  });

  test('of runs that nobody heard count once each, also when they are told again', () => {
    const server = serverWith(60);
    const heard = addRun(word(60, 60), run(1), null, server);
    const third = begin(heard, withWord(3, [1, word(60, 60)], [2, word(30, 0)]), server);
    expect(third.ledger).toMatchObject({ decoded: 90, lostInCrash: 30, crashes: 2 });
    const fourth = begin(third, withWord(4, [1, word(60, 60)], [2, word(30, 0)]), server);
    expect(fourth.ledger).toMatchObject({ decoded: 90, lostInCrash: 30, crashes: 3 });
    const told = addRun(recovering(30, 30), run(4), fourth, serverWith(90));
    expect(told.ledger).toMatchObject({ decoded: 90, lostInCrash: 0 });
    expectSums(told, serverWith(90));
  });
});

test('the time in which a run captured for its spool was watched', () => {
  const hello = { ...run(2), earlier: [{ epoch: 1, run: 1, lastWord: word(9, 9, { captureSeconds: 500 }) }] };
  const channel = { session: { id: 0 }, sensor: { id: 3 }, hello } as Channel;
  const stored = { session: 0, sensor: 3, epoch: 1, fromSeconds: 100, toSeconds: 200, addresses: 256 };
  const book = new WatchBook();
  book.recover(channel, [stored]);
  expect(book.takeUnsaved().watches).toEqual([{ ...stored, toSeconds: 500 }]);
  book.recover(channel, [{ ...stored, toSeconds: 900 }]);
  expect(book.takeUnsaved().watches).toEqual([]);
});

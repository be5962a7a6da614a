import { expect, test } from 'vitest';
import type { Channel } from '../../../server/ingest/channel.ts';
import { healthPoints } from '../../../server/ingest/health-points.ts';
import { HealthQueue, healthLine, MAX_HEALTH_LINES } from '../../../server/store/influx/health-queue.ts';
import { emptySensorLedger, emptyServerLedger } from '../../../shared/counters.ts';
import { ledgerHealth } from '../../support/commits.ts';

const NOW = 1_700_000_030_000;

function channel(parts: { sensor?: number; session?: number } & Partial<Omit<Channel, 'sensor' | 'session'>>): Channel {
  const { sensor = 1, session = 0, ...others } = parts;
  const whole = { sensor: { id: sensor }, session: { id: session }, health: null, peer: null, ...others };
  return { lastHeardMilliseconds: NOW - 1_000, ...whole } as unknown as Channel;
}

test('what the server knows of a live sensor, and what it counts itself, are one point', () => {
  const ledger = { ...emptySensorLedger(), captured: 9, droppedByKernel: 2, flowsSpooled: 3, flowsSpoolDropped: 4 };
  const report = { ...ledgerHealth(false), ledger, link: 'down' as const, captureSeconds: NOW / 1000 - 7.4 };
  const server = { ...emptyServerLedger(), packetsAccepted: 8, packetsStored: 6, packetsRefused: { A: 1, B: 1 } };
  const state = { session: 0, sensor: 1, server: { ...server, duplicateFrames: 5, packetsLate: 1 }, health: report };
  expect(healthPoints([channel({ health: report, peer: {} as never })], [state], NOW)).toEqual([
    {
      sensor: 1,
      seconds: NOW / 1000,
      fields: {
        connected: 1,
        linkUp: 0,
        silentSeconds: 1,
        lagSeconds: 7,
        captured: 9,
        droppedByKernel: 2,
        droppedByInterface: null,
        flowsSpooled: 3,
        packetsSpooled: 0,
        flowsSpoolDropped: 4,
        packetsSpoolDropped: 0,
        packetsAccepted: 8,
        packetsStored: 6,
        packetsRefused: 2,
        duplicateFrames: 5,
        packetsLate: 1,
      },
    },
  ]);
});

test('the newest run of a sensor counts; captures and simulations have none; clocks that disagree give no lag below 0', () => {
  const ahead = { ...ledgerHealth(false), captureSeconds: NOW / 1000 + 100 };
  const channels = [
    channel({ sensor: 4, peer: null }),
    channel({ sensor: 4, peer: {} as never, health: ahead }),
    channel({ sensor: 5, session: 3, peer: {} as never }),
  ];
  expect(healthPoints(channels, [], NOW)).toMatchObject([{ sensor: 4, fields: { connected: 1, lagSeconds: 0 } }]);
});

test('a line has whole numbers, and leaves out what is not known', () => {
  const fields = { captured: 9, linkUp: null, odd: Number.NaN, large: 2 ** 60 };
  expect(healthLine({ sensor: 12, seconds: 0, fields }, 60)).toBe('kurayami_health,sensor=12 captured=9i 60');
  expect(healthLine({ sensor: 12, seconds: 0, fields: { linkUp: null } }, 60)).toBeNull();
});

test('a sensor has one line a minute; too many give way, oldest first, and are counted', () => {
  const queue = new HealthQueue();
  const point = (minute: number, captured: number) => ({ sensor: 1, seconds: minute * 60 + 30, fields: { captured } });
  queue.add([point(1, 5), point(1, 6)]);
  expect(queue.first(9).map(([, line]) => line)).toEqual(['kurayami_health,sensor=1 captured=5i 60']);
  queue.remove(queue.first(9));
  queue.add([point(1, 7), point(0, 4)]);
  expect(queue.first(9).map(([, line]) => line)).toEqual(['kurayami_health,sensor=1 captured=4i 0']);
  queue.add(Array.from({ length: MAX_HEALTH_LINES }, (_, at) => point(at + 2, 1)));
  expect(queue.dropped).toBe(1);
  expect(queue.first(1)[0]?.[1]).toBe('kurayami_health,sensor=1 captured=1i 120');
});

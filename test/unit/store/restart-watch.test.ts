import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { RestartWatch } from '../../../server/store/influx/restart-watch.ts';
import { askStart, startSources } from '../../../server/store/influx/start-time.ts';
import type { TargetKind } from '../../../server/store/influx/target.ts';
import type { MirrorMemory } from '../../../server/store/outbox.ts';

const START = 1_795_707_000.25;

/** A watch over a made server and a made store; `calls` has what was put back, as seconds ago and start. */
function watched(memory: MirrorMemory = { startSeconds: null, firstSeconds: null }) {
  const made = { start: START as number | null, seconds: 1000, calls: [] as [number, number | null][] };
  const said: string[] = [];
  const noted: number[] = [];
  let isFailing = false;
  const watch = new RestartWatch({
    outbox: {
      again: async (since, start) => {
        if (isFailing) throw new Error('the store does not answer');
        made.calls.push([Math.round(Date.now() / 1000 - since), start]);
        return 7;
      },
      memory: async () => memory,
      noteStart: async (start) => void noted.push(start),
    },
    askStart: async () => made.start,
    toleranceSeconds: 0,
    name: 'influxdb:http://made',
    log: (message) => said.push(message),
    clock: () => made.seconds,
  });
  const fail = (failing: boolean) => {
    isFailing = failing;
  };
  return { watch, made, said, noted, fail };
}

test('the first start that is met is noted; another causes one rewriting of a day', async () => {
  const { watch, made, said, noted } = watched();
  await watch.look();
  expect(noted).toEqual([START]);
  made.start = START + 30;
  await watch.look();
  expect(made.calls).toEqual([]);
  made.seconds += 61;
  await watch.look();
  made.seconds += 61;
  await watch.look();
  expect(made.calls).toEqual([[86_400, START + 30]]);
  expect(watch).toMatchObject({ restartsSeen: 1, binsWrittenAgain: 7 });
  expect(said).toEqual([
    'influxdb:http://made was started again at 2026-11-26T15:30:30.250Z: what it got in the last day (7 bins) is ' +
      'written to it again, since it may have lost some',
  ]);
});

test('a start is another than what an earlier run noted; without a note, it is later than what was done first', async () => {
  const isSeen = async (memory: MirrorMemory) => {
    const { watch } = watched(memory);
    await watch.look();
    return watch.restartsSeen === 1;
  };
  expect(await isSeen({ startSeconds: START, firstSeconds: START + 5 })).toBe(false);
  // Also where the newer one lies before what was mirrored last, or the clock was set back.
  expect(await isSeen({ startSeconds: START - 5, firstSeconds: START + 5 })).toBe(true);
  expect(await isSeen({ startSeconds: START + 5, firstSeconds: null })).toBe(true);
  expect(await isSeen({ startSeconds: null, firstSeconds: START - 5 })).toBe(true);
  expect(await isSeen({ startSeconds: null, firstSeconds: START + 5 })).toBe(false);
});

test('after a failure it looks at once; two servers behind one address cause no rewriting without end', async () => {
  const { watch, made } = watched();
  for (let round = 0; round < 10; round++) {
    made.start = START + (round % 2);
    watch.failed(true);
    await watch.look();
  }
  expect(made.calls).toEqual([[86_400, START + 1]]);
});

test('a store that fails while bins are put back is asked once more', async () => {
  const { watch, made, fail } = watched({ startSeconds: START - 9, firstSeconds: null });
  fail(true);
  await expect(watch.look()).rejects.toThrow('does not answer');
  expect(watch.restartsSeen).toBe(0);
  fail(false);
  await watch.look();
  expect(made.calls).toEqual([[86_400, START]]);
});

test('where no start is told, a broken connection counts, once in ten minutes and for an hour', async () => {
  const { watch, made, said } = watched();
  made.start = null;
  await watch.look();
  watch.failed(false);
  await watch.look();
  expect(made.calls).toEqual([]);
  for (let minute = 0; minute < 25; minute++) {
    watch.failed(minute < 15);
    await watch.look();
    made.seconds += 60;
  }
  // At minutes 0 and 10, and at 20 for those that broke from 11 to 14.
  expect(made.calls).toEqual(new Array(3).fill([3600, null]));
  expect(said[0]).toMatch(/^the connection to influxdb:http:\/\/made broke, and it does not say when it was started:/);
});

test.each<[string, TargetKind, number, string, number | null]>([
  [
    'as 1.6 answers',
    'influxdb',
    200,
    '{\n"system": {"currentTime":"x","started":"2026-11-26T15:30:00.25Z","uptime":3}',
    START,
  ],
  ['without a start', 'influxdb', 200, '{"system":{"uptime":3},"other":{"started":"2026-11-26T15:30:00.25Z"}}', null],
  ['a start that is no time', 'influxdb', 200, '{"system":{"started":"soon"}}', null],
  ['a time that no clock shows', 'influxdb', 200, '{"system":{"started":"9999-11-26T15:30:00Z"}}', null],
  ['refused', 'influxdb', 401, '{"system":{"started":"2026-11-26T15:30:00.25Z"}}', null],
  ['more than is read', 'influxdb', 200, `${' '.repeat(70_000)}{"system":{"started":"2026-11-26T15:30:00Z"}}`, null],
  ['as 2 answers', 'influxdb2', 200, '# TYPE a gauge\nprocess_start_time_seconds 1.79570700025e+09\nb 1\n', START],
  ['metrics without it', 'influxdb2', 200, 'xprocess_start_time_seconds 1.8e+09\n', null],
  ['no number', 'influxdb2', 200, 'process_start_time_seconds ++\n', null],
])('what a server says of its start: %s', async (_, kind, status, body, expected) => {
  const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (at: string) =>
    askStart(startSources[kind]!, { kind, url: at, database: 'any' }, null, new AbortController().signal);
  expect(await ask(url)).toBe(expected);
  expect(await ask('http://127.0.0.1:9')).toBeNull();
});

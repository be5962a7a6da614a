/** The mirror against servers other than InfluxDB 1: the same lines, other paths, and what they do when they do not want. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDuckDbStoresInThread } from '../../server/store/duckdb/core.ts';
import { type MirrorOptions, SeriesMirror } from '../../server/store/influx/series-mirror.ts';
import type { SeriesTarget } from '../../server/store/influx/target.ts';
import { ingestCommit, ledgerHealth, ledgerState, NOON_SECONDS, type TestSeriesRow } from '../support/commits.ts';
import { eventually } from '../support/eventually.ts';
import { testFolder } from '../support/folders.ts';
import { startFakeServer } from '../support/series-server.ts';
import { startVictoriaMetrics, victoriaInstalled } from '../support/victoriametrics.ts';

const TOKEN = 'made-token';

async function open(target: SeriesTarget, options: Partial<MirrorOptions> = {}) {
  const folder = await testFolder();
  const stores = await openDuckDbStoresInThread(folder, { mirror: 'test' });
  const refusedFile = join(folder, 'refused.txt');
  const credentials = { username: '', password: TOKEN };
  const quick = { pollSeconds: 0.02, retrySeconds: 0.2, settlingScale: 0.005 };
  const mirror = new SeriesMirror({ target, credentials, outbox: stores.outbox, refusedFile, ...quick, ...options });
  onTestFinished(async () => {
    await mirror.stop(1);
    await stores.close();
  });
  // What opening sums up would be mirrored with what the test commits.
  await stores.compact();
  mirror.start();
  const settled = () =>
    vi.waitFor(async () => expect(await stores.outbox.pendingBins()).toBe(0), { timeout: 15_000, interval: 20 });
  return { stores, mirror, refusedFile, settled };
}

const minute = (at: number, packets: number, key = 23): TestSeriesRow[] => [
  { session: 3, bin: NOON_SECONDS + at * 60, packets },
  { session: 3, dimension: 'port', key: 6 * 65_536 + key, bin: NOON_SECONDS + at * 60, packets },
];
const total = (at: number) => `kurayami_total,bin=1m,session=3 ${NOON_SECONDS + at * 60}`;

describe.each(['influxdb2', 'influxdb3'] as const)('%s', (kind) => {
  async function fake(host?: string) {
    const server = await startFakeServer(kind, TOKEN, host);
    onTestFinished(() => server.close());
    return server;
  }

  test('gets what InfluxDB 1 gets, by its own path and token', async () => {
    const server = await fake();
    const { stores, mirror, settled } = await open(server.target);
    await stores.flows.commit(ingestCommit({ series: minute(0, 5) }));
    await stores.flows.commit(ingestCommit({ series: minute(0, 4) }));
    await settled();
    expect(server.points.get(total(0))).toMatch(/packets=9i/);
    expect(mirror.stats()).toMatchObject({ lastError: null, linesRefused: 0 });
    expect(server.writes[0]?.url).toBe(
      kind === 'influxdb2'
        ? '/api/v2/write?org=org&bucket=dark&precision=s'
        : '/api/v3/write_lp?db=dark&precision=second',
    );
  });

  test('busy, broken, slow to wake: lines are written once it takes them again', async () => {
    const server = await fake();
    server.answers.push(
      { status: 503 },
      { status: 500, body: '\u0000\u0001garbage' },
      { status: 429, headers: { 'retry-after': '1' } },
    );
    const { stores, mirror, settled } = await open(server.target);
    const begin = Date.now();
    await stores.flows.commit(ingestCommit({ series: minute(0, 5) }));
    await vi.waitFor(() => expect(mirror.stats().lastError).toMatch(/answered (503|500|429)/), {
      timeout: 20_000,
      interval: 20,
    });
    await settled();
    expect(Date.now() - begin).toBeGreaterThan(1_000);
    expect(server.points.get(total(0))).toMatch(/packets=5i/);
    await vi.waitFor(() => expect(mirror.stats().lastError).toBeNull(), { timeout: 20_000 });
  });

  test('lines it refuses are found, put aside and counted; all others are written', async () => {
    const server = await fake();
    server.refuse = (line) => /port=(7|400),/.test(line);
    const { stores, mirror, refusedFile, settled } = await open(server.target);
    const series = Array.from({ length: 500 }, (_, port) => minute(0, 1, port)[1]!);
    await stores.flows.commit(ingestCommit({ series: [...series, minute(0, 500)[0]!] }));
    await settled();
    expect(mirror.stats()).toMatchObject({ linesRefused: 2, linesNotKept: 0, lastError: null });
    const aside = (await readFile(refusedFile, 'utf8')).split('\n').filter((line) => line.startsWith('kurayami'));
    expect(aside.map((line) => /port=(\d+)/.exec(line)?.[1]).sort()).toEqual(['400', '7']);
    expect([...server.points.keys()].filter((name) => name.startsWith('kurayami_port'))).toHaveLength(498);
  });

  test('a wrong token is said, and nothing is lost', async () => {
    const server = await fake();
    const { stores, mirror } = await open(server.target, { credentials: { username: '', password: 'wrong' } });
    await stores.flows.commit(ingestCommit({ series: minute(0, 5) }));
    await vi.waitFor(() => expect(mirror.stats().lastError).toMatch(/refuses the password or token|answered 401/), {
      timeout: 20_000,
    });
    expect(await stores.outbox.pendingBins()).toBe(1);
  });

  test('another version than the target says is told', async () => {
    const server = await fake();
    const { mirror } = await open(
      { kind: 'influxdb', url: server.target.url, database: 'dark' },
      { credentials: kind === 'influxdb3' ? { username: '', password: TOKEN } : null },
    );
    await vi.waitFor(() => expect(mirror.stats().lastError).toMatch(/is InfluxDB v?[23]|refuses the password/), {
      timeout: 20_000,
    });
  });

  test('off the loopback, lines are compressed', async () => {
    const server = await fake('127.0.0.2');
    const { stores, settled } = await open(server.target);
    await stores.flows.commit(ingestCommit({ series: minute(0, 5) }));
    await settled();
    expect(server.writes[0]?.encoding).toBe('gzip');
    expect(server.points.get(total(0))).toMatch(/packets=5i/);
  });
});

test('more series than it shall have are summed as other, and the state says so', async () => {
  const server = await startFakeServer('influxdb3', TOKEN);
  onTestFinished(() => server.close());
  const { stores, mirror, settled } = await open(server.target, { maxSeries: 12 });
  const bin = Math.floor(Date.now() / 60_000) * 60 - 600;
  const ports = (count: number) =>
    Array.from({ length: count }, (_, at): TestSeriesRow => {
      return { bin, dimension: 'port', key: 6 * 65_536 + at, packets: 3 };
    });
  await stores.flows.commit(ingestCommit({ series: [{ bin, packets: 150 }, ...ports(50)] }));
  await settled();
  const lines = [...server.points.values()].filter((line) => line.startsWith('kurayami_port,bin=1m'));
  const packets = lines.map((line) => Number(/packets=(\d+)i/.exec(line)?.[1]));
  expect(packets.reduce((sum, count) => sum + count, 0)).toBe(150);
  expect(lines.filter((line) => line.includes('port=other'))).toHaveLength(1);
  expect(lines).toHaveLength(12);
  expect(mirror.stats()).toMatchObject({
    maxSeries: 12,
    series: { kurayami_total: 1, kurayami_port: 12 },
    pointsFolded: 39,
    pointsHeldBack: 0,
    lastError: null,
  });
});

describe('a server that is slow', () => {
  test('for so long that no answer is waited for: everything waits, that is said, and it goes on by itself', async () => {
    const server = await startFakeServer('influxdb3', TOKEN);
    onTestFinished(() => server.close());
    server.delayMilliseconds = 400;
    const { stores, mirror, settled } = await open(server.target, { writeSeconds: 0.1, retrySeconds: 0.4 });
    const bins = 300;
    // Each bin again and again: one row a bin is what waits, however long it does.
    for (let round = 0; round < 8; round++) {
      for (let first = 0; first < bins; first += 50)
        await stores.flows.commit(
          ingestCommit({ series: Array.from({ length: 50 }, (_, at) => minute(first + at, 1)[0]!) }),
        );
      if (round % 4 === 0) await stores.compact();
    }
    await vi.waitFor(() => expect(mirror.stats().lastError).toMatch(/does not answer \(.*timeout/i), {
      timeout: 5_000,
    });
    await vi.waitFor(() => expect(mirror.binsBehind).toBeGreaterThanOrEqual(bins), { timeout: 10_000 });
    await stores.compact();
    const coarse = new Set(Array.from({ length: bins }, (_, at) => Math.floor((NOON_SECONDS + at * 60) / 300))).size;
    const hours = new Set(Array.from({ length: bins }, (_, at) => Math.floor((NOON_SECONDS + at * 60) / 3600))).size;
    const waiting = bins + coarse + hours + 1;
    expect(await stores.outbox.pendingBins()).toBe(waiting);
    // Minutes pass for it: the same number waits, and nothing was noted as done.
    const tries = server.writes.length;
    await vi.waitFor(() => expect(server.writes.length).toBeGreaterThan(tries + 2), { timeout: 10_000 });
    expect(await stores.outbox.pendingBins()).toBe(waiting);
    expect(mirror.stats()).toMatchObject({ linesWritten: 0, linesRefused: 0 });
    server.delayMilliseconds = 0;
    await settled();
    await vi.waitFor(() => expect(mirror.stats().lastError).toBeNull(), { timeout: 20_000 });
    expect(mirror.binsBehind).toBe(0);
    for (const at of [0, 149, 299]) expect(server.points.get(total(at))).toMatch(/packets=8i/);
    const day = [...server.points.values()].find((line) => line.startsWith('kurayami_total,bin=1d'));
    expect(day).toMatch(new RegExp(`packets=${bins * 8}i`));
  });

  test('but answers in time: it is not taken for one that is away', async () => {
    const server = await startFakeServer('influxdb3', TOKEN);
    onTestFinished(() => server.close());
    server.delayMilliseconds = 150;
    const { stores, mirror, settled } = await open(server.target, { writeSeconds: 20 });
    for (let at = 0; at < 5; at++) await stores.flows.commit(ingestCommit({ series: minute(at, 2) }));
    await settled();
    for (let at = 0; at < 5; at++) expect(server.points.get(total(at))).toMatch(/packets=2i/);
    expect(mirror.stats()).toMatchObject({ lastError: null });
  });
});

describe('a server that sends garbage', () => {
  const noise = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 197 + 13) & 255));
  const head = 'HTTP/1.1 200 OK\r\nx-influxdb-version: 3.2.1\r\n';
  test.for<[string, (socket: Socket) => void]>([
    ['noise', (socket) => socket.end(noise)],
    ['nothing', (socket) => socket.destroy()],
    ['a status that is none', (socket) => socket.end('HTTP/1.1 999999 What\r\n\r\n')],
    ['half a head', (socket) => socket.end(`${head}content-le`)],
    ['another length than it says', (socket) => socket.end(`${head}content-length: 5000\r\n\r\nshort`)],
    [
      'a server error of noise',
      (socket) => socket.end(Buffer.concat([Buffer.from(`${head.replace('200', '500')}\r\n`), noise])),
    ],
    ['a body without end', (socket) => drip(socket, `${head.replace('200', '400')}\r\n`)],
    ['headers without end', (socket) => drip(socket, `${head}x-a: `)],
  ])('%s: nothing is lost, and what it says can be shown', async ([, behave]) => {
    const sockets = new Set<Socket>();
    const noisy = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', (data) => {
        // It is found to be an InfluxDB first: what it does to writes is the question.
        if (data.toString('latin1').startsWith('GET /ping')) socket.end(`${head}content-length: 0\r\n\r\n`);
        else behave(socket);
      });
    }).listen(0, '127.0.0.1');
    await once(noisy, 'listening');
    const { port } = noisy.address() as AddressInfo;
    const close = () => {
      for (const socket of sockets) socket.destroy();
      noisy.close();
    };
    onTestFinished(close);
    const target = { kind: 'influxdb3', url: `http://127.0.0.1:${port}`, database: 'dark' } as const;
    const { stores, mirror } = await open(target, { writeSeconds: 0.5 });
    await stores.flows.commit(ingestCommit({ series: minute(0, 5) }));
    const seen = new Set<string>();
    await vi.waitFor(
      () => {
        const { lastError, linesRefused } = mirror.stats();
        if (lastError !== null) seen.add(lastError);
        expect(seen.size + linesRefused).toBeGreaterThan(0);
      },
      { timeout: 10_000 },
    );
    for (const sentence of seen) {
      expect(sentence.length).toBeLessThan(500);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      expect(sentence).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
    // What was not refused waits still; what was is put aside.
    await eventually(async () => {
      const { linesRefused, linesNotKept } = mirror.stats();
      expect(linesNotKept).toBe(0);
      expect(await stores.outbox.pendingBins()).toBe(linesRefused === 0 ? 1 : 0);
    });
    expect(mirror.stats().linesWritten).toBe(0);
  });

  /** A little at a time, for as long as somebody listens. */
  function drip(socket: Socket, begin: string): void {
    socket.write(begin);
    const timer = setInterval(() => socket.write('x'.repeat(9_000)), 5);
    socket.on('close', () => clearInterval(timer));
  }
});

test('a file of refused lines that is full keeps no more, and says how many', async () => {
  const server = await startFakeServer('influxdb3', TOKEN);
  onTestFinished(() => server.close());
  server.refuse = (line) => line.startsWith('kurayami_port');
  const folder = await testFolder();
  const refusedFile = join(folder, 'full.txt');
  await writeFile(refusedFile, Buffer.alloc(64 * 1024 * 1024));
  const { stores, mirror, settled } = await open(server.target, { refusedFile });
  await stores.flows.commit(ingestCommit({ series: minute(0, 5) }));
  await settled();
  expect(mirror.stats()).toMatchObject({ linesRefused: 1, linesNotKept: 1, linesWritten: 1 });
});

describe('a server that keeps each value it was sent', () => {
  test('gets live bins that are over, however many wait before them', async () => {
    const server = await startFakeServer('victoriametrics', TOKEN);
    onTestFinished(() => server.close());
    const { stores } = await open(server.target);
    const minuteNow = Math.floor(Date.now() / 60_000) * 60;
    // A sensor whose clock is hours ahead: more bins than are asked for at a time, and all of them older in the outbox.
    const ahead = Array.from(
      { length: 250 },
      (_, at): TestSeriesRow => ({ bin: minuteNow + 3600 + at * 60, packets: 1 }),
    );
    await stores.flows.commit(ingestCommit({ series: ahead }));
    await stores.flows.commit(ingestCommit({ series: [{ bin: minuteNow - 600, packets: 7 }] }));
    const point = `kurayami_total,bin=1m ${minuteNow - 600}`;
    await vi.waitFor(() => expect(server.points.get(point)).toMatch(/packets=7i/), { timeout: 5_000 });
    // The server has it a moment before the store notes that.
    await eventually(async () => expect(await stores.outbox.pendingBins()).toBe(250));
  });

  /** A capture whose packets come bit by bit, as one that is played in its own time. */
  async function openSession(finished: boolean) {
    const server = await startFakeServer('victoriametrics', TOKEN);
    onTestFinished(() => server.close());
    const { stores, settled } = await open(server.target);
    const session = await stores.catalog.session({ kind: 'file', name: 'a.pcap', sensor: 1, epoch: 1 });
    const flow = (seconds: number) =>
      stores.flows.commit(
        ingestCommit({
          flows4: [{ session: session.id, seconds, packets: 1 }],
          series: [{ session: session.id, bin: Math.floor(seconds / 60) * 60, packets: 1 }],
        }),
      );
    const report = async () => {
      const health = ledgerHealth(finished);
      await stores.flows.commit(ingestCommit({ ledgers: [{ ...ledgerState(session.id, 1, 0), health }] }));
    };
    const points = (bin: string, seconds: number) => {
      const name = `kurayami_total,bin=${bin},session=${session.id} ${seconds}`;
      return { line: server.points.get(name), times: server.times.get(name) ?? 0 };
    };
    return { stores, flow, report, points, settled };
  }

  test('gets the bins of a capture once, when its packets are past them', async () => {
    const { stores, flow, points } = await openSession(false);
    for (let at = 0; at < 50; at += 10) {
      await flow(NOON_SECONDS + at);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(points('1m', NOON_SECONDS)).toEqual({ line: undefined, times: 0 });
    await flow(NOON_SECONDS + 125);
    await vi.waitFor(() => expect(points('1m', NOON_SECONDS).line).toMatch(/packets=5i/), { timeout: 2_000 });
    await stores.compact();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(points('1m', NOON_SECONDS).times).toBe(1);
    expect(points('5m', NOON_SECONDS).times).toBe(0);
  });

  test('gets the last bins of a capture when it has ended, or nothing came of it for long', async () => {
    for (const finished of [true, false]) {
      const { stores, flow, report, points, settled } = await openSession(finished);
      await flow(NOON_SECONDS);
      await stores.compact();
      const begin = performance.now();
      await report();
      await settled();
      expect(points('1d', NOON_SECONDS - (NOON_SECONDS % 86_400))).toMatchObject({ times: 1 });
      // Scaled: 45 s after the last that came, or 600.
      if (finished) expect(performance.now() - begin).toBeLessThan(2_500);
      else expect(performance.now() - begin).toBeGreaterThan(2_500);
    }
  });
});

describe.skipIf(!victoriaInstalled())('a real VictoriaMetrics', () => {
  test('gets the series, bins that are over; as InfluxDB it is found out', {
    timeout: 60_000,
  }, async () => {
    const victoria = await startVictoriaMetrics();
    onTestFinished(() => victoria.remove());
    const { stores, mirror, settled } = await open({ kind: 'victoriametrics', url: victoria.url, database: '' });
    const bin = Math.floor(Date.now() / 60_000) * 60 - 600;
    await stores.flows.commit(ingestCommit({ series: [{ bin, packets: 9, sources: 2 }] }));
    await settled();
    await vi.waitFor(async () => expect(await victoria.values('kurayami_total_packets{bin="1m"}', bin)).toEqual([9]), {
      timeout: 15_000,
      interval: 200,
    });
    expect(await victoria.values('kurayami_total_sources{bin="1m"}', bin)).toEqual([2]);
    expect(mirror.stats()).toMatchObject({ lastError: null });
    // Of several values for one time it keeps any: what is not over yet waits.
    const openBin = Math.floor(Date.now() / 60_000) * 60;
    await stores.flows.commit(ingestCommit({ series: [{ bin: openBin, packets: 1 }] }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await stores.outbox.pendingBins()).toBe(1);
    const wrong = await open({ kind: 'influxdb', url: victoria.url, database: 'any' });
    await vi.waitFor(() => expect(wrong.mirror.stats().lastError).toMatch(/is no InfluxDB.*victoriametrics:URL/), {
      timeout: 20_000,
    });
  });
});

/** A sensor with a spool: what lies on its disk is stored, once, whatever was killed in between. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ask, type LedgerAnswer, ledgerAtRest, ledgerOf } from '../support/api.ts';
import { type FakeCapture, fakeTcpdump } from '../support/fake-tcpdump.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, type RunningProgram, runProgram, until } from '../support/program.ts';
import { repeated, spooledSources, storedSources } from '../support/stored-sources.ts';

const FIRST_RUN = 0x0a00_0000;
const SECOND_RUN = 0x0b00_0000;
const THIRD_RUN = 0x0c00_0000;

async function makeRig() {
  const folder = await testFolder();
  const [data, spool, tokenFile] = ['data', 'spool', 'sensor.token'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const made = await program(['token', 'add', '--role', 'sensor', '--name', 'dark', '--data', data]);
  await writeFile(tokenFile, made.stdout);
  const startServer = async (port = '0') => {
    const server = runProgram(['server', '--port', port, '--data', data]);
    return { server, url: await addressOf(server) };
  };
  const startSensor = async (url: string, capture: FakeCapture, ...more: string[]) => {
    const words = [
      'sensor',
      '--backend',
      'tcpdump',
      '--interface',
      'any',
      '--name',
      'dark',
      '--server',
      url.replace('http', 'ws'),
      '--token-file',
      tokenFile,
    ];
    return runProgram([...words, '--spool', spool, ...more], { environment: await fakeTcpdump(folder, capture) });
  };
  return { folder, data, spool, tokenFile, startServer, startSensor };
}

type Rig = Awaited<ReturnType<typeof makeRig>>;

/** Stops a sensor. On a slow machine a second is not enough for all that waits: another run brings what is left. */
async function finish(rig: Rig, url: string, sensor: RunningProgram): Promise<void> {
  let stopped = await interrupt(sensor);
  for (let runs = 0; runs < 5 && /stay in the spool/.test(stopped.stderr); runs++) {
    const next = await rig.startSensor(url, { packetsPerSecond: 1, firstSource: THIRD_RUN + runs, packets: 1 });
    await until(
      'what is left',
      () => ledgerOf(url, 0),
      ({ sensors }) => sensors[0]?.counts.packetsSpooled === 0,
    );
    await sleep(2_000);
    stopped = await interrupt(next);
  }
  expect(stopped.code, stopped.stderr).toBe(0);
}

const packetsStored = ({ sensors }: LedgerAnswer) => sensors[0]?.server.packetsStored ?? 0;
const untilStored = (url: string, packets: number) =>
  until(
    `${packets} packets stored`,
    () => ledgerOf(url, 0),
    (ledger) => packetsStored(ledger) >= packets,
  );

async function kill(running: RunningProgram): Promise<void> {
  running.process.kill('SIGKILL');
  await running.finished;
}

function expectOnce(packets: ReadonlyMap<number, number>, first: number): Set<number> {
  const run = new Map([...packets].filter(([source]) => source >= first && source < first + 0x0100_0000));
  expect(repeated(run)).toEqual([]);
  return new Set(run.keys());
}

test('a sensor that is killed while the server is away has what was on its disk stored by the next run', async () => {
  const rig = await makeRig();
  const { spool, startServer, startSensor } = rig;
  const { server, url } = await startServer();
  const first = await startSensor(url, { packetsPerSecond: 3_000, firstSource: FIRST_RUN });
  await untilStored(url, 4_000);
  await kill(server);
  await sleep(2_000);
  await kill(first);
  const onDisk = await spooledSources(spool);
  expect(repeated(onDisk)).toEqual([]);
  expect(onDisk.size).toBeGreaterThan(4_000);

  const again = await startServer(new URL(url).port);
  const second = await startSensor(url, { packetsPerSecond: 1_000, firstSource: SECOND_RUN });
  await until(
    'what the first run left',
    () => storedSources(url),
    (stored) => [...onDisk.keys()].every((source) => stored.has(source)) && stored.has(SECOND_RUN + 500),
  );
  await finish(rig, url, second);
  const { sensors } = await ledgerAtRest(url);
  const [{ counts }] = sensors as [LedgerAnswer['sensors'][0]];
  const stored = await storedSources(url);
  const ofFirst = expectOnce(stored, FIRST_RUN);
  const ofSecond = expectOnce(stored, SECOND_RUN);
  expect(ofFirst.size + ofSecond.size).toBe(stored.size - expectOnce(stored, THIRD_RUN).size);
  expect(counts).toMatchObject({ crashes: 1, packetsSpooled: 0, packetsSpoolDropped: 0 });
  expect(counts.decoded).toBe(stored.size + counts.lostInCrash!);
  // What died with the process is what was in its flow table: at most a tenth of a second, and what came after its last word.
  expect(counts.lostInCrash).toBeLessThan(1_000);
  await interrupt(again.server);
});

test('a server that was away is caught up with, beside what is captured now', async () => {
  const rig = await makeRig();
  const { startServer, startSensor } = rig;
  const { server, url } = await startServer();
  const sensor = await startSensor(url, { packetsPerSecond: 3_000, firstSource: FIRST_RUN });
  await untilStored(url, 3_000);
  await kill(server);
  await sleep(13_000);
  const again = await startServer(new URL(url).port);
  await untilStored(url, 3_000 + 13 * 2_500);
  await finish(rig, url, sensor);
  const { sensors } = await ledgerAtRest(url);
  expect(sensors[0]!.counts).toMatchObject({ crashes: 0, lostInCrash: 0, packetsSpooled: 0 });
  const stored = await storedSources(url);
  expectOnce(stored, FIRST_RUN);
  expect(stored.size).toBe(sensors[0]!.counts.decoded);
  expect(await ask<unknown[]>(url, 'sensors')).toHaveLength(1);
  await interrupt(again.server);
});

test('a sensor that is stopped while the server is away leaves its frames to the next run, with its last word', async () => {
  const rig = await makeRig();
  const { startServer, startSensor } = rig;
  const { server, url } = await startServer();
  const first = await startSensor(url, { packetsPerSecond: 3_000, firstSource: FIRST_RUN });
  await untilStored(url, 1_000);
  await kill(server);
  await sleep(1_500);
  const stopped = await interrupt(first);
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(stopped.stderr).toMatch(/\d+ flows stay in the spool/);
  const again = await startServer(new URL(url).port);
  const second = await startSensor(url, { packetsPerSecond: 10, firstSource: SECOND_RUN, packets: 20 });
  await until(
    'everything',
    async () => ({ stored: await storedSources(url), ledger: await ledgerOf(url, 0) }),
    ({ stored, ledger }) => stored.has(SECOND_RUN + 19) && ledger.sensors[0]?.counts.packetsSpooled === 0,
  );
  await finish(rig, url, second);
  const { sensors } = await ledgerAtRest(url);
  const stored = await storedSources(url);
  expectOnce(stored, FIRST_RUN);
  // It ended in good order: nothing is lost, although the server had not heard of most of it.
  expect(sensors[0]!.counts).toMatchObject({ crashes: 0, lostInCrash: 0, decoded: stored.size });
  await interrupt(again.server);
});

test('what a killed simulation left goes to its own session, and closes that', async () => {
  const { spool, tokenFile, startServer } = await makeRig();
  const { server, url } = await startServer();
  const words = [
    'sensor',
    '--simulate',
    '--name',
    'dark',
    '--server',
    url.replace('http', 'ws'),
    '--token-file',
    tokenFile,
    '--spool',
    spool,
  ];
  const first = runProgram(words);
  await until(
    'packets',
    () => ledgerOf(url, 1),
    (ledger) => packetsStored(ledger) > 500,
  );
  await kill(server);
  await sleep(1_500);
  await kill(first);
  const again = await startServer(new URL(url).port);
  const second = runProgram(words);
  const closed = await until(
    'the first session to be closed',
    () => ledgerOf(url, 1),
    ({ sensors }) => sensors[0]?.finished === true,
  );
  expect(closed.balances).toBe(true);
  expect(closed.sensors[0]!.counts).toMatchObject({ crashes: 1, packetsSpooled: 0 });
  await until(
    'packets of the second',
    () => ledgerOf(url, 2),
    (ledger) => packetsStored(ledger) > 500,
  );
  await interrupt(second);
  expect((await ledgerAtRest(url)).session).toBe(2);
  await interrupt(again.server);
});

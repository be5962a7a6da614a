/** Processes that are killed: nothing is stored twice, nothing is lost without a number. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest, ledgerOf } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

async function makeSensor(folder: string, rate: number, seconds: number) {
  const capture = join(folder, 'made.pcap');
  expect(
    (await program(['simulate', '--rate', String(rate), '--duration', String(seconds), '--out', capture])).code,
  ).toBe(0);
  const tokenFile = join(folder, 'sensor.token');
  const data = join(folder, 'data');
  await writeFile(
    tokenFile,
    (await program(['token', 'add', '--role', 'sensor', '--name', 'test', '--data', data])).stdout,
  );
  const words = (url: string, speed: string) => [
    'sensor',
    '--name',
    'test',
    '--server',
    url.replace('http', 'ws'),
    '--token-file',
    tokenFile,
    '--read',
    capture,
    '--speed',
    speed,
  ];
  return { data, words };
}

test('a server that is killed again and again has every packet once', async () => {
  const { data, words } = await makeSensor(await testFolder(), 4_000, 40);
  let server = runProgram(['server', '--port', '0', '--data', data]);
  const url = await addressOf(server);
  const sensor = runProgram(words(url, '4'));
  for (let kill = 0; kill < 3; kill++) {
    const before = kill * 40_000;
    await until(
      'more packets',
      () => ledgerOf(url),
      ({ sensors }) => (sensors[0]?.server.packetsStored ?? 0) > before + 5_000,
    );
    server.process.kill('SIGKILL');
    await server.finished;
    server = runProgram(['server', '--port', new URL(url).port, '--data', data]);
    await addressOf(server);
  }
  const sent = await sensor.finished;
  expect(sent.code, sent.stderr).toBe(0);
  const { sensors } = await ledgerAtRest(url);
  expect(sensors[0]!.counts.captured).toBeGreaterThan(150_000);
  expect(sensors[0]!.server.packetsStored).toBe(sensors[0]!.counts.captured);
  await interrupt(server);
});

test('a sensor that is killed leaves a session whose numbers are what was delivered', async () => {
  const { data, words } = await makeSensor(await testFolder(), 2_000, 60);
  const server = runProgram(['server', '--port', '0', '--data', data]);
  const url = await addressOf(server);
  const sensor = runProgram(words(url, '1'));
  await until(
    'packets',
    () => ledgerOf(url),
    ({ sensors }) => (sensors[0]?.server.packetsStored ?? 0) > 4_000,
  );
  sensor.process.kill('SIGKILL');
  await sensor.finished;
  const [list] = await until(
    'the loss noticed',
    () => ask<{ state: string; lostSince: string | null }[]>(url, 'sensors'),
    (sensors) => sensors[0]?.state === 'lost',
  );
  expect(list?.state).toBe('lost');
  expect(Math.abs(Date.parse(list!.lostSince!) - Date.now())).toBeLessThan(60_000);
  const { stored, sensors } = await ledgerOf(url);
  expect(stored.every(({ holds }) => holds)).toBe(true);
  expect(sensors[0]!.finished).toBe(false);
  await interrupt(server);
});

test('a token that is revoked, wrong, or another’s ends in one sentence', async () => {
  const folder = await testFolder();
  const { data, words } = await makeSensor(folder, 100, 2);
  const server = runProgram(['server', '--port', '0', '--data', data]);
  const url = await addressOf(server);
  const wrongName = await program(words(url, 'max').map((word) => (word === 'test' ? 'other' : word)));
  expect(wrongName.code).toBe(1);
  expect(wrongName.stderr).toMatch(/this token is that of "test".*\[INGEST_WRONG_NAME\]/);
  expect((await program(['token', 'revoke', '1', '--data', data])).code).toBe(0);
  const revoked = await program(words(url, 'max'));
  expect(revoked.code).toBe(1);
  expect(revoked.stderr).toMatch(/refuses this sensor's token.*\[UPLINK_UNAUTHORIZED\]/);
  await interrupt(server);
});

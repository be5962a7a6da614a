/** `--series influxdb:…`: the same series stand in a real InfluxDB. */
import { join } from 'node:path';
import { InfluxDB } from 'influx';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { influxInstalled, startInflux } from '../support/influxdb.ts';
import { addressOf, interrupt, program, runProgram, until } from '../support/program.ts';

if (!influxInstalled()) console.warn('influxd is not installed: the test with InfluxDB is skipped');

test.skipIf(!influxInstalled())('the sum of all packets in InfluxDB is what the ledger calls decoded', async () => {
  const folder = await testFolder();
  const capture = join(folder, 'made.pcap');
  expect((await program(['simulate', '--rate', '3000', '--duration', '30', '--out', capture])).code).toBe(0);
  const influx = await startInflux();
  try {
    const words = [
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--read',
      capture,
      '--speed',
      'max',
      '--series',
      `influxdb:${influx.url}/kurayami`,
    ];
    const running = runProgram(words);
    const url = await addressOf(running);
    const { sensors } = await ledgerAtRest(url);
    await until(
      'the last bins',
      () => ask<{ seriesMirror: { pendingBins: number; linesWritten: number } }>(url, 'health'),
      ({ seriesMirror }) => seriesMirror.pendingBins === 0 && seriesMirror.linesWritten > 0,
    );
    const { hostname, port } = new URL(influx.url);
    const client = new InfluxDB({ host: hostname, port: Number(port), database: 'kurayami' });
    const rows = await client.query<{ sum: number }>(
      `SELECT sum(packets) FROM sessions.kurayami_total WHERE "bin" = '1m'`,
    );
    expect(rows[0]?.sum).toBe(sensors[0]!.counts.decoded);
    await interrupt(running);
  } finally {
    await influx.stop();
  }
});

test('a target that makes no sense is refused, with an example', async () => {
  const { code, stderr } = await program([
    'start',
    '--port',
    '0',
    '--data',
    await testFolder(),
    '--series',
    'postgres://x/y',
  ]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/influxdb:http:\/\/127\.0\.0\.1:8086\/kurayami/);
});

/** A small ring under a real sensor: the oldest packets go for want of room, all are counted, and none outlives its session. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest, ledgerOf } from '../support/api.ts';
import { readCapture } from '../support/capture-bytes.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

const KEEP_BYTES = 1 << 20;
type Ring = { packetStore: { present: number; expired: number; missing: number }; balances: boolean };

test('packets beyond what may be kept expire, and the rest go with the session', { timeout: 240_000 }, async () => {
  const folder = await testFolder();
  const [capture, data] = [join(folder, 'night.pcap'), join(folder, 'data')];
  await program(['simulate', '--duration', '60', '--seed', '8', '--rate', '1500', '--out', capture]);
  const truth = readCapture(readFileSync(capture)).records;
  const { stdout } = await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data]);
  const headers = { authorization: `Bearer ${stdout.trim()}` };
  const config = { KURAYAMI_SERVER_PACKETS_KEEP_BYTES: String(KEEP_BYTES) };
  const start = ['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max'];
  const running = runProgram(start, { environment: config });
  const url = await addressOf(running, 90_000);
  const { session } = await ledgerAtRest(url, 90_000);
  const files = () => readdirSync(join(data, 'packets')).filter((name) => name.endsWith('.packets'));
  const bytesKept = () => files().reduce((sum, name) => sum + readFileSync(join(data, 'packets', name)).length, 0);

  const { packetStore, balances } = await ask<Ring>(url, `ledger?session=${session}`);
  expect(packetStore.expired).toBeGreaterThan(0);
  expect(packetStore.present).toBeGreaterThan(0);
  expect(packetStore).toEqual({
    present: truth.length - packetStore.expired,
    expired: packetStore.expired,
    missing: 0,
  });
  expect(balances).toBe(true);
  expect(bytesKept()).toBeLessThanOrEqual(KEEP_BYTES);

  // The newest are there, to the packet, and those of the first second are said to have gone.
  const question = async (path: string, from: number, to: number) => {
    const span = `from=${new Date(from * 1000).toISOString()}&to=${new Date(to * 1000).toISOString()}`;
    return fetch(`${url}/api/v1/${path}?session=${session}&${span}`, { headers });
  };
  const [first, last] = [truth[0]!.seconds, truth.at(-1)!.seconds];
  const newest = new Uint8Array(await (await question('packets.pcapng', first, last + 1)).arrayBuffer());
  const times = (records: typeof truth) =>
    records.map(({ seconds, nanoseconds }) => `${seconds}.${String(nanoseconds).padStart(9, '0')}`).sort();
  expect(times(readCapture(newest).records)).toEqual(times(truth).slice(-packetStore.present));
  const oldest = await question('packets', first, first + 1);
  expect(oldest.status).toBe(404);
  expect(await oldest.json()).toMatchObject({ code: 'API_NO_PACKETS', why: 'expired' });

  const deleted = await fetch(`${url}/api/v1/sessions/${session}`, { method: 'DELETE', headers });
  expect(deleted.status).toBe(204);
  expect(files()).toEqual([]);
  expect(await (await question('packets', last, last + 1)).json()).toMatchObject({
    status: 404,
    code: 'API_NO_SESSION',
  });
  expect((await ledgerOf(url)).balances).toBe(true);
  await interrupt(running);
});

/** From a capture through the ring to a file again: every packet is there, counted, and for analysts only. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, ledgerAtRest, ledgerOf } from '../support/api.ts';
import { readCapture } from '../support/capture-bytes.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

interface Packets {
  packets: { seconds: number; nanoseconds: number; linkType: number; originalLength: number; bytes: string }[];
  more: boolean;
  filteredOut?: number;
}
interface Flow {
  source: string;
  target: string;
  sourcePort: number;
  targetPort: number;
  protocol: string;
  first: string;
  packets: number;
}
type Ring = { packetStore: { present: number; expired: number; missing: number } };

const SPAN = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z';

test('what a file holds can be had again, packet by packet, also after a restart', { timeout: 240_000 }, async () => {
  const folder = await testFolder();
  const [capture, data] = [join(folder, 'night.pcap'), join(folder, 'data')];
  await program(['simulate', '--duration', '20', '--seed', '5', '--rate', '200', '--out', capture]);
  const truth = readCapture(readFileSync(capture)).records;
  const { stdout } = await program(['token', 'add', '--role', 'analyst', '--name', 'Aoi', '--data', data]);
  const analyst = { authorization: `Bearer ${stdout.trim()}` };
  let running = runProgram(['start', '--port', '0', '--data', data, '--read', capture, '--speed', 'max']);
  let url = await addressOf(running, 90_000);
  const ledger = await ledgerAtRest(url, 90_000);
  const { session } = ledger;
  const asks = <T>(path: string) => ask<T>(url, `${path}${path.includes('?') ? '&' : '?'}session=${session}`, analyst);

  // Each packet is counted, by the sensor and by the server.
  expect(ledger.sensors[0]!.server.rawPackets).toBe(truth.length);
  expect((await asks<Ring>('ledger')).packetStore).toEqual({ present: truth.length, expired: 0, missing: 0 });
  const check = ledger.stored.find(({ sum }) => sum.startsWith('rawPackets'))!;
  expect(check).toMatchObject({ left: truth.length, right: truth.length, holds: true });

  async function whole() {
    const answer = await fetch(`${url}/api/v1/packets.pcapng?session=${session}&${SPAN}`, { headers: analyst });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-pcapng']);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const { records, damage } = readCapture(bytes);
    expect(damage).toBe(null);
    const line = ({ seconds, nanoseconds, packet, wireLength }: (typeof records)[0]) =>
      `${seconds}.${nanoseconds} ${wireLength} ${packet}`;
    expect(records.map(line).sort()).toEqual(truth.map(line).sort());
    return bytes;
  }
  const file = join(folder, 'again.pcapng');
  writeFileSync(file, await whole());
  if (spawnSync('tcpdump', ['--version']).status === 0) {
    const read = spawnSync('tcpdump', ['-nn', '-r', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
    expect(read.status, read.stderr).toBe(0);
    expect(
      read.stdout
        .trim()
        .split('\n')
        .filter((line) => /^\d\d:/.test(line)),
    ).toHaveLength(truth.length);
  }

  // A flow, and the packets behind it.
  const { flows } = await asks<{ flows: Flow[] }>('flows?limit=200&filter=tcp');
  for (const flow of flows.slice(0, 5)) {
    const from = `${flow.first.slice(0, 19)}Z`;
    const to = new Date(Date.parse(from) + 1_000).toISOString();
    const query = new URLSearchParams({
      ...{ from, to, protocol: '6', source: flow.source, target: flow.target },
      ...{ sourcePort: String(flow.sourcePort), targetPort: String(flow.targetPort) },
    });
    const { packets, more } = await asks<Packets>(`packets?${query}`);
    expect(packets.length).toBeGreaterThanOrEqual(flow.packets);
    expect(more).toBe(false);
  }
  expect(await asks<Packets>(`packets?limit=7&${SPAN}`)).toMatchObject({ packets: { length: 7 }, more: true });

  // A filter selects the packets of the flows that it selects, and counts the others: both add up to all there are.
  for (const filter of ['tcp dst port 23', 'not tcp', 'radiation scan', 'ttl < 64', 'ip6 or not country CN']) {
    const query = `filter=${encodeURIComponent(filter)}&${SPAN}`;
    const rows = await asks<{ flows: Flow[]; cursor: string | null }>(`flows?limit=10000&${query}`);
    expect(rows.cursor).toBe(null);
    const selected = rows.flows.reduce((sum, flow) => sum + flow.packets, 0);
    expect(selected).toBeGreaterThan(0);
    expect(selected).toBeLessThan(truth.length);
    const answer = await fetch(`${url}/api/v1/packets.pcapng?session=${session}&${query}`, { headers: analyst });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect([filter, readCapture(bytes).records.length]).toEqual([filter, selected]);
    expect(bytes.toString('latin1')).toContain(`without ${truth.length - selected} that "${filter}" does not select`);
  }
  const listed = await asks<Packets>(
    `packets?limit=1000&filter=${encodeURIComponent('not (tcp or udp or icmp)')}&${SPAN}`,
  );
  expect(listed.packets.length + listed.filteredOut!).toBe(truth.length);

  // Viewers get none of it, and what is no question is refused.
  const refused = async (path: string, headers = {}) => {
    const answer = await fetch(`${url}/api/v1/${path}`, { headers });
    const { code, why } = (await answer.json()) as { code: string; why?: string };
    return [answer.status, code, why];
  };
  for (const path of ['packets', 'packets.pcapng'])
    expect(await refused(`${path}?${SPAN}`)).toEqual([403, 'ACCESS_TARGETS', undefined]);
  expect(await refused('packets?limit=1001', analyst)).toEqual([400, 'API_BAD_REQUEST', undefined]);
  expect(await refused('packets?source=nobody', analyst)).toEqual([400, 'API_BAD_REQUEST', undefined]);
  expect(await refused('packets?filter=tcp%20dst%20prt', analyst)).toEqual([400, 'FILTER_UNKNOWN_WORD', undefined]);
  expect(await refused('packets?session=999', analyst)).toEqual([404, 'API_NO_SESSION', undefined]);

  // A replay that is told not to send any.
  const server = url.replace('http:', 'ws:').replace(/\/$/, '');
  const silent = ['replay', '--speed', 'max', '--packets', 'none', '--server', server, '--data', data, capture];
  expect((await program(silent)).code).toBe(0);
  expect(await refused(`packets?session=${session + 1}&${SPAN}`, analyst)).toEqual([404, 'API_NO_PACKETS', 'notSent']);
  expect((await ledgerOf(url, session + 1)).balances).toBe(true);

  await interrupt(running);
  running = runProgram(['server', '--port', '0', '--data', data]);
  url = await addressOf(running, 90_000);
  await whole();
  expect((await asks<Ring & { balances: boolean }>('ledger')).balances).toBe(true);
  await interrupt(running);
});

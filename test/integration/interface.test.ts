/** A real interface: packets sent into one end of a veth pair are all seen at the other, and the ledger says so. */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LedgerAnswer } from '../support/api.ts';
import { pcapFile } from '../support/capture-bytes.ts';
import { sendPackets } from '../support/capturing.ts';
import { madeRecords } from '../support/filter-packets.ts';
import { testFolder } from '../support/folders.ts';
import { concatenate, hex, toHex } from '../support/hex.ts';
import { TestNetwork, whyNoNamespaces } from '../support/network.ts';
import { interrupt, program, runProgram, until } from '../support/program.ts';

const reason = whyNoNamespaces(['tcpreplay', 'tcpdump', 'cc']);
const possible = reason === null;
if (!possible) console.warn(`skipped: the test of a real interface (${reason})`);

/** The API is inside the namespace, too. */
async function ledgerInside(namespace: string): Promise<LedgerAnswer> {
  const script = "const answer = await fetch('http://127.0.0.1:8600/api/v1/ledger'); console.log(await answer.text());";
  const { stdout } = spawnSync(
    'ip',
    ['netns', 'exec', namespace, process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  return JSON.parse(stdout) as LedgerAnswer;
}

test.skipIf(!possible)('every packet that reaches the interface is stored', async () => {
  const namespace = new TestNetwork().name;
  const folder = await testFolder();
  const capture = join(folder, 'made.pcap');
  expect((await program(['simulate', '--rate', '2000', '--duration', '5', '--seed', '5', '--out', capture])).code).toBe(
    0,
  );
  const sent = (await program(['inspect', '--json', capture])).stdout;
  const { packets } = JSON.parse(sent) as { packets: number };

  const before = ['ip', 'netns', 'exec', namespace];
  const running = runProgram(['start', '--port', '8600', '--data', join(folder, 'data'), '--interface', 'dark'], {
    before,
  });
  const ledger = () => ledgerInside(namespace);
  await until('the sensor', ledger, ({ sensors }) => sensors.length === 1);
  const replay = spawnSync('ip', ['netns', 'exec', namespace, 'tcpreplay', '-q', '--pps=4000', '-i', 'sky', capture], {
    encoding: 'utf8',
  });
  expect(replay.status, replay.stderr).toBe(0);

  const rest = await until(
    'all packets, and the kernel’s counters',
    ledger,
    ({ sensors, balances }) =>
      balances && sensors[0]!.server.packetsStored! >= packets && sensors[0]!.counts.received !== null,
    30_000,
  );
  expect(rest.sensors[0]!.counts).toMatchObject({
    received: packets,
    captured: packets,
    decoded: packets,
    droppedByKernel: 0,
  });
  const stopped = await interrupt(running);
  expect(stopped.code, stopped.stderr).toBe(0);
  expect(stopped.stopMilliseconds).toBeLessThan(2_000);

  // What the kernel said at the end is in the ledger, too.
  const again = runProgram(['server', '--data', join(folder, 'data')], { before });
  const last = await until('the server', ledger, ({ sensors }) => sensors.length === 1);
  expect(last.balances).toBe(true);
  expect(last.sensors[0]).toMatchObject({
    finished: true,
    counts: { received: packets, captured: packets, leftAtStop: 0 },
  });
  await interrupt(again);
});

/** With VLAN tags and IPv6 extension headers, where the kernel and our filter answer otherwise. */
function mixedCapture(): Uint8Array {
  const whole = madeRecords(1).filter(({ bytes, wireLength }) => bytes.length === wireLength && bytes.length >= 60);
  const tagged = whole.map(({ bytes }) => concatenate([bytes.subarray(0, 12), hex('8100 0005'), bytes.subarray(12)]));
  const frames = [...whole.map(({ bytes }) => bytes), ...tagged];
  return pcapFile(
    frames.map((bytes, index) => ({ packet: toHex(bytes), seconds: 1_700_000_000, nanoseconds: index * 1_000_000 })),
  );
}

test.skipIf(!possible).for([
  { filter: 'tcp and dst port 80', kernel: true },
  { filter: 'vlan', kernel: false },
  { filter: 'udp and class udp', kernel: true },
])('--filter $filter: the packets of the file, part of them chosen by the kernel', async ({ filter, kernel }) => {
  const namespace = new TestNetwork().name;
  const folder = await testFolder();
  const capture = join(folder, 'mixed.pcap');
  await writeFile(capture, mixedCapture());
  const report = async (...words: string[]) =>
    JSON.parse((await program(['inspect', '--json', ...words, capture])).stdout) as { packets: number };
  const [all, wanted] = [await report(), await report('--filter', filter)];
  expect(wanted.packets).toBeGreaterThan(0);
  expect(wanted.packets).toBeLessThan(all.packets);

  const before = ['ip', 'netns', 'exec', namespace];
  const words = ['start', '--port', '8600', '--data', join(folder, 'data'), '--interface', 'dark', '--filter', filter];
  const running = runProgram(words, { before });
  await until(
    'the sensor',
    () => ledgerInside(namespace),
    ({ sensors }) => sensors.length === 1,
  );
  const replay = spawnSync('ip', ['netns', 'exec', namespace, 'tcpreplay', '-q', '--pps=4000', '-i', 'sky', capture]);
  expect(replay.status).toBe(0);
  const passed = (counts: LedgerAnswer['sensors'][number]['counts']) => counts.captured! - counts.filteredOut!;
  const rest = await until(
    'what passes',
    () => ledgerInside(namespace),
    ({ sensors, balances }) => balances && passed(sensors[0]!.counts) >= wanted.packets,
    30_000,
  );
  await interrupt(running);
  const { counts } = rest.sensors[0]!;
  expect(passed(counts)).toBe(wanted.packets);
  expect(counts.captured! < all.packets).toBe(kernel);
});

test.skipIf(!possible)('interfaces that the settings name are watched, several as one', async () => {
  const network = new TestNetwork([
    ['sky', 'dark'],
    ['sky2', 'dark2'],
  ]);
  const running = runProgram(['start', '--port', '8600', '--data', join(await testFolder(), 'data')], {
    before: [...network.before],
    environment: { KURAYAMI_SENSOR_INTERFACES: 'dark, dark2', KURAYAMI_SENSOR_BACKEND: 'tcpdump' },
  });
  const ledger = () => ledgerInside(network.name);
  await until('the sensor', ledger, ({ sensors }) => sensors.length === 1);
  await sendPackets(network, { count: 300, perSecond: 1_000 });
  await sendPackets(network, { interface: 'sky2', count: 400, perSecond: 1_000 });
  const rest = await until(
    'all packets',
    ledger,
    ({ sensors, balances }) => balances && sensors[0]!.counts.captured! >= 700 && sensors[0]!.counts.rxPackets! >= 700,
  );
  expect(rest.sensors[0]!.counts).toMatchObject({
    captured: 700,
    rxPackets: 700,
    lostInCaptureCrash: 0,
    captureCrashes: 0,
  });
  await interrupt(running);
  expect(running.output()).toContain('watching dark, dark2');
});

test.skipIf(!possible)('without the right to capture, one sentence says what to do', async () => {
  const folder = await testFolder();
  const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
  execFileSync('chmod', ['777', folder]);
  const { code, stderr } = await program(
    ['start', '--port', '0', '--data', join(folder, 'data'), '--interface', 'lo'],
    { before: nobody },
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/may not capture on lo: run as root, or give tcpdump the right once with: sudo setcap/);
});

/** What every backend of live capture keeps, on a real interface in a network namespace of its own. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Backend } from '../../sensor/capture/live/tap.ts';
import { type CaptureResult, Capturing, sendPackets } from '../support/capturing.ts';
import { TestNetwork, whyNoNamespaces } from '../support/network.ts';

const compiled = fileURLToPath(new URL('../../dist/sensor/capture/live/index.js', import.meta.url));
const reason = existsSync(compiled)
  ? whyNoNamespaces(['tcpdump', 'setpriv', 'cc'])
  : 'npm run build:programs comes first';
const { backends } = (reason === null ? await import(compiled) : { backends: [] }) as { backends: readonly Backend[] };
const listed = backends.map((backend) => ({ name: backend.name, unavailable: backend.unavailable() }));
if (reason !== null) console.warn(`skipped: live capture (${reason})`);
const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** What was received is handed over, dropped or left, to the packet. */
function expectExact({ captured, stats }: CaptureResult, left: number | null = 0): void {
  const explained = captured + stats.droppedByKernel!;
  expect(stats.received).toBeGreaterThanOrEqual(explained);
  if (left !== null) expect(stats.received! - explained).toBe(left);
}

describe.for(listed)('$name', ({ name: backend, unavailable }) => {
  if (unavailable !== null) console.warn(`skipped: the backend ${backend} (${unavailable})`);
  const it = test.skipIf(unavailable !== null);
  const capture = (network: TestNetwork, options: object = {}, before: string[] = []) =>
    new Capturing(network, { interfaces: ['dark'], backend, ...options }, before);

  it('hands over every packet once, until the moment of the stop', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network).ready();
    await sendPackets(network, { count: 4_000, perSecond: 4_000 });
    const result = await capturing.stop();
    expect(result).toMatchObject({ captured: 4_000, repeated: 0, numbers: [[0, 4_000]], linkTypes: { 1: 4_000 } });
    expect(result.stats).toMatchObject({ received: 4_000, droppedByKernel: 0, rxPackets: 4_000, crashes: 0 });
    expect(result.stopMilliseconds).toBeLessThan(1_600);
  });

  it('stops in the middle of traffic, and the sum holds', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network).ready();
    const sent = sendPackets(network, { count: 6_000, perSecond: 2_000 });
    await capturing.reaches('some packets', ({ captured }) => captured > 1_000);
    const result = await capturing.stop();
    await sent;
    expect(result.captured).toBeLessThan(6_000);
    expect(result.numbers).toEqual([[0, result.captured]]);
    expectExact(result, backend === 'native' ? 0 : null);
  });

  it('watches two interfaces as one', async () => {
    const network = new TestNetwork([
      ['sky', 'dark'],
      ['sky2', 'dark2'],
    ]);
    const capturing = await capture(network, { interfaces: ['dark', 'dark2'] }).ready();
    await Promise.all([
      sendPackets(network, { count: 500, perSecond: 1_000 }),
      sendPackets(network, { interface: 'sky2', count: 700, perSecond: 1_000, first: 10_000 }),
    ]);
    const result = await capturing.stop();
    expect(result.captured).toBe(1_200);
    expect(result.stats.rxPackets).toBe(1_200);
    expectExact(result);
  });

  it('watches all interfaces as any, in Linux’s cooked form', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network, { interfaces: ['any'] }).ready();
    await sendPackets(network, { interface: 'sky', count: 300, perSecond: 1_000 });
    const result = await capturing.stop();
    // The sender goes past those who watch what leaves: they are seen where they arrive.
    expect(result.linkTypes).toEqual({ [backend === 'cap' ? 113 : 276]: 300 });
    expect(result.stats.rxPackets).toBeNull();
  });

  it('goes on when the link was down', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network).ready();
    await sendPackets(network, { count: 200, perSecond: 1_000 });
    network.run('ip', 'link', 'set', 'dark', 'down');
    await capturing.reaches('the link is down', ({ link }) => link === 'down');
    await sleep(300);
    network.run('ip', 'link', 'set', 'dark', 'up');
    await capturing.reaches('the link is up', ({ link }) => link === 'up');
    await sendPackets(network, { count: 300, perSecond: 1_000, first: 200 });
    const result = await capturing.stop();
    expect(result.captured).toBe(500);
    expectExact(result);
  });

  it('goes on with an interface that was deleted and made again', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network).ready();
    await sendPackets(network, { count: 200, perSecond: 1_000 });
    await capturing.reaches('the first packets', ({ captured }) => captured === 200);
    network.run('ip', 'link', 'delete', 'dark');
    await capturing.reaches('the link is down', ({ link }) => link === 'down');
    network.addPair('sky', 'dark');
    await capturing.reaches('the link is up', ({ link }) => link === 'up');
    await sendPackets(network, { count: 300, perSecond: 1_000, first: 200 });
    const result = await capturing.stop();
    expect(result.numbers).toEqual([[0, 500]]);
    expect(result.stats).toMatchObject({ crashes: 1, lostInCrash: 0, rxPackets: 500 });
    expectExact(result);
  });

  it('lets the kernel filter', async () => {
    const network = new TestNetwork();
    const all = await capture(network, { kernelFilter: 'tcp dst port 23' }).ready();
    const none = await capture(network, { kernelFilter: 'udp' }).ready();
    await sendPackets(network, { count: 400, perSecond: 2_000 });
    expect((await all.stop()).captured).toBe(400);
    expect((await none.stop()).captured).toBe(0);
  });

  it('captures all where the kernel does not take the filter', async () => {
    const network = new TestNetwork();
    // Ethernet has no radio.
    const capturing = await capture(network, { kernelFilter: 'wlan type mgt' }).ready();
    await sendPackets(network, { count: 100, perSecond: 1_000 });
    expect((await capturing.stop()).captured).toBe(100);
  });

  it('keeps timers running, and the sum exact, when packets are worked on too slowly', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network, { delayMicroseconds: 20 }).ready();
    await sendPackets(network, { count: 120_000, perSecond: 60_000 });
    const result = await capturing.stop();
    // A batch is 80 ms of work here, if nobody else wants the processor.
    expect(result.longestPause).toBeLessThan(1_500);
    expect(result.repeated).toBe(0);
    expect(result.stopMilliseconds).toBeLessThan(5_000);
    expectExact(result, null);
  });

  it.for([
    { what: 'an interface that there is not', options: { interfaces: ['nowhere'] }, code: 'CAPTURE_NO_INTERFACE' },
    { what: 'a user who may not capture', before: NOBODY, code: 'CAPTURE_NO_PERMISSION' },
    { what: 'an interface that is down', down: true, code: 'CAPTURE_INTERFACE_DOWN' },
  ])('says what to do about $what', async ({ options, before, down, code }) => {
    const network = new TestNetwork();
    if (down) network.run('ip', 'link', 'set', 'dark', 'down');
    const result = await capture(network, options, before).result();
    expect(result).toMatchObject({ error: code });
    expect(result.message).toMatch(/this machine has|run as root|ip link set/);
  });

  test.skipIf(unavailable !== null || backend === 'native')('survives that its child is killed', async () => {
    const network = new TestNetwork();
    const capturing = await capture(network).ready();
    await sendPackets(network, { count: 1_000, perSecond: 4_000 });
    await capturing.reaches('the first packets', ({ captured }) => captured === 1_000);
    const [child] = capturing.children();
    execFileSync('kill', ['-STOP', String(child)]);
    // These are with the child when it dies.
    await sendPackets(network, { count: 700, perSecond: 4_000, first: 1_000 });
    execFileSync('kill', ['-KILL', String(child)]);
    await capturing.reaches('a new child', ({ link, stats }) => link === 'up' && stats.crashes === 1);
    await sendPackets(network, { count: 500, perSecond: 4_000, first: 1_700 });
    const result = await capturing.stop();
    expect(result.repeated).toBe(0);
    expect(result.numbers.at(-1)![1]).toBe(2_200);
    expect(result.stats).toMatchObject({ crashes: 1, rxPackets: 2_200 });
    // What was handed on, and what the child took with it; where it has no counts, part of that is known as dropped.
    const { lostInCrash, droppedByKernel } = result.stats;
    expect(result.captured + lostInCrash! + droppedByKernel!).toBe(2_200);
    if (backend === 'tcpdump')
      expect({ droppedByKernel, isLost: lostInCrash! > 0 }).toEqual({ droppedByKernel: 0, isLost: true });
    expectExact(result);
  });
});

test.skipIf(reason !== null)('what a killed child took with it is unknown where the kernel filters', async () => {
  const network = new TestNetwork();
  const capturing = await new Capturing(network, {
    interfaces: ['dark'],
    backend: 'tcpdump',
    kernelFilter: 'tcp',
  }).ready();
  execFileSync('kill', ['-KILL', String(capturing.children()[0])]);
  await capturing.reaches('a new child', ({ link, stats }) => link === 'up' && stats.crashes === 1);
  const result = await capturing.stop();
  expect(result.stats.lostInCrash).toBeNull();
});

test.skipIf(reason !== null)(
  'tcpdump changes its profile with the rate: no packet is missing, none comes twice',
  async () => {
    const network = new TestNetwork();
    const capturing = await new Capturing(network, { interfaces: ['dark'], backend: 'tcpdump' }).ready();
    await sendPackets(network, { count: 120_000, perSecond: 30_000 });
    // And back, with packets on the way.
    await sendPackets(network, { count: 32_000, perSecond: 2_000, first: 120_000 });
    const result = await capturing.stop();
    expect(capturing.logs.map((log) => /in bulk|one by one/.exec(log)?.[0])).toEqual(['in bulk', 'one by one']);
    expect(result).toMatchObject({ captured: 152_000, repeated: 0, numbers: [[0, 152_000]] });
    expect(result.stats).toMatchObject({ received: 152_000, droppedByKernel: 0, rxPackets: 152_000 });
  },
);

const sanitized = fileURLToPath(new URL('../../dist/sensor/capture/native/sanitized/capture.node', import.meta.url));
const build = fileURLToPath(new URL('../../sensor/capture/native/build.mjs', import.meta.url));

test.skipIf(reason !== null)('the addon under the sanitizers of addresses and undefined behaviour', async () => {
  execFileSync(process.execPath, [build, '--sanitize']);
  const library = execFileSync('cc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim();
  const environment = { LD_PRELOAD: library, ASAN_OPTIONS: 'detect_leaks=0:abort_on_error=1' };
  const network = new TestNetwork();
  const options = { interfaces: ['dark', 'any'], addon: sanitized, delayMicroseconds: 5 };
  const capturing = await new Capturing(network, options, [], environment).ready();
  await sendPackets(network, { count: 100_000, perSecond: 100_000 });
  network.run('ip', 'link', 'delete', 'dark');
  await capturing.reaches('the link is down', ({ link }) => link === 'down');
  network.addPair('sky', 'dark');
  await capturing.reaches('the link is up', ({ link }) => link === 'up');
  await sendPackets(network, { count: 10_000, perSecond: 20_000, first: 100_000 });
  const result = await capturing.stop();
  expect(capturing.errors).toBe('');
  expect(result.captured).toBeGreaterThan(110_000);
  expectExact(result, null);
});

/** The ring of recent packets: what comes is there until there is no room, across crashes, and every packet is counted. */
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { findPackets, type PacketWish } from '../../../../server/packets/find-packets.ts';
import { selectFlows } from '../../../../server/packets/flow-selection.ts';
import { PacketRing, type PacketRingOptions } from '../../../../server/packets/packet-ring.ts';
import type { FlowCondition } from '../../../../shared/filter/flow-condition.ts';
import { testFolder } from '../../../support/folders.ts';
import { hex, toHex } from '../../../support/hex.ts';
import { IPV4, IPV6, MACS, SYN } from '../../../support/link-frames.ts';
import { rawPackets } from '../../../support/raw-packets.ts';

const SECONDS = 1_700_000_000;
const EPOCH = 77;
const syn = (second = 0, linkType = 1) => ({
  seconds: SECONDS + second,
  nanoseconds: 5,
  linkType,
  originalLength: 60,
  bytes: linkType === 1 ? hex(MACS, '0800', IPV4, SYN) : hex(IPV6, SYN),
});
const anyFlow: FlowCondition = { kind: 'and', terms: [] };
const span = { fromSeconds: SECONDS, toSeconds: SECONDS + 100, limit: 1_000, mostBytes: 1 << 20 };

async function open(folder: string, options: Partial<PacketRingOptions> = {}) {
  const log = vi.fn();
  const ring = new PacketRing({
    folder: join(folder, 'packets'),
    keepBytes: 1 << 20,
    log,
    position: async () => Number.MAX_SAFE_INTEGER,
    ...options,
  });
  await ring.start();
  return { ring, log };
}

const find = (ring: PacketRing, wish: Partial<PacketWish> = {}, session = 1) => {
  const all = { ...span, ...wish };
  return findPackets(ring.frames(session, all.fromSeconds, all.toSeconds), all);
};
const files = (folder: string) => readdirSync(join(folder, 'packets')).filter((name) => name.endsWith('.packets'));

test('no folder is made before packets come', async () => {
  const folder = await testFolder();
  const { ring } = await open(folder);
  expect(existsSync(join(folder, 'packets'))).toBe(false);
  expect(ring.account(1)).toEqual({ present: 0, expired: 0, missing: 0 });
  expect(await find(ring)).toEqual({ packets: [], more: false, filteredOut: 0 });
});

test('packets of a flow are found, by their ends and by time, and none of another session', async () => {
  const { ring } = await open(await testFolder());
  ring.append(1, 3, rawPackets([syn(0), syn(1), syn(1, 101)]), EPOCH, 1);
  ring.append(2, 3, rawPackets([syn(1)]), EPOCH + 1, 1);
  expect((await find(ring)).packets).toHaveLength(3);
  const one = await find(ring, { source: '192.0.2.1', fromSeconds: SECONDS + 1, toSeconds: SECONDS + 2 });
  expect(one.packets.map(({ seconds, bytes }) => [seconds, toHex(bytes)])).toEqual([[SECONDS + 1, toHex(syn().bytes)]]);
  const flow = { source: '192.0.2.1', target: '198.51.100.7', protocol: 6, sourcePort: 40_000, targetPort: 23 };
  expect((await find(ring, flow)).packets).toHaveLength(2);
  expect((await find(ring, { source: '2001:db8::1' })).packets).toHaveLength(1);
  for (const other of [{ targetPort: 24 }, { protocol: 17 }, { source: '198.51.100.7' }, { target: '192.0.2.1' }])
    expect((await find(ring, { ...flow, ...other })).packets).toEqual([]);
  expect(await find(ring, { limit: 2 })).toMatchObject({ packets: { length: 2 }, more: true });
  expect(await find(ring, { mostBytes: 100 })).toMatchObject({ packets: { length: 1 }, more: true });
});

test('a search for one who has gone ends, of flows as of packets', async () => {
  const { ring } = await open(await testFolder());
  const batch = rawPackets(Array.from({ length: 3_000 }, (_, at) => syn(at % 50)));
  for (let sequence = 1; sequence <= 3; sequence++) ring.append(1, 3, batch, EPOCH, sequence);
  const goOn = vi.fn(() => {
    if (goOn.mock.calls.length === 2) throw new Error('gone');
  });
  await expect(find(ring, { goOn, limit: 10_000 })).rejects.toThrow('gone');
  expect(goOn).toHaveBeenCalledTimes(2);
  const flows = vi.fn(async () => ({ flows: [], cursor: flows.mock.calls.length < 5 ? 'more' : null }));
  goOn.mockClear();
  await expect(selectFlows({ flows }, { ...span, session: 1 }, anyFlow, {}, goOn)).rejects.toThrow('gone');
  expect(flows).toHaveBeenCalledTimes(1);
});

test('the oldest file goes, and its packets are counted; a frame that comes twice is there once', async () => {
  const folder = await testFolder();
  const { ring } = await open(folder, { keepBytes: 200_000 });
  const batch = rawPackets(Array.from({ length: 300 }, (_, at) => syn(at % 50)));
  for (let sequence = 1; sequence <= 30; sequence++) {
    ring.append(1, 3, batch, EPOCH, sequence);
    ring.append(1, 3, batch, EPOCH, sequence);
  }
  const { present, expired, missing } = ring.account(1);
  expect(present + expired).toBe(9_000);
  expect(missing).toBe(0);
  expect(present).toBeGreaterThan(2_000);
  const bytes = files(folder).reduce((sum, name) => sum + readFileSync(join(folder, 'packets', name)).length, 0);
  expect(bytes).toBeLessThanOrEqual(200_000);
  ring.stop();
  expect((await open(folder, { keepBytes: 200_000 })).ring.account(1)).toEqual({ present, expired, missing });
});

test('a torn end is cut off and missing; what comes then is written behind the whole', async () => {
  const folder = await testFolder();
  const first = await open(folder);
  first.ring.append(1, 3, rawPackets([syn(0), syn(1)]), EPOCH, 1);
  first.ring.append(1, 3, rawPackets([syn(2)]), EPOCH, 2);
  first.ring.stop();
  const [name] = files(folder);
  const path = join(folder, 'packets', name!);
  truncateSync(path, readFileSync(path).length - 3);
  const second = await open(folder);
  expect(second.log.mock.calls[0]![0]).toMatch(/were not whole, and are cut off/);
  second.ring.settle(new Map([[1, 3]]));
  expect(second.ring.account(1)).toEqual({ present: 2, expired: 0, missing: 1 });
  // Once only, also when it is asked again.
  second.ring.settle(new Map([[1, 3]]));
  second.ring.append(1, 3, rawPackets([syn(3)]), EPOCH, 3);
  expect((await find(second.ring)).packets.map(({ seconds }) => seconds - SECONDS)).toEqual([0, 1, 3]);
  second.ring.stop();
  const third = await open(folder);
  expect(third.ring.account(1)).toEqual({ present: 3, expired: 0, missing: 1 });
});

test('a byte that is another ends a file there; what is no file of ours is left alone', async () => {
  const folder = await testFolder();
  const first = await open(folder);
  for (const sequence of [1, 2, 3]) first.ring.append(1, 3, rawPackets([syn(sequence)]), EPOCH, sequence);
  first.ring.stop();
  const path = join(folder, 'packets', files(folder)[0]!);
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length / 2)]! ^= 0x40;
  writeFileSync(path, bytes);
  writeFileSync(join(folder, 'packets', '000000000099.packets'), 'something else');
  const { ring, log } = await open(folder);
  expect(ring.account(1).present).toBe(1);
  expect(log.mock.calls.flat().join()).toMatch(/holds no packets of ours/);
  ring.append(1, 3, rawPackets([syn(9)]), EPOCH, 4);
  expect(files(folder)).toContain('000000000100.packets');
});

test('what was written and not acknowledged comes again, and counts once', async () => {
  const folder = await testFolder();
  const first = await open(folder);
  first.ring.append(1, 3, rawPackets([syn(1)]), EPOCH, 1);
  first.ring.append(1, 3, rawPackets([syn(2)]), EPOCH, 2);
  first.ring.stop();
  const second = await open(folder, { position: async () => 1 });
  expect(second.ring.account(1).present).toBe(1);
  second.ring.append(1, 3, rawPackets([syn(2)]), EPOCH, 2);
  expect(second.ring.account(1).present).toBe(2);
  expect((await find(second.ring)).packets).toHaveLength(2);
});

test('a crash while a file leaves counts its packets once', async () => {
  const folder = await testFolder();
  const { ring } = await open(folder);
  ring.append(1, 3, rawPackets([syn(1)]), EPOCH, 1);
  ring.append(2, 3, rawPackets([syn(1)]), EPOCH, 2);
  const [name] = files(folder);
  const whole = readFileSync(join(folder, 'packets', name!));
  ring.forget(1);
  ring.stop();
  // As if it had not been taken away yet.
  writeFileSync(join(folder, 'packets', name!), whole);
  const again = await open(folder);
  expect(again.ring.account(1)).toEqual({ present: 0, expired: 1, missing: 0 });
  expect(again.ring.account(2).present).toBe(1);
  expect(files(folder)).toHaveLength(1);
});

test('an account that cannot be read makes what left it missing, and does not stop anything', async () => {
  const folder = await testFolder();
  const { ring } = await open(folder);
  ring.append(1, 3, rawPackets([syn(1)]), EPOCH, 1);
  ring.forget(1);
  appendFileSync(join(folder, 'packets', 'account.json'), '}');
  const again = await open(folder);
  again.ring.settle(new Map([[1, 1]]));
  expect(again.ring.account(1)).toEqual({ present: 0, expired: 0, missing: 1 });
  rmSync(join(folder, 'packets'), { recursive: true });
});

/** Packets as sensors send them: written before they are acknowledged, once, and counted where they cannot be taken. */
import { expect, test, vi } from 'vitest';
import type { Channel } from '../../../../server/ingest/channel.ts';
import type { PacketRing } from '../../../../server/packets/packet-ring.ts';
import type { Frame } from '../../../../shared/wire/frame.ts';
import { packetsToFrame } from '../../../../shared/wire/packets.ts';
import { hex } from '../../../support/hex.ts';
import { createPeer, createPipeline, helloOf } from '../../../support/pipeline.ts';
import { rawPackets } from '../../../support/raw-packets.ts';

const EPOCH = 7;
const packet = { seconds: 1_700_000_000, nanoseconds: 0, linkType: 1, originalLength: 60, bytes: hex('0102') };
const frame = (sequence: number) => packetsToFrame(rawPackets([packet, packet, packet]), EPOCH, sequence);
const atRest = (channel: Channel) =>
  vi.waitFor(() => expect(channel.storedSequence).toBe(channel.lastSequence), { timeout: 20_000 });

async function received(frames: readonly Frame[], append?: PacketRing['append']) {
  const { pipeline, close } = await createPipeline(append && { packets: { append, settle: vi.fn(), forget: vi.fn() } });
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(EPOCH), peer);
  for (const each of frames) pipeline.receive(channel, peer, each);
  await atRest(channel);
  const { server } = pipeline.ledgers()[0]!;
  await close();
  return { server, channel, peer };
}

test('they go into the ring with whose they are, and are counted once', async () => {
  const append = vi.fn<PacketRing['append']>();
  const { server, channel } = await received([frame(1), frame(2), frame(2)], append);
  expect(
    append.mock.calls.map(([session, sensor, batch, epoch, sequence]) => [
      session,
      sensor,
      batch.length,
      epoch,
      sequence,
    ]),
  ).toEqual([1, 2].map((sequence) => [channel.session.id, channel.sensor.id, 3, EPOCH, sequence]));
  expect(server).toMatchObject({ rawPackets: 6, rawPacketsRefused: {}, duplicateFrames: 1, packetsStored: 0 });
});

test('a ring that cannot take them refuses them, and everything else goes on', async () => {
  const append = vi.fn<PacketRing['append']>(() => {
    throw new Error('no space left on device');
  });
  const { server, peer } = await received([frame(1)], append);
  expect(server).toMatchObject({ rawPackets: 3, rawPacketsRefused: { STORE_PACKETS_NOT_KEPT: 3 } });
  expect(peer.acknowledge).toHaveBeenLastCalledWith(1);
});

test('a frame that cannot be read is refused by its packets, and acknowledged', async () => {
  const bad = { ...frame(1), columns: frame(1).columns.filter(({ field }) => field !== 6) };
  const append = vi.fn<PacketRing['append']>();
  const { server, peer } = await received([bad], append);
  expect(append).not.toHaveBeenCalled();
  expect(server).toMatchObject({ rawPackets: 3, rawPacketsRefused: { WIRE_BAD_COLUMN: 3 } });
  expect(peer.acknowledge).toHaveBeenLastCalledWith(1);
});

test('a server without a ring says so', async () => {
  expect((await received([frame(1)])).server.rawPacketsRefused).toEqual({ STORE_PACKETS_NOT_KEPT: 3 });
});

/** What happens when the store fails, connections come twice, and sensors send what they should not. */
import { expect, test, vi } from 'vitest';
import type { Channel } from '../../../server/ingest/channel.ts';
import { reportOfBegin } from '../../../server/ingest/sensor-runs.ts';
import type { IngestPipeline } from '../../../server/pipeline.ts';
import { StoreError } from '../../../server/store/stores.ts';
import { checkLedger, emptySensorLedger } from '../../../shared/counters.ts';
import { flowsToFrame } from '../../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame, type Frame, FrameKind } from '../../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { flowBatch } from '../../support/commits.ts';
import { eventually } from '../../support/eventually.ts';
import { testFolder } from '../../support/folders.ts';
import { createPeer, createPipeline, helloOf } from '../../support/pipeline.ts';

/** A frame as it comes off the wire. */
const frameOf = (epoch: number, sequence: number, packets: number): Frame =>
  decodeFrame(encodeFrame(flowsToFrame(flowBatch(4, [{ packets }]), 0, 1, epoch, sequence)));

const ledgerOf = (pipeline: IngestPipeline) => pipeline.ledgers()[0]!;
const atRest = (pipeline: IngestPipeline, channel: Channel) =>
  vi.waitFor(() => expect(channel.storedSequence).toBe(channel.lastSequence), { timeout: 5_000 }).then(() => pipeline);

test('a sensor is told to forget what is stored, and nothing else', async () => {
  let fail = true;
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { pipeline, stored, close } = await createPipeline({
    commit: async (really) => {
      await held;
      if (fail) throw new Error('the disk is full');
      await really();
    },
  });
  const first = createPeer();
  const channel = await pipeline.open(helloOf(7), first);
  pipeline.receive(channel, first, frameOf(7, 1, 10));
  // The same sensor comes back while the commit is under way.
  const second = createPeer();
  const opened = pipeline.open(helloOf(7), second);
  await eventually(() => expect(first.refuse).toHaveBeenCalledWith('INGEST_REPLACED', expect.anything()));
  letGo();
  const again = await opened;
  expect(again.storedSequence).toBe(-1);
  fail = false;
  pipeline.receive(again, second, frameOf(7, 1, 10));
  pipeline.receive(again, second, frameOf(7, 2, 5));
  await atRest(pipeline, again);
  expect(await stored()).toBe(15);
  expect(second.acknowledge).toHaveBeenLastCalledWith(2);
  expect(first.acknowledge).not.toHaveBeenCalled();
  await close();
});

test('a sensor whose last run is not stored yet holds up no other sensor', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const { pipeline, close } = await createPipeline({ commit: (really) => held.then(really) });
  const first = createPeer();
  const channel = await pipeline.open(helloOf(7), first);
  pipeline.receive(channel, first, frameOf(7, 1, 10));
  const [again, third] = [pipeline.open(helloOf(8), createPeer()), pipeline.open(helloOf(9), createPeer())];
  const order: string[] = [];
  void again.then(() => order.push('again'));
  void third.then(() => order.push('third'));
  await pipeline.open(helloOf(1, 'cellar'), createPeer());
  expect(order).toEqual([]);
  letGo();
  await Promise.all([again, third]);
  // Of one sensor, the last that came is the one that is kept.
  expect(order).toEqual(['again', 'third']);
  await close();
});

test('sensors that come at once are in one session, and a session that cannot be opened now can be later', async () => {
  const { pipeline, catalog, live, close } = await createPipeline();
  const totals = vi.spyOn(catalog, 'totals').mockRejectedValueOnce(new StoreError('STORE_FAILED', 'not now'));
  await expect(pipeline.open(helloOf(1, 'roof'), createPeer())).rejects.toThrow('not now');
  const names = ['roof', 'cellar', 'attic'];
  await Promise.all(names.map((name, index) => pipeline.open(helloOf(2 + index, name), createPeer())));
  expect([...live.current().channels].map(({ hello }) => hello.name).sort()).toEqual(names.toSorted());
  expect(totals).toHaveBeenCalledTimes(2);
  await close();
});

test('after a failed commit, what still comes on the old connection is not taken: there would be a hole before it', async () => {
  let failures = 1;
  const { pipeline, stored, close } = await createPipeline({
    commit: async (really) => {
      if (failures-- > 0) throw new Error('no space');
      await really();
    },
  });
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  pipeline.receive(channel, peer, frameOf(7, 1, 10));
  await eventually(() => expect(peer.refuse).toHaveBeenCalledWith('INGEST_BUSY', expect.anything()));
  pipeline.receive(channel, peer, frameOf(7, 2, 20));
  const next = createPeer();
  const channelAgain = await pipeline.open(helloOf(7), next);
  expect(channelAgain.storedSequence).toBe(-1);
  pipeline.receive(channelAgain, next, frameOf(7, 1, 10));
  pipeline.receive(channelAgain, next, frameOf(7, 2, 20));
  await atRest(pipeline, channelAgain);
  expect(await stored()).toBe(30);
  expect(ledgerOf(pipeline).server).toMatchObject({ packetsAccepted: 30, packetsStored: 30, duplicateFrames: 0 });
  await close();
});

test('two connections of one run that open together are one channel, and frames sent on both count once', async () => {
  const { pipeline, stored, close } = await createPipeline();
  const [left, right] = [createPeer(), createPeer()];
  const [first, second] = await Promise.all([pipeline.open(helloOf(7), left), pipeline.open(helloOf(7), right)]);
  expect(first).toBe(second);
  pipeline.receive(first, left, frameOf(7, 1, 30));
  pipeline.receive(second, right, frameOf(7, 1, 30));
  await atRest(pipeline, second);
  expect(await stored()).toBe(30);
  await close();
});

test('a second process of the same name ends the first, and the ledger stays that of both', async () => {
  const { pipeline, close } = await createPipeline();
  const [left, right] = [createPeer(), createPeer()];
  const older = await pipeline.open(helloOf(1), left);
  pipeline.receive(older, left, frameOf(1, 1, 100));
  const newer = await pipeline.open(helloOf(2), right);
  expect(left.refuse).toHaveBeenCalledWith('INGEST_REPLACED', expect.anything());
  pipeline.receive(newer, right, frameOf(2, 1, 50));
  const report = {
    ...reportOfBegin(helloOf(2)),
    ledger: {
      ...emptySensorLedger(),
      captured: 50,
      decoded: 50,
      packetsInClosedFlows: 50,
      flowsClosed: 1,
      flowsClosedEarly: 0,
      packetsSent: 50,
      flowsSent: 1,
      packetsAcknowledged: 50,
      flowsAcknowledged: 1,
    },
  };
  for (let round = 0; round < 5; round++) {
    pipeline.receive(
      older,
      left,
      decodeFrame(encodeJsonFrame(FrameKind.health, { ...report, ledger: { ...report.ledger, captured: 100 } }, 1, 0)),
    );
    pipeline.receive(newer, right, decodeFrame(encodeJsonFrame(FrameKind.health, report, 2, 0)));
  }
  await atRest(pipeline, newer);
  const { health, server } = ledgerOf(pipeline);
  expect(health!.ledger).toMatchObject({ captured: 150, crashes: 1, lostInCrash: 0 });
  expect(checkLedger(health!.ledger, server, true).filter(({ holds }) => !holds)).toEqual([]);
  await close();
});

test('a frame whose rows cannot be stored is refused by its code, counted, and acknowledged; the rest goes on', async () => {
  const { pipeline, stored, close } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  const bad = flowBatch(4, [{ packets: 4 }]);
  bad.interval[0] = 0.5;
  pipeline.receive(channel, peer, decodeFrame(encodeFrame(flowsToFrame(bad, 0, 1, 7, 1))));
  pipeline.receive(channel, peer, frameOf(7, 2, 6));
  await atRest(pipeline, channel);
  expect(ledgerOf(pipeline).server).toMatchObject({
    packetsAccepted: 10,
    packetsStored: 6,
    packetsRefused: { WIRE_BAD_COLUMN: 4 },
    flowsRefused: { WIRE_BAD_COLUMN: 1 },
  });
  expect(await stored()).toBe(6);
  expect(peer.acknowledge).toHaveBeenLastCalledWith(2);
  await close();
});

test('a report that cannot be read is counted by its code and acknowledged; what waits behind it is stored', async () => {
  const { pipeline, stored, close, log } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  const notIp = Object.fromEntries(Array.from({ length: 2_001 }, (_, type) => [`0x${type.toString(16)}`, 1]));
  const tooMuch = { ...reportOfBegin(helloOf(7)), ledger: { ...emptySensorLedger(), notIp }, finished: true };
  for (const [at, report] of [tooMuch, 'nonsense'].entries())
    pipeline.receive(channel, peer, decodeFrame(encodeJsonFrame(FrameKind.health, report, 7, at + 1)));
  pipeline.receive(channel, peer, frameOf(7, 3, 6));
  await atRest(pipeline, channel);
  expect(peer.refuse).not.toHaveBeenCalled();
  expect(peer.acknowledge).toHaveBeenLastCalledWith(3);
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/roof: a report is refused: .*\[WIRE_BAD_MESSAGE\]/));
  expect(await stored()).toBe(6);
  const { server } = ledgerOf(pipeline);
  expect(server).toMatchObject({ reportsRefused: { WIRE_BAD_MESSAGE: 2 }, packetsRefused: {}, packetsStored: 6 });
  await close();
});

test('the last word of a run stands, whatever its sensor says when it comes back for the acknowledgement', async () => {
  const folder = await testFolder();
  const before = await createPipeline({ folder });
  const peer = createPeer();
  const channel = await before.pipeline.open(helloOf(7), peer);
  const reportOf = (epoch: number, sequence: number, finished: boolean): Frame =>
    decodeFrame(encodeJsonFrame(FrameKind.health, { ...reportOfBegin(helloOf(epoch)), finished }, epoch, sequence));
  before.pipeline.receive(channel, peer, reportOf(7, 0, false));
  const report = channel.health;
  before.pipeline.leave(channel, peer);
  expect((await before.pipeline.open(helloOf(7), peer)).health).toBe(report);
  before.pipeline.receive(channel, peer, reportOf(7, 1, true));
  await atRest(before.pipeline, channel);
  await before.close();
  const { pipeline, close } = await createPipeline({ folder });
  const again = createPeer();
  const channelAgain = await pipeline.open(helloOf(7), again);
  expect(channelAgain.storedSequence).toBe(1);
  pipeline.receive(channelAgain, again, reportOf(7, 0, false));
  expect(ledgerOf(pipeline).health?.finished).toBe(true);
  expect(channelAgain.health?.finished).toBe(true);
  pipeline.leave(channelAgain, again);
  expect(channelAgain.state).toBe('finished');
  // Another run of the sensor has more to say.
  const next = createPeer();
  const nextChannel = await pipeline.open(helloOf(8), next);
  expect(ledgerOf(pipeline).health?.finished).toBe(false);
  pipeline.leave(nextChannel, next);
  expect(nextChannel.state).toBe('lost');
  await close();
});

test('a sensor that sends faster than the store takes is not read from for a while', async () => {
  const { pipeline, close } = await createPipeline({
    commit: (really) => new Promise<void>((resolve) => setTimeout(resolve, 20)).then(really),
  });
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  for (let sequence = 1; sequence <= 400; sequence++) pipeline.receive(channel, peer, frameOf(7, sequence, 1));
  expect(peer.pause).toHaveBeenCalled();
  await atRest(pipeline, channel);
  expect(peer.resume).toHaveBeenCalled();
  expect(ledgerOf(pipeline).server.packetsStored).toBe(400);
  await close();
});

test('while the disk is full, nothing is stored, acknowledged or refused; then it goes on where it stood', async () => {
  const { pipeline, stored, close, disk } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  disk.isFull = true;
  for (let sequence = 1; sequence <= 300; sequence++) pipeline.receive(channel, peer, frameOf(7, sequence, 1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await stored()).toBe(0);
  expect(peer.pause).toHaveBeenCalled();
  expect(peer.acknowledge).not.toHaveBeenCalled();
  disk.isFull = false;
  // The pipeline's own timer would wake it; a frame does so sooner.
  pipeline.receive(channel, peer, frameOf(7, 301, 1));
  await atRest(pipeline, channel);
  expect(await stored()).toBe(301);
  expect(peer.refuse).not.toHaveBeenCalled();
  expect(peer.resume).toHaveBeenCalled();
  await close();
});

test('a store that meets a full disk is left alone, and a commit that was durable all the same counts once', async () => {
  let failures = 1;
  const { pipeline, catalog, stored, close, disk } = await createPipeline({
    commit: async (really) => {
      await really();
      if (failures-- > 0) throw new StoreError('STORE_FULL', 'the disk of the data directory is full');
    },
  });
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  pipeline.receive(channel, peer, frameOf(7, 1, 10));
  await eventually(() => expect(peer.refuse).toHaveBeenCalledWith('INGEST_BUSY', expect.anything()));
  expect(disk.noteFull).toHaveBeenCalled();
  disk.isFull = false;
  const again = createPeer();
  const second = await pipeline.open(helloOf(7), again);
  expect(second.storedSequence).toBe(1);
  pipeline.receive(second, again, frameOf(7, 2, 5));
  await atRest(pipeline, second);
  expect(await stored()).toBe(15);
  expect(ledgerOf(pipeline).server.packetsStored).toBe(15);
  expect((await catalog.ledgers())[0]!.server.packetsStored).toBe(15);
  await close();
});

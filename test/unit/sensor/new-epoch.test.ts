/** A running sensor wants a new epoch, and the spool has no place for one: it goes on under the one that it has. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Spool } from '../../../sensor/output/spool.ts';
import { Uplink, type UplinkOptions } from '../../../sensor/output/uplink.ts';
import { FrameKind, WireType } from '../../../shared/wire/frame.ts';
import type { SensorHealth } from '../../../shared/wire/messages.ts';
import { type FakePeer, fakeServer, goodServer } from '../../support/fake-server.ts';
import { helloOf, openSpool, range, spoolFolder } from '../../support/spools.ts';

const data = new Uint32Array([1]);

async function running(spool: Spool | null, options: Partial<UplinkOptions> = {}) {
  const good = goodServer();
  const { url, state } = await fakeServer(good.behaviour);
  const log = vi.fn();
  let epoch = 999;
  const parts = {
    server: url,
    token: () => 'none',
    hello: helloOf(epoch),
    compress: false,
    spool,
    isPatient: true,
    log,
    ...options,
  };
  const uplink = new Uplink({ ...parts, newEpoch: () => ++epoch });
  onTestFinished(() => uplink.close());
  uplink.start();
  const send = (count: number) => {
    for (let sent = 0; sent < count; sent++) {
      const { epoch: own, nextSequence: sequence } = uplink;
      const columns = [{ field: 12, type: WireType.u32, data }];
      uplink.send({ kind: FrameKind.flows4, flags: 0, epoch: own, sequence, rows: 1, columns }, 1);
    }
  };
  send(5);
  expect(await uplink.drain(10_000)).toBe(true);
  return { uplink, log, send, state, taken: good.taken };
}

test('the folder is gone: nothing changes, it is told, and the next epoch comes when it is back', async () => {
  const folder = await spoolFolder();
  const { uplink, log, send, taken } = await running(openSpool(folder));
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, '');
  uplink.renewEpoch();
  expect(uplink).toMatchObject({ epoch: 999, nextSequence: 6 });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/\[SPOOL_UNUSABLE\].*under the epoch before/));
  send(5);
  expect(await uplink.drain(10_000)).toBe(true);
  expect(taken.get(999)).toEqual(range(1, 10));

  rmSync(folder);
  renameSync(`${folder}.away`, folder);
  uplink.renewEpoch();
  expect(uplink).toMatchObject({ epoch: 1001, nextSequence: 1 });
  send(5);
  expect(await uplink.drain(10_000)).toBe(true);
  expect(taken.get(1001)).toEqual(range(1, 5));
  expect(uplink.totals).toMatchObject({ flowsSent: 15, flowsAcknowledged: 15, flowsWaiting: 0, flowsDropped: 0 });
});

test('the disk is full: the epoch and the connection stay', async () => {
  const spool = openSpool(await spoolFolder(), { keepFreeBytes: Number.MAX_SAFE_INTEGER });
  const { uplink, state } = await running(spool);
  uplink.renewEpoch();
  expect(uplink).toMatchObject({ epoch: 999, nextSequence: 6 });
  expect(await uplink.drain(300)).toBe(true);
  expect(state.connections).toBe(1);
});

test('there are as many epochs as may be: the epoch stays', async () => {
  const spool = openSpool(await spoolFolder());
  const { uplink } = await running(spool);
  while (spool.epochs.length < 256) spool.begin(helloOf(spool.epochs.length));
  uplink.renewEpoch();
  expect(uplink).toMatchObject({ epoch: 999, nextSequence: 6 });
  spool.remove(spool.epochs.at(-1)!);
  uplink.renewEpoch();
  expect(uplink).toMatchObject({ epoch: 1000, nextSequence: 1 });
});

test('without a spool, all epochs that wait have one limit, and what goes beyond it is dropped and counted, the oldest first', async () => {
  const { uplink, send, state, taken } = await running(null, { queueBytes: 10_000 });
  const { behaviour } = state;
  // What is sent from now on is not acknowledged.
  state.behaviour = () => undefined;
  const frames = 1_000;
  for (let step = 0; step < 5; step++) {
    uplink.renewEpoch();
    for (let sent = 0; sent < frames; sent += 50) {
      send(50);
      uplink.makeRoom();
    }
  }
  const { flowsSent, flowsWaiting, flowsDropped } = uplink.totals;
  expect(flowsSent + flowsWaiting + flowsDropped).toBe(5 + 5 * frames);
  expect(flowsDropped).toBeGreaterThan(4 * frames);
  expect(flowsWaiting).toBeLessThan(400);
  state.behaviour = behaviour;
  expect(await uplink.drain(20_000)).toBe(true);
  expect(uplink.totals).toMatchObject({ flowsWaiting: 0, flowsDropped });
  expect(uplink.totals.flowsAcknowledged).toBe(5 + 5 * frames - flowsDropped);
  expect(taken.get(1_004)!.at(-1)).toBe(frames);
});

test('without a spool, there are 8 epochs at most: the epoch stays, until one is delivered', async () => {
  const { uplink, send, state } = await running(null);
  const { behaviour } = state;
  state.behaviour = () => undefined;
  for (let step = 0; step < 20; step++) {
    send(1);
    uplink.renewEpoch();
  }
  expect(uplink).toMatchObject({ epoch: 999 + 7, nextSequence: 14 });
  state.behaviour = behaviour;
  uplink.renewEpoch();
  expect(await uplink.drain(20_000)).toBe(true);
  uplink.renewEpoch();
  expect(uplink).toMatchObject({ epoch: 999 + 8, nextSequence: 1 });
  expect(uplink.totals).toMatchObject({ flowsAcknowledged: 25, flowsDropped: 0 });
});

test('a server that does not read is told how things stand once, and not once for each report', async () => {
  const { uplink, state } = await running(null);
  const { behaviour } = state;
  let reader: FakePeer | null = null;
  let reports = 0;
  state.behaviour = (peer, frame) => {
    behaviour(peer, frame);
    if (frame.kind !== FrameKind.health) return;
    reports++;
    if (reader === null) peer.socket.pause();
    reader ??= peer;
  };
  const said = 3_000;
  const report = { damage: ['x'.repeat(20_000)] } as unknown as SensorHealth;
  for (let count = 0; count < said; count++) {
    uplink.sendHealth(report);
    await new Promise((resolve) => setImmediate(resolve));
  }
  reader!.socket.resume();
  for (let last = -1; last !== reports; await new Promise((resolve) => setTimeout(resolve, 500))) last = reports;
  // What the kernel holds, of 60 MB.
  expect(reports).toBeGreaterThan(1);
  expect(reports).toBeLessThan(said / 2);
});

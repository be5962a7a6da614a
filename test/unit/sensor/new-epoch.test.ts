/** A running sensor wants a new epoch, and the spool has no place for one: it goes on under the one that it has. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Spool } from '../../../sensor/output/spool.ts';
import { Uplink } from '../../../sensor/output/uplink.ts';
import { FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { fakeServer, goodServer } from '../../support/fake-server.ts';
import { helloOf, openSpool, range, spoolFolder } from '../../support/spools.ts';

const data = new Uint32Array([1]);

async function running(spool: Spool) {
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

import { expect, test } from 'vitest';
import { ClockWatch } from '../../../sensor/clock-watch.ts';
import { Uplink } from '../../../sensor/output/uplink.ts';
import { FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { fakeServer, goodServer } from '../../support/fake-server.ts';
import { helloOf, openSpool, range, spoolFolder } from '../../support/spools.ts';

test('a clock that is set is noticed, once; one that is drawn right slowly is not', () => {
  let [wall, steady] = [1_000_000, 50];
  const watch = new ClockWatch({ wall: () => wall, steady: () => steady });
  const pass = (seconds: number, set = 0) => {
    steady += seconds;
    wall += seconds + set;
    return watch.look();
  };
  expect(pass(0.5)).toBe(0);
  expect(pass(0.5, 0.9)).toBe(0);
  expect(pass(0.5, 3_600)).toBe(3_600);
  expect(pass(0.5)).toBe(0);
  expect(pass(3_600)).toBe(0);
  expect(pass(0.5, -1.5)).toBe(-1.5);
});

test.for(['memory', 'spool'])(
  'a new epoch in the midst of it loses nothing and sends nothing twice: %s',
  async (where) => {
    const good = goodServer();
    const { url } = await fakeServer(good.behaviour);
    const spool = where === 'spool' ? openSpool(await spoolFolder(), { maxBytes: 4 << 20 }) : null;
    let epoch = 7;
    const parts = {
      server: url,
      token: () => 'none',
      hello: helloOf(7),
      compress: false,
      spool,
      newEpoch: () => ++epoch,
    };
    const uplink = new Uplink({ ...parts, log: () => undefined });
    const data = new Uint32Array([1]);
    const send = (count: number) => {
      for (let sent = 0; sent < count; sent++) {
        const { epoch: own, nextSequence: sequence } = uplink;
        const columns = [{ field: 12, type: WireType.u32, data }];
        uplink.send({ kind: FrameKind.flows4, flags: 0, epoch: own, sequence, rows: 1, columns }, 1);
      }
    };
    uplink.start();
    send(40);
    await uplink.drain(200);
    send(100);
    uplink.renewEpoch();
    expect(uplink).toMatchObject({ epoch: 8, nextSequence: 1, run: 7 });
    send(50);
    uplink.renewEpoch();
    send(5);
    expect(await uplink.drain(10_000)).toBe(true);
    expect(good.taken.get(7)).toEqual(range(1, 140));
    expect(good.taken.get(8)).toEqual(range(1, 50));
    expect(good.taken.get(9)).toEqual(range(1, 5));
    expect(uplink.totals).toMatchObject({ flowsSent: 195, flowsAcknowledged: 195, flowsWaiting: 0, flowsDropped: 0 });
    await uplink.close();
  },
);

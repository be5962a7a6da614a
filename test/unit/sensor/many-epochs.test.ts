/** A spool with more epochs than one hello can name: runs that ended, one after another, without a server. */
import { readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { type BacklogGroup, contact, earlierOf } from '../../../sensor/output/backlog.ts';
import type { SpooledFrames } from '../../../sensor/output/spooled-frames.ts';
import { Uplink } from '../../../sensor/output/uplink.ts';
import { readHello } from '../../../server/ingest/sensor-messages.ts';
import { encodeFrame, type Frame, FrameKind, WireType } from '../../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeAcknowledge, encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import type { SensorHealth, SensorHello } from '../../../shared/wire/messages.ts';
import { fakeServer } from '../../support/fake-server.ts';
import { frameOf, helloOf, openSpool, range, spoolFolder } from '../../support/spools.ts';

const EPOCHS = 320;
/** Stored already, and not acknowledged: one of those that the first hello names, and one of those that it does not. */
const STORED = [7, 310];
const THIS_RUN = 999_999;

function fill(frames: SpooledFrames, epoch: number): void {
  const columns = [{ field: 12, type: WireType.u32, data: new Uint32Array([1]) }];
  for (const sequence of [1, 2]) {
    const bytes = encodeFrame({ kind: FrameKind.flows4, flags: 0, epoch, sequence, rows: 1, columns });
    frames.push({ sequence, bytes, flows: 1, packets: 1, findings: 0 });
  }
}

test.for(['live', 'file'] as const)(
  'everything is delivered by a run that is %s, once',
  { timeout: 30_000 },
  async (kind) => {
    const folder = await spoolFolder();
    const before = openSpool(folder, { maxBytes: 16 << 20 });
    for (const epoch of range(1, EPOCHS)) fill(before.begin(helloOf(epoch)), epoch);
    await before.close();
    expect(readdirSync(folder)).toHaveLength(EPOCHS);

    const stored = new Map(STORED.map((epoch) => [epoch, 1]));
    const hellos: SensorHello[] = [];
    const reports: SensorHealth[] = [];
    const taken: string[] = [];
    const server = await fakeServer(({ socket }, frame: Frame) => {
      const resumeAfter = stored.get(frame.epoch) ?? -1;
      if (frame.kind === FrameKind.hello) {
        // As the server checks it.
        const hello = readHello(decodeJsonFrame(frame));
        hellos.push(hello);
        const earlier = hello.earlier?.map(({ epoch }) => ({ epoch, resumeAfter: stored.get(epoch) ?? -1 })) ?? [];
        socket.send(encodeJsonFrame(FrameKind.hello, { software: '', sensor: 1, session: 0, resumeAfter, earlier }));
      } else if (frame.kind === FrameKind.health) reports.push(decodeJsonFrame(frame) as SensorHealth);
      if (frame.sequence === 0 || frame.kind === FrameKind.hello) return;
      taken.push(`${frame.epoch}/${frame.sequence}`);
      stored.set(frame.epoch, frame.sequence);
      socket.send(encodeAcknowledge(frame.epoch, frame.sequence));
    });

    const spool = openSpool(folder, { maxBytes: 16 << 20 });
    const hello = helloOf(THIS_RUN, kind);
    const parts = { server: server.url, token: () => 'none', hello, compress: false, spool, isPatient: true };
    const uplink = new Uplink({ ...parts, log: () => undefined });
    onTestFinished(() => uplink.close());
    uplink.start();
    expect(await uplink.drain(15_000)).toBe(true);

    expect(new Set(taken).size).toBe(taken.length);
    const ofFlows = taken.filter((name) => name !== `${EPOCHS}/3`);
    expect(ofFlows).toHaveLength(2 * EPOCHS - STORED.length);
    for (const epoch of STORED) expect(ofFlows).not.toContain(`${epoch}/1`);
    const asked = hellos.flatMap(({ earlier = [] }) => earlier.map(({ epoch }) => epoch));
    expect(asked).toEqual(range(1, EPOCHS));
    // Another session's reports come with it: none says more recovered than there was.
    for (const { recovered } of reports) expect(recovered?.flows).toBe(2 * EPOCHS - STORED.length);
    if (kind === 'live')
      expect(uplink.totals).toMatchObject({ flowsRecovered: 638, flowsAcknowledged: 638, flowsWaiting: 0 });
  },
);

test('the first hello has the newest words, whichever epochs it asks for, and no other has any', async () => {
  const folder = await spoolFolder();
  const before = openSpool(folder, { maxBytes: 16 << 20 });
  for (const epoch of range(1, 300)) {
    const frames = before.begin(helloOf(epoch));
    frames.push(frameOf(1));
    before.keepWord(frames, { finished: false } as SensorHealth);
  }
  await before.close();
  const earlier = openSpool(folder, { maxBytes: 16 << 20 }).epochs;
  const group: BacklogGroup = { isOwn: true, totals: earlier[0]!.totals, earlier, contacted: 0 };
  const first = earlierOf(group);
  expect(first.map(({ epoch }) => epoch)).toEqual([...range(1, 256), ...range(281, 300)]);
  expect(first.filter(({ lastWord }) => lastWord !== undefined).map(({ epoch }) => epoch)).toEqual(range(281, 300));
  const answer = { software: '', sensor: 1, session: 0, resumeAfter: -1 };
  expect(contact(group, { ...answer, earlier: [{ epoch: 300, resumeAfter: 9 }] })).toBe('ask');
  expect(earlierOf(group)).toEqual(range(257, 300).map((epoch) => ({ epoch, run: epoch })));
  expect(contact(group, answer)).toBe('ready');
  expect(earlierOf(group)).toEqual([]);
});

/** Sessions of files in the server: since when they were watched, and which is shown while several are read. */
import { expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { reportOfBegin } from '../../../server/ingest/sensor-runs.ts';
import { Viewer } from '../../../server/live/viewer.ts';
import { flowsToFrame } from '../../../shared/wire/flow-frames.ts';
import { decodeFrame, encodeFrame, FrameKind } from '../../../shared/wire/frame.ts';
import { decodeJsonFrame, encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import type { LiveTotals } from '../../../shared/wire/messages.ts';
import { flowBatch, NOON_SECONDS } from '../../support/commits.ts';
import { createPeer, createPipeline, helloOf } from '../../support/pipeline.ts';

const fileOf = (epoch: number, name: string) => ({
  ...helloOf(epoch, name),
  session: { kind: 'file' as const, name: `${name}.pcap` },
  clock: { mode: 'max' as const, speed: 0 },
});
const flowsAt = (epoch: number, sequence: number, seconds: number) =>
  decodeFrame(encodeFrame(flowsToFrame(flowBatch(4, [{ seconds }]), 0, 1, epoch, sequence)));

test('a capture is watched from its first packet on, also where a report of its end comes first', async () => {
  const { pipeline, catalog, close } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(fileOf(7, 'a'), peer);
  const report = { ...reportOfBegin(fileOf(7, 'a')), captureSeconds: NOON_SECONDS + 900 };
  pipeline.receive(channel, peer, decodeFrame(encodeJsonFrame(FrameKind.health, report, 7, 0)));
  pipeline.receive(channel, peer, flowsAt(7, 1, NOON_SECONDS));
  pipeline.receive(channel, peer, decodeFrame(encodeJsonFrame(FrameKind.health, report, 7, 0)));
  pipeline.receive(channel, peer, flowsAt(7, 2, NOON_SECONDS + 60));
  await vi.waitFor(() => expect(channel.storedSequence).toBe(2), { timeout: 5_000 });
  const watches = await catalog.watches(channel.session.id, { fromSeconds: 0, toSeconds: 4e9 });
  expect(watches).toMatchObject([{ fromSeconds: NOON_SECONDS, toSeconds: NOON_SECONDS + 900 }]);
  await close();
});

test('while several files are read the one that is shown stays, until it is silent or its sensor is gone', async () => {
  const { pipeline, live, close } = await createPipeline();
  const [left, right] = [createPeer(), createPeer()];
  const first = await pipeline.open(fileOf(7, 'a'), left);
  const second = await pipeline.open(fileOf(8, 'b'), right);
  const shown = () => live.current().record.name;
  const clock = vi.spyOn(Date, 'now');
  const begin = 2_000_000_000_000;
  const add = (channel: typeof first, seconds: number) => {
    clock.mockReturnValue(begin + seconds * 1000);
    live.publish(channel, flowBatch(4, [{ seconds: NOON_SECONDS }]));
  };
  try {
    add(first, 0);
    expect(shown()).toBe('a.pcap');
    add(second, 1);
    expect(shown()).toBe('a.pcap');
    add(second, 4.9);
    expect(shown()).toBe('a.pcap');
    add(second, 5);
    expect(shown()).toBe('b.pcap');
    add(first, 6);
    expect(shown()).toBe('b.pcap');
    second.peer = null;
    expect(shown()).toBe('a.pcap');
  } finally {
    clock.mockRestore();
  }
  await close();
});

test('what flies is told before it flies: no page takes a capture, or what is simulated, for live', async () => {
  const { pipeline, live, close } = await createPipeline();
  const said: string[] = [];
  const socket = {
    bufferedAmount: 0,
    close: vi.fn(),
    send(bytes: Uint8Array) {
      const frame = decodeFrame(bytes);
      said.push(frame.kind === FrameKind.totals ? (decodeJsonFrame(frame) as LiveTotals).session.kind : 'streaks');
    },
  };
  await live.start();
  // Only what flies makes it tell anything, however slow the machine is.
  live.stop();
  live.addViewer(
    new Viewer(socket as unknown as WebSocket, 1_000, { seesTargets: false, isGood: () => true, asker: 'somebody' }),
  );
  const channel = await pipeline.open(fileOf(7, 'a'), createPeer());
  live.publish(channel, flowBatch(4, [{ seconds: NOON_SECONDS }]));
  live.publish(channel, flowBatch(4, [{ seconds: NOON_SECONDS }]));
  expect(said).toEqual(['live', 'file', 'streaks', 'streaks']);
  await close();
});

/** Payloads as sensors send them: once, whatever the network does, and counted where they cannot be taken. */
import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { Channel } from '../../../server/ingest/channel.ts';
import { payloadsOf } from '../../../server/ingest/payloads.ts';
import type { Frame, FrameColumn } from '../../../shared/wire/frame.ts';
import { frameToPayloads } from '../../../shared/wire/payloads.ts';
import { payloadFrame } from '../../support/payloads.ts';
import { createPeer, createPipeline, helloOf } from '../../support/pipeline.ts';

const atRest = (channel: Channel) =>
  vi.waitFor(() => expect(channel.storedSequence).toBe(channel.lastSequence), { timeout: 20_000 });
const channelOf = (session: number, sensor: number) =>
  ({ session: { id: session }, sensor: { id: sensor } }) as Channel;

test('rows of several sensors in one commit, each with its own bytes', () => {
  const left = frameToPayloads(
    payloadFrame([{ payload: 'one' }, { payload: 'second', port: 80 }, { payload: 'one' }], 1, 1),
  );
  const right = frameToPayloads(payloadFrame([{ payload: 'third', source: 9 }], 1, 1));
  const { payloads = [] } = payloadsOf([
    { channel: channelOf(3, 4), payloads: left },
    { channel: channelOf(3, 4), payloads: null },
    { channel: channelOf(5, 6), payloads: right },
  ]);
  expect(payloads.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['one', 'second', 'third']);
  expect(payloads.map(({ session, sensor, packets, ports }) => [session, sensor, packets, ports])).toEqual([
    [3, 4, 2, [53]],
    [3, 4, 1, [80]],
    [5, 6, 1, [53]],
  ]);
  expect(payloads[0]!.digest.toString(16).padStart(16, '0')).toBe(
    createHash('sha256').update('one').digest('hex').slice(0, 16),
  );
  expect([...payloads[2]!.sources]).toEqual([0, 0, 0xffff, 0x0a000009]);
  expect(payloadsOf([{ channel: channelOf(1, 1), payloads: null }])).toEqual({});
});

test('packets are counted once, also when frames come twice', async () => {
  const { pipeline, stored, close } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  const frame = payloadFrame([{ payload: 'a' }, { payload: 'a' }, { payload: 'b' }], 7, 1);
  pipeline.receive(channel, peer, frame);
  pipeline.receive(channel, peer, frame);
  await atRest(channel);
  expect(pipeline.ledgers()[0]!.server).toMatchObject({ payloadPackets: 3, packetsStored: 0, duplicateFrames: 1 });
  expect(await stored()).toBe(0);
  await close();
});

test('a commit takes so many payloads and no more; what comes behind them goes into the next', async () => {
  const rows: number[] = [];
  const { pipeline, close } = await createPipeline({
    commit: async (really, commit) => {
      rows.push(commit.payloads?.length ?? 0);
      await really();
    },
  });
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  const made = (from: number) => Array.from({ length: 1_000 }, (_, at) => ({ payload: `${from + at}` }));
  for (let sequence = 1; sequence <= 7; sequence++)
    pipeline.receive(channel, peer, payloadFrame(made(sequence * 1_000), 7, sequence));
  await atRest(channel);
  expect(rows.reduce((sum, count) => sum + count, 0)).toBe(7_000);
  expect(Math.max(...rows)).toBeLessThanOrEqual(4_096);
  expect(pipeline.ledgers()[0]!.server.payloadPackets).toBe(7_000);
  await close();
});

const changed = (field: number, change: (data: FrameColumn['data']) => FrameColumn['data']): Frame => {
  const frame = payloadFrame([{ payload: 'a' }], 7, 1);
  return {
    ...frame,
    columns: frame.columns.map((column) =>
      column.field === field ? ({ ...column, data: change(column.data) } as FrameColumn) : column,
    ),
  };
};

test.for([
  ['a time that is no number', changed(1, () => Float64Array.of(Number.NaN)), 'WIRE_BAD_COLUMN'],
  ['more bytes than were captured', changed(7, () => Uint16Array.of(0)), 'WIRE_BAD_COLUMN'],
  ['no packets', changed(5, () => Uint32Array.of(0)), 'WIRE_BAD_COLUMN'],
  ['no sources', changed(14, () => Uint8Array.of(0)), 'WIRE_BAD_COLUMN'],
  ['more sources than there is room for', changed(14, () => Uint8Array.of(200)), 'WIRE_BAD_COLUMN'],
  ['a sketch of another size', changed(12, (data) => new Uint8Array(data.length - 1)), 'WIRE_BAD_COLUMN'],
  ['an impossible rank', changed(12, (data) => new Uint8Array(data.length).fill(200)), 'WIRE_BAD_COLUMN'],
  ['too many rows', { ...payloadFrame([{ payload: 'a' }], 7, 1), rows: 0xffff_ffff }, 'WIRE_TOO_LARGE'],
] as const)('%s is refused by its code, counted and acknowledged; the rest goes on', async ([, frame, code]) => {
  const { pipeline, log, close } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  pipeline.receive(channel, peer, frame);
  pipeline.receive(channel, peer, payloadFrame([{ payload: 'b' }], 7, 2));
  await atRest(channel);
  expect(pipeline.ledgers()[0]!.server).toMatchObject({ payloadsRefused: { [code]: 1 }, payloadPackets: 1 });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/roof: a frame of payloads is refused/));
  expect(peer.refuse).not.toHaveBeenCalled();
  await close();
});

/** Evidence as sensors send it: once, whatever the network does, and counted where it cannot be taken. */
import { expect, test, vi } from 'vitest';
import type { Channel } from '../../../server/ingest/channel.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../../shared/wire/frame.ts';
import { NOON_SECONDS } from '../../support/commits.ts';
import { eventually } from '../../support/eventually.ts';
import { evidenceFrame, sourceWords } from '../../support/evidence.ts';
import { createPeer, createPipeline, helloOf } from '../../support/pipeline.ts';

const SOURCE = sourceWords('203.0.113.5');
const bytes = Uint8Array.of(0x45, 0, 0, 40);
const atRest = (channel: Channel) =>
  vi.waitFor(() => expect(channel.storedSequence).toBe(channel.lastSequence), { timeout: 5_000 });

test('frames of several sensors are stored as theirs, in turn with flows, and are no flows', async () => {
  const { pipeline, evidence, stored, close } = await createPipeline();
  const [left, right] = [createPeer(), createPeer()];
  const roof = await pipeline.open(helloOf(7), left);
  const cellar = await pipeline.open(helloOf(8, 'cellar'), right);
  const proof = { seconds: NOON_SECONDS + 0.5, bytes };
  pipeline.receive(
    roof,
    left,
    evidenceFrame(
      [
        { matched: 2, candidates: 3, packets: [proof] },
        { matched: 1, tag: 2 },
      ],
      7,
      1,
    ),
  );
  pipeline.receive(cellar, right, evidenceFrame([{ matched: 4, key: 9 }], 8, 1));
  await Promise.all([atRest(roof), atRest(cellar)]);
  expect(left.acknowledge).toHaveBeenLastCalledWith(1);
  expect(await evidence.of(0, SOURCE)).toMatchObject([
    { tag: 2, matched: 1 },
    { tag: 3, matched: 6, candidates: 7, keys: 2, packets: [proof] },
  ]);
  expect(pipeline.ledgers().map(({ server }) => server)).toMatchObject([
    { evidenceMatched: 3, packetsStored: 0, flowsAccepted: 0 },
    { evidenceMatched: 4, packetsStored: 0, flowsAccepted: 0 },
  ]);
  expect(await stored()).toBe(0);
  await close();
});

test('a frame that comes twice counts once, also when the commit failed in between', async () => {
  let failures = 1;
  const { pipeline, evidence, close } = await createPipeline({
    commit: async (really) => {
      await really();
      // Durable, and the answer was lost.
      if (failures-- > 0) throw new Error('no answer');
    },
  });
  const first = createPeer();
  const channel = await pipeline.open(helloOf(7), first);
  pipeline.receive(channel, first, evidenceFrame([{ matched: 5 }], 7, 1));
  await eventually(() => expect(first.refuse).toHaveBeenCalledWith('INGEST_BUSY', expect.anything()));
  const second = createPeer();
  const again = await pipeline.open(helloOf(7), second);
  pipeline.receive(again, second, evidenceFrame([{ matched: 5 }], 7, 1));
  pipeline.receive(again, second, evidenceFrame([{ matched: 2 }], 7, 2));
  pipeline.receive(again, second, evidenceFrame([{ matched: 2 }], 7, 2));
  await atRest(again);
  expect(await evidence.of(0, SOURCE)).toMatchObject([{ matched: 7 }]);
  expect(pipeline.ledgers()[0]!.server).toMatchObject({ evidenceMatched: 7, duplicateFrames: 2 });
  await close();
});

const without = (frame: Frame, field: number): Frame => ({
  ...frame,
  columns: frame.columns.filter((column) => column.field !== field),
});
const changed = (change: (frame: Frame) => Frame) =>
  decodeFrame(encodeFrame(change(evidenceFrame([{ matched: 1 }], 7, 1))));

test.for([
  ['more matches than candidates', evidenceFrame([{ matched: 3, candidates: 2 }], 7, 1), 'WIRE_BAD_COLUMN'],
  ['a time from before 1970', evidenceFrame([{ firstSeconds: -1, lastSeconds: 3 }], 7, 1), 'WIRE_BAD_COLUMN'],
  ['a last before the first', evidenceFrame([{ firstSeconds: 9, lastSeconds: 8 }], 7, 1), 'WIRE_BAD_COLUMN'],
  ['no source', changed((frame) => without(frame, 1)), 'WIRE_BAD_COLUMN'],
  ['no columns at all', changed((frame) => ({ ...frame, columns: [], rows: 0xffff_ffff })), 'WIRE_TOO_LARGE'],
] as const)('%s is refused by its code, counted and acknowledged; the rest goes on', async ([, frame, code]) => {
  const { pipeline, evidence, log, close } = await createPipeline();
  const peer = createPeer();
  const channel = await pipeline.open(helloOf(7), peer);
  pipeline.receive(channel, peer, frame);
  pipeline.receive(channel, peer, evidenceFrame([{ matched: 2 }], 7, 2));
  await atRest(channel);
  expect(await evidence.of(0, SOURCE)).toMatchObject([{ matched: 2 }]);
  expect(pipeline.ledgers()[0]!.server).toMatchObject({ evidenceRefused: { [code]: 1 }, evidenceMatched: 2 });
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/roof: a frame of evidence is refused/));
  expect(peer.refuse).not.toHaveBeenCalled();
  await close();
});

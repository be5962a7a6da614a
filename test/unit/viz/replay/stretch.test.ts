/** Answers that are none are refused, and sums are those of their flows. */
import { describe, expect, test } from 'vitest';
import { stretchBody, stretchRandom } from '../../../../server/replay/stretch-body.ts';
import { StretchSums } from '../../../../server/replay/stretch-sums.ts';
import { createFlowBatch } from '../../../../shared/flow-batch.ts';
import { createStreakBatch } from '../../../../shared/wire/streaks.ts';
import { joinFrames } from '../../../../shared/wire/stretch.ts';
import { WireError } from '../../../../shared/wire/wire-error.ts';
import { readStretch } from '../../../../viz/replay/stretch.ts';
import { MadeStretches } from './made-stretches.ts';

const request = { session: 3, fromSeconds: 100, toSeconds: 110, filter: '', most: 10 };

describe('the body of a stretch', () => {
  test('is read as it was made', async () => {
    const body = await new MadeStretches([101, 102.5, 120]).stretch(request, new AbortController().signal);
    const { head, batches } = readStretch(body);
    expect([head.session, head.offered, head.nextSeconds]).toEqual([3, 2, 120]);
    expect([...batches[0]!.time]).toEqual([101, 102.5]);
  });

  test('that breaks off anywhere is refused', async () => {
    const body = await new MadeStretches([101, 102.5]).stretch(request, new AbortController().signal);
    for (let length = 0; length < body.length; length++)
      expect(() => readStretch(body.subarray(0, length)), `${length} bytes`).toThrow(WireError);
  });

  test('that is something else is refused', () => {
    const junk = Uint8Array.from({ length: 400 }, (_, at) => (at * 37) & 255);
    expect(() => readStretch(junk)).toThrow(WireError);
    expect(() => readStretch(joinFrames([junk]))).toThrow(WireError);
    expect(() => readStretch(joinFrames([]))).toThrow(WireError);
    const noHead = stretchBody({ figures: null } as never, [createStreakBatch(4, 0)]);
    expect(() => readStretch(noHead)).toThrow(WireError);
  });
});

describe('what is counted of a stretch', () => {
  test('is the sum of its flows, in all and by time', () => {
    const flows = createFlowBatch(4, 4);
    flows.length = 4;
    flows.interval.set([100, 103, 103, 109]);
    flows.firstMicros.set([0, 500_000, 999_999, 999_999]);
    flows.packets.set([1, 2, 3, 4]);
    flows.wireBytes.set([40, 80, 120, 160]);
    flows.source.set([1, 2, 2, 3]);
    flows.protocol.set([6, 17, 17, 1]);
    flows.targetPort.set([23, 53, 53, 0]);
    flows.country.set([0, 0x4a50, 0x4a50, 0x4a50]);
    const sums = new StretchSums(100, 110);
    sums.add(flows);
    const figures = sums.figures();
    expect([figures.packets, figures.bytes, figures.flows, figures.sources]).toEqual([10, 400, 4, 3]);
    expect(figures.packetsByBin).toEqual([1, 0, 0, 5, 0, 0, 0, 0, 0, 4]);
    expect(figures.flowsByBin).toEqual([1, 0, 0, 2, 0, 0, 0, 0, 0, 1]);
    expect(figures.topPorts).toEqual([
      { protocol: 17, port: 53, packets: 5 },
      { protocol: 6, port: 23, packets: 1 },
    ]);
    expect(figures.topCountries).toEqual([
      { country: 'JP', packets: 9 },
      { country: '', packets: 1 },
    ]);
    expect(figures.unknownPlacePackets).toBe(1);
  });

  test('a sample draws the same numbers for the same stretch, evenly spread', () => {
    const numbers = (session: number, from: number) => Array.from({ length: 10_000 }, stretchRandom(session, from));
    expect(numbers(1, 100)).toEqual(numbers(1, 100));
    expect(numbers(1, 100)).not.toEqual(numbers(1, 110));
    expect(numbers(1, 100)).not.toEqual(numbers(2, 100));
    const tenths = new Array<number>(10).fill(0);
    for (const number of numbers(5, 1_700_000_000)) tenths[Math.floor(number * 10)]! += 1;
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

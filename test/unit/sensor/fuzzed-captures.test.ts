import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PcapngBlocks, pcapFile, readCapture } from '../../support/capture-bytes.ts';
import { concatenate } from '../../support/hex.ts';

const blocks = new PcapngBlocks(true);
const samples = [
  pcapFile(Array.from({ length: 5 }, (_, i) => ({ seconds: i, nanoseconds: 0, packet: '450000140000' }))),
  concatenate([
    blocks.section(),
    blocks.interface({ resolution: 9, offsetSeconds: 1n }),
    ...[1n, 2n, 3n].map((ticks) => blocks.enhanced({ packet: '450000140000', ticks })),
    blocks.simple('4500'),
  ]),
];

test('captures with bytes changed or cut are read the same in any chunks, and never past their end', () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(change, { maxLength: 4 }),
      fc.nat({ max: 300 }),
      fc.integer({ min: 1, max: 40 }),
      (sample, changes, cut, chunkBytes) => {
        const bytes = sample.slice(0, Math.max(0, sample.length - Math.max(0, cut - 100)));
        for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
        const whole = readCapture(bytes);
        expect(whole.records.reduce((sum, { packet }) => sum + packet.length / 2, 0)).toBeLessThanOrEqual(bytes.length);
        expect(readCapture(bytes, chunkBytes)).toEqual(whole);
      },
    ),
    { numRuns: 300 },
  );
});

/** Dissection and decoder say the same; and whatever the bytes, each of them is in one layer, and nothing throws. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissect, isDissected } from '../../../../shared/dissect/index.ts';
import { summarise } from '../../../../shared/dissect/summary.ts';
import { createRecordBatch } from '../../../../shared/packet-batch.ts';
import { corpus } from '../../../fuzz/corpus.ts';
import { madeLinkTypes, packetOfLink } from '../../../fuzz/made-links.ts';
import { mutate } from '../../../fuzz/mutations.ts';
import { FuzzRandom } from '../../../fuzz/random.ts';
import { readCapture } from '../../../fuzz/read-captures.ts';
import { capturePath, readTruths } from '../../../support/captures.ts';
import { expectAgreement, expectPossible } from '../../../support/dissected.ts';
import { madeFrames, madeRecords } from '../../../support/filter-packets.ts';

const readLinkTypes = madeLinkTypes.filter(isDissected);

function check(linkType: number, bytes: Uint8Array, wireLength: number): void {
  const layers = isDissected(linkType)
    ? expectAgreement(linkType, bytes, wireLength)
    : dissect(bytes, linkType, wireLength);
  expectPossible(layers, bytes.length);
  summarise(layers);
}

test.for([...madeFrames.keys()])('made packets of link type %i', (linkType) => {
  for (const { bytes, wireLength } of madeRecords(linkType)) check(linkType, bytes, wireLength);
});

test.for(readLinkTypes)('packets made at random of link type %i, with lies and cut off anywhere', (linkType) => {
  fc.assert(
    fc.property(packetOfLink(linkType), fc.nat({ max: 400 }), fc.nat({ max: 80 }), ({ bytes }, keep, beyond) => {
      check(linkType, bytes, bytes.length + beyond);
      check(linkType, bytes.slice(0, keep), bytes.length);
    }),
    { numRuns: 150 },
  );
});

test('any bytes at all', () => {
  const linkType = fc.constantFrom(...readLinkTypes, 105, 65_535);
  fc.assert(
    fc.property(linkType, fc.uint8Array({ maxLength: 400 }), fc.nat(), (type, bytes, wire) => {
      const layers = dissect(bytes, type, wire);
      expectPossible(layers, bytes.length);
    }),
    { numRuns: 3_000 },
  );
});

test('captures of the fuzz corpus, changed anywhere', () => {
  const samples = corpus();
  const batch = createRecordBatch();
  const random = new FuzzRandom(7);
  let packets = 0;
  for (let round = 0; round < 100; round++) {
    const changed = mutate(random.pick(samples).bytes, random.pick(samples).bytes, random, 1 << 16);
    readCapture(changed, {
      batch,
      onBatch: (records) => {
        for (let row = 0; row < Math.min(40, records.length); row++, packets++) {
          const start = records.offset[row]!;
          const bytes = records.bytes.slice(start, start + records.capturedLength[row]!);
          check(records.linkType[row]!, bytes, records.wireLength[row]!);
        }
      },
    });
  }
  expect(packets).toBeGreaterThan(300);
});

const MAX_BYTES = 1 << 20;
/** A decoder of its own for each packet takes its time. */
const MAX_PACKETS = 400;
const truths = readTruths().filter(({ file }) => !file.endsWith('.gz'));

describe.skipIf(truths.length === 0)('real captures', () => {
  test.for(truths)('$file', ({ file }) => {
    readCapture(new Uint8Array(readFileSync(capturePath(file)).subarray(0, MAX_BYTES)), {
      batch: createRecordBatch(),
      onBatch: (records) => {
        for (let row = 0; row < Math.min(MAX_PACKETS, records.length); row++) {
          const start = records.offset[row]!;
          const bytes = records.bytes.slice(start, start + records.capturedLength[row]!);
          check(records.linkType[row]!, bytes, Math.max(bytes.length, records.wireLength[row]!));
        }
      },
    });
  });
});

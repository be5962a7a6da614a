import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressesSha256 } from '../../../sensor/inspect/addresses-digest.ts';
import { DistinctKeys } from '../../../sensor/inspect/distinct.ts';
import { formatAddress } from '../../../shared/address.ts';

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffff_ffff }),
  // Bytes whose texts begin alike.
  fc
    .tuple(...Array.from({ length: 4 }, () => fc.constantFrom(1, 10, 100, 11, 2, 25, 255)))
    .map(([a, b, c, d]) => ((a! << 24) | (b! << 16) | (c! << 8) | d!) >>> 0),
);

test('the digest is that of the sorted texts, of both families together', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(word, { maxLength: 60 }),
      fc.array(fc.tuple(word, word, word, word), { maxLength: 5 }),
      async (ipv4, ipv6) => {
        const sets = { 4: new DistinctKeys(1), 6: new DistinctKeys(4) };
        for (const address of ipv4) {
          sets[4].key[0] = address;
          sets[4].add();
        }
        for (const address of ipv6) {
          sets[6].key.set(address);
          sets[6].add();
        }
        const texts = ([4, 6] as const).flatMap((family) =>
          Array.from({ length: sets[family].size }, (_, index) => formatAddress(family, sets[family].at(index), 0)),
        );
        const expected = createHash('sha256').update(texts.sort().join('\n')).digest('hex').slice(0, 16);
        expect(await addressesSha256(sets)).toBe(expected);
      },
    ),
  );
});

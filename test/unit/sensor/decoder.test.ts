import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { linkDecoders } from '../../../sensor/decode/link/index.ts';
import { sumCounts } from '../../../shared/counters.ts';
import { createPacketBatch } from '../../../shared/packet-batch.ts';
import { hex } from '../../support/hex.ts';
import { decodeOne, recordBatch } from '../../support/packet-batch.ts';

const SYN = hex('4500 0028 abcd 0000 f306 0000 c0000201 c6336407 9c400017 11223344 00000000 5002 0400 00000000');
const UDP6 = hex(
  '60000000 0008 11 40 20010db8000000000000000000000001 20010db8ffff00000000000000000007 d4310035 00080000',
);

test('rows of a packet before leave nothing behind', () => {
  const decoder = new Decoder();
  const ipv4 = createPacketBatch(4, 2);
  const ipv6 = createPacketBatch(6, 2);
  const vlan = hex('020000000001 020000000002 8100 0064 0800');
  const tagged = new Uint8Array([...vlan, ...SYN]);
  decoder.decode(recordBatch(1, [tagged]), ipv4, ipv6);
  ipv4.tagsLow[0] = 255;
  ipv4.tagsHigh[0] = 255;
  ipv4.length = 0;
  const unknown = SYN.slice();
  unknown[9] = 253;
  decoder.decode(recordBatch(101, [unknown]), ipv4, ipv6);
  const row = (column: ArrayLike<number>) => column[0];
  const { vlan: vlans, tagsLow, tagsHigh, sourcePort, targetPort, tcpFlags, tcpSequence, tcpWindow } = ipv4;
  for (const column of [vlans, tagsLow, tagsHigh, sourcePort, targetPort, tcpFlags, tcpSequence, tcpWindow])
    expect(row(column)).toBe(0);
});

test('a packet that cannot be read takes no row', () => {
  const decoder = new Decoder();
  const ipv4 = createPacketBatch(4, 3);
  const ipv6 = createPacketBatch(6, 3);
  decoder.decode(recordBatch(101, [SYN, SYN.subarray(0, 19), UDP6, SYN]), ipv4, ipv6);
  expect([ipv4.length, ipv6.length]).toEqual([2, 1]);
  expect(decoder).toMatchObject({ captured: 4, decoded: 3 });
  expect(decoder.undecodable()).toEqual({ truncatedNetwork: 1 });
});

const linkTypes = linkDecoders.flatMap((link) => link.linkTypes);

/** Random bytes, and good packets with some bytes changed and some cut off. */
const packet = fc.oneof(
  fc.uint8Array({ maxLength: 120 }),
  fc
    .tuple(
      fc.constantFrom(SYN, UDP6, hex('02000000000102000000000208 00', '450000'), hex('8100000186dd')),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      fc.nat({ max: 80 }),
    )
    .map(([good, changes, kept]) => {
      const bytes = good.slice(0, Math.max(1, kept));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      return bytes;
    }),
);

test('whatever bytes come, each packet is counted exactly once, and nothing beyond its bytes is read', () => {
  const record = fc.record({
    linkType: fc.oneof(fc.constantFrom(...linkTypes), fc.integer({ min: 0, max: 65_535 })),
    packet,
    seconds: fc.constantFrom(0, 1_700_000_000, -5, 9e9, 1e13),
  });
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 30 }), (records) => {
      const decoder = new Decoder();
      const ipv4 = createPacketBatch(4, records.length);
      const ipv6 = createPacketBatch(6, records.length);
      const batch = recordBatch(
        0,
        records.map((one) => one.packet),
      );
      records.forEach(({ linkType, seconds }, row) => {
        batch.linkType[row] = linkType;
        batch.seconds[row] = seconds;
      });
      decoder.decode(batch, ipv4, ipv6);
      expect(decoder.captured).toBe(records.length);
      expect(decoder.decoded).toBe(ipv4.length + ipv6.length);
      expect(sumCounts(decoder.notIp()) + sumCounts(decoder.undecodable()) + decoder.decoded).toBe(decoder.captured);
      for (const seconds of [...ipv4.seconds.subarray(0, ipv4.length), ...ipv6.seconds.subarray(0, ipv6.length)])
        expect(seconds >= 0 && seconds < 9e9).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('what was not captured of a packet decides nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...linkTypes), packet, (linkType, bytes) => {
      // The same packet at the very end of memory: reading past it would throw.
      const alone = recordBatch(linkType, [bytes]);
      const exact = bytes.slice();
      alone.bytes = exact;
      alone.view = new DataView(exact.buffer);
      alone.offset[0] = 0;
      const decoder = new Decoder();
      const ipv4 = createPacketBatch(4, 1);
      const ipv6 = createPacketBatch(6, 1);
      decoder.decode(alone, ipv4, ipv6);
      const amid = decodeOne(linkType, bytes);
      expect(decoder.faults()).toEqual(amid.faults);
      expect(decoder.undecodable()).toEqual(amid.undecodable);
      expect(decoder.notIp()).toEqual(amid.notIp);
    }),
    { numRuns: 250 },
  );
});

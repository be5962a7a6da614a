import { describe, expect, test } from 'vitest';
import { erfRecord, readCapture } from '../../support/capture-bytes.ts';
import { concatenate, hex } from '../../support/hex.ts';

const SECONDS = 1_095_292_801;
const read = (...records: Uint8Array[]) => readCapture(concatenate(records));

describe('records', () => {
  test.for([
    { name: 'Ethernet, behind two bytes of padding', type: 2, headers: '0000', linkType: 1 },
    { name: 'Ethernet with a colour', type: 11, headers: '0000', linkType: 1 },
    { name: 'Ethernet with one extension header', type: 0x82, headers: '0102030405060708 0000', linkType: 1 },
    {
      name: 'Ethernet with three extension headers',
      type: 0x82,
      headers: '8102030405060708 8102030405060708 0502030405060708 0000',
      linkType: 1,
    },
    { name: 'PoS as Cisco frames it', type: 1, headers: '', packet: '0f000800', linkType: 104 },
    { name: 'PoS as PPP frames it', type: 1, headers: '', packet: 'ff030021', linkType: 50 },
    { name: 'IPv4', type: 22, headers: '', linkType: 228 },
    { name: 'IPv6', type: 23, headers: '', linkType: 229 },
  ])('$name', ({ type, headers, packet = '01020304', linkType }) => {
    const record = erfRecord({ type, seconds: SECONDS, fraction: 0x8000_0000, headers, packet, wireLength: 827 });
    expect(read(record, record)).toEqual({
      format: 'erf',
      damage: null,
      records: Array.from({ length: 2 }, () => {
        return { seconds: SECONDS, nanoseconds: 500_000_000, packet, wireLength: 827, linkType };
      }),
    });
  });

  test('padded to eight bytes end where the packet does', () => {
    const found = read(erfRecord({ type: 22, seconds: SECONDS, packet: '0102030000000000', wireLength: 3 }));
    expect(found.records).toMatchObject([{ packet: '010203', wireLength: 3 }]);
  });

  test.for([
    { fraction: 0, time: [SECONDS, 0] },
    { fraction: 2, time: [SECONDS, 0] },
    { fraction: 3, time: [SECONDS, 1] },
    { fraction: 4_967_427, time: [SECONDS, 1_156_569] },
    { fraction: 0xffff_fffd, time: [SECONDS, 999_999_999] },
    { fraction: 0xffff_fffe, time: [SECONDS + 1, 0] },
  ])('with a time to the nearest nanosecond: $fraction', ({ fraction, time }) => {
    const { records } = read(erfRecord({ type: 22, seconds: SECONDS, fraction, packet: '45' }));
    expect([records[0]!.seconds, records[0]!.nanoseconds]).toEqual(time);
  });

  test('in chunks of any size', () => {
    const bytes = concatenate(
      [1, 2, 3].map((i) => erfRecord({ type: 22, seconds: SECONDS + i, packet: '45'.repeat(i) })),
    );
    const whole = readCapture(bytes);
    expect(whole.records).toHaveLength(3);
    for (const chunkBytes of [1, 3, 15, 16, 17]) expect(readCapture(bytes, chunkBytes)).toEqual(whole);
  });
});

describe('damage', () => {
  const good = erfRecord({ type: 2, seconds: SECONDS, headers: '0000', packet: '01020304' });
  const ether = { seconds: SECONDS, headers: '0000', packet: '01020304' };
  test.for([
    { name: 'a type that is not read', record: erfRecord({ ...ether, type: 3 }), damage: 'is of type 3' },
    {
      name: 'shorter than its header',
      record: erfRecord({ ...ether, type: 2, recordBytes: 15 }),
      damage: '15 bytes long',
    },
    { name: 'no room for padding', record: erfRecord({ ...ether, type: 2, recordBytes: 17 }), damage: 'no room' },
    {
      name: 'extension headers without end',
      record: erfRecord({ ...ether, type: 0x82, headers: '80'.repeat(17 * 8) }),
      damage: 'no room',
    },
  ])('$name', ({ record, damage }) => {
    const found = read(good, record, good);
    expect(found.records).toHaveLength(1);
    expect(found.damage).toContain(damage);
  });
});

test('cut, it says after which packet', () => {
  const record = erfRecord({ type: 22, seconds: SECONDS, packet: '4500' });
  for (const cut of [1, 2, 3, 17])
    expect(read(record, record.subarray(0, -cut)).damage).toContain('breaks off within packet 2; the 1 before it');
});

test.for([
  { name: 'a type that is none', bytes: erfRecord({ type: 0, seconds: SECONDS, packet: '45' }) },
  { name: 'a time before there were cards', bytes: erfRecord({ type: 22, seconds: 800_000_000, packet: '45' }) },
  { name: 'a time after 2038', bytes: erfRecord({ type: 22, seconds: 0x8000_0000, packet: '45' }) },
  { name: 'nothing on the wire', bytes: erfRecord({ type: 22, seconds: SECONDS, packet: '' }) },
  { name: 'text', bytes: new TextEncoder().encode('this is a longer text, of more than sixteen letters') },
])('$name is no capture', ({ bytes }) => {
  expect(readCapture(bytes)).toMatchObject({ format: null, damage: expect.stringContaining('no capture file') });
});

test('fifteen bytes are too few to tell', () => {
  const bytes = erfRecord({ type: 22, seconds: SECONDS, packet: '45' }).subarray(0, 15);
  expect(readCapture(bytes)).toMatchObject({
    format: null,
    damage: expect.stringContaining('shorter than any header'),
  });
  expect(readCapture(hex('68656c6c6f')).damage).toContain('shorter than any header');
});

/** Which bytes of a packet a rule looks at, and which viewers do not see. */
import { expect, test } from 'vitest';
import { createFrame, ETHERNET_BYTES } from '../../../sensor/simulate/packet/frame.ts';
import { createTcpPacket, type TcpPacket, writeTcp } from '../../../sensor/simulate/packet/tcp.ts';
import { hexOf, marksOf, masksOf } from '../../../server/api/proof-bytes.ts';
import { fingerprintRules } from '../../../shared/fingerprints.ts';
import { hex } from '../../support/hex.ts';

const fieldsOf = (tag: string) => fingerprintRules.find((rule) => rule.tag === tag)!.fields;
const seen = (bytes: string) => hexOf(hex(bytes), masksOf(hex(bytes)));
const plain = (text: string) => text.replaceAll(' ', '');

//            IPv4: length, id, flags, TTL, TCP, checksum, 203.0.113.5 to 198.51.100.7
const IP = (id: string) => `45000028 ${id} 4000 f3 06 1234 cb007105 c6336407`;
//           40000 to 23, sequence, acknowledgement, 20 bytes, SYN, window, checksum, urgent
const TCP = '9c400017 c6336407 00000000 5002 3908 5678 0000';

test('viewers see neither the target nor what tells it: sequence, identification, both checksums', () => {
  expect(seen(IP('abcd') + TCP)).toBe(
    plain('45000028 xxxx 4000 f3 06 xxxx cb007105 xxxxxxxx 9c400017 xxxxxxxx 00000000 5002 3908 xxxx 0000'),
  );
  expect(masksOf(hex(IP('abcd') + TCP)).map(({ field }) => field)).toEqual([
    'ipId',
    'checksum',
    'target',
    'sequence',
    'checksum',
  ]);
  // A constant of ZMap's.
  expect(seen(IP('d431') + TCP)).toContain('d4314000f306xxxx');
});

test.for([
  [
    'an acknowledgement and an urgent pointer',
    '9c400017 00000001 c6336407 5012 3908 5678 0001',
    '9c400017 xxxxxxxx xxxxxxxx 5012 3908 xxxx xxxx',
  ],
  [
    'a time stamp that is no constant',
    '9c400017 00000001 00000000 8002 3908 5678 0000 0101 080a c6336407 00000000',
    '9c400017 xxxxxxxx 00000000 8002 3908 xxxx 0000 0101 080a xxxxxxxx 00000000',
  ],
  [
    'the time stamp of Nmap',
    '9c400017 00000001 00000000 8002 3908 5678 0000 0101 080a ffffffff 00000000',
    '9c400017 xxxxxxxx 00000000 8002 3908 xxxx 0000 0101 080a ffffffff 00000000',
  ],
  [
    'segment size, window, SACK; an option of another kind',
    '9c400017 00000001 00000000 8002 3908 5678 0000 020405b4 0402 fe06c6336407',
    '9c400017 xxxxxxxx 00000000 8002 3908 xxxx 0000 020405b4 0402 fe06xxxxxxxx',
  ],
  [
    'an option that is longer than the list',
    '9c400017 00000001 00000000 6002 3908 5678 0000 0208c633',
    '9c400017 xxxxxxxx 00000000 6002 3908 xxxx 0000 02xxxxxx',
  ],
  [
    'bytes behind the end of the list',
    '9c400017 00000001 00000000 6002 3908 5678 0000 00c63364',
    '9c400017 xxxxxxxx 00000000 6002 3908 xxxx 0000 xxxxxxxx',
  ],
  [
    'padding behind the end of the list',
    '9c400017 00000001 00000000 6002 3908 5678 0000 03030700',
    '9c400017 xxxxxxxx 00000000 6002 3908 xxxx 0000 03030700',
  ],
  [
    'what lies behind the header',
    '9c400017 00000001 00000000 5002 3908 5678 0000 c6336407',
    '9c400017 xxxxxxxx 00000000 5002 3908 xxxx 0000 xxxxxxxx',
  ],
  ['a header that is cut off', '9c400017 c633', '9c400017 xxxx'],
] as const)('viewers of %s', ([, tcp, shown]) => {
  expect(seen(IP('abcd') + tcp).slice(40)).toBe(plain(shown));
});

test.for([
  [
    'IP options, which may name targets',
    '46000028 abcd 4000 f3 06 1234 cb007105 c6336407 8304c633',
    '46000028xxxx4000f306xxxxcb007105xxxxxxxxxxxxxxxx',
  ],
  [
    'UDP',
    '45000028 abcd 0000 f3 11 1234 cb007105 c6336407 9c400035 0008 5678 c6336407',
    '45000028xxxx0000f311xxxxcb007105xxxxxxxx9c4000350008xxxxxxxxxxxx',
  ],
  [
    'a later fragment',
    '45000028 abcd 0001 f3 06 1234 cb007105 c6336407 c6336407',
    '45000028xxxx0001f306xxxxcb007105xxxxxxxxxxxxxxxx',
  ],
  [
    'another protocol',
    '45000028 abcd 0000 f3 01 1234 cb007105 c6336407 0800c633',
    '45000028xxxx0000f301xxxxcb007105xxxxxxxxxxxxxxxx',
  ],
  [
    'IPv6',
    `60c63364 0004 06 40 ${'20010db8'.repeat(4)} ${'c6336407'.repeat(4)} 9c400017`,
    `60xxxxxx00040640${'20010db8'.repeat(4)}${'xx'.repeat(16)}9c400017`,
  ],
  ['no IP', 'c6336407', 'xxxxxxxx'],
  ['nothing', '', ''],
] as const)('viewers of %s', ([, bytes, shown]) => {
  expect(seen(bytes)).toBe(shown);
});

test('rules mark the bytes that they look at, where those were captured', () => {
  const bytes = hex(IP('d431') + TCP);
  expect(marksOf(bytes, fieldsOf('mirai'))).toEqual([
    { offset: 16, length: 4, field: 'target' },
    { offset: 24, length: 4, field: 'sequence' },
    { offset: 33, length: 1, field: 'flags' },
  ]);
  const withOptions = hex(`${IP('d431')}9c400017 00000001 00000000 8002 ffff 5678 0000 020405b4 01030308 01010402`);
  expect(marksOf(withOptions, fieldsOf('zmapTcp')).at(-1)).toEqual({ offset: 40, length: 12, field: 'options' });
  const longer = hex(`46000028 abcd 4000 f3 06 1234 cb007105 c6336407 94040000 ${TCP}`);
  expect(marksOf(longer, fieldsOf('mirai'))[1]).toEqual({ offset: 28, length: 4, field: 'sequence' });
  expect(marksOf(bytes.subarray(0, 26), fieldsOf('mirai'))).toEqual([
    { offset: 16, length: 4, field: 'target' },
    { offset: 24, length: 2, field: 'sequence' },
  ]);
});

test('every field of every rule has a name', () => {
  const bytes = hex(`${IP('d431')}9c400017 00000001 00000000 8002 ffff 5678 0000 020405b4 01030308 01010402`);
  for (const { tag, fields } of fingerprintRules)
    for (const { field } of marksOf(bytes, fields)) expect(field, tag).toMatch(/^[a-zA-Z]+$/);
});

/** A packet with right checksums, from its IP header on. */
function made(fields: Partial<TcpPacket>): Uint8Array {
  const frame = { ...createFrame(), bytes: new Uint8Array(100) };
  writeTcp(frame, createTcpPacket({ source: 0xcb007105, sourcePort: 40_000, targetPort: 23, flags: 2, ...fields }));
  return frame.bytes.slice(ETHERNET_BYTES, ETHERNET_BYTES + 40);
}

test.for([
  ['Mirai', (target: number) => ({ target, sequence: target })],
  ['Masscan', (target: number) => ({ target, sequence: 77, identification: (target ^ 23 ^ 77) & 0xffff })],
  ['Unicornscan', (target: number) => ({ target, sequence: (0x1234_5678 ^ target ^ ((23 << 16) | 40_000)) >>> 0 })],
  ['ZMap', (target: number) => ({ target, identification: 54_321, sequence: (target * 31) >>> 0 })],
] as const)('of %s, viewers get the same bytes whatever the target', ([, probe]) => {
  const targets = [0xc6336407, 0xc6336408, 0xc6330001, 0x0a000001];
  const all = new Set(targets.map((target) => hexOf(made(probe(target)), masksOf(made(probe(target))))));
  expect(all.size).toBe(1);
  // The packets themselves differ, and in more than the target.
  const headers = targets.map((target) => hexOf(made(probe(target)), [{ offset: 16, length: 4, field: 'target' }]));
  expect(new Set(headers).size).toBe(targets.length);
});

/** Kurayami's own words over packets: each answers what the columns of the decoded row say, and IP is needed for a yes. */
import { describe, expect, test } from 'vitest';
import { FilterError, parseFilter } from '../../../shared/filter/index.ts';
import type { PacketBatch } from '../../../shared/packet-batch.ts';
import { TrafficClass, trafficClass } from '../../../shared/protocols.ts';
import { Radiation, radiationIds } from '../../../shared/radiation.ts';
import { Tag } from '../../../shared/tags.ts';
import { answers, type FilterRecord, filterBatch, packetFilter } from '../../support/filter-batch.ts';
import { madeRecords } from '../../support/filter-packets.ts';
import { concatenate, hex } from '../../support/hex.ts';

const ETHERNET_BYTES = 14;
const MACS = '005300000001 005300000002';
const ports = 'c350 0017';
const ipv4 = (protocol: string, rest: string, id = 'abcd', ttl = '40') =>
  hex(MACS, '0800 4500', lengthOf(20, rest), id, '0000', ttl, protocol, '0000 c0000201 c6336407', rest);
const lengthOf = (header: number, rest: string) => (header + hex(rest).length).toString(16).padStart(4, '0');
const tcp = (flags: string, sequence = '00000001') => `${ports} ${sequence} 00000000 50${flags} 0400 0000 0000`;
/** Masscan: the identification is target ^ port ^ sequence, in 16 bits. */
const masscanId = ((0xc6336407 ^ 0x17 ^ 1) & 0xffff).toString(16).padStart(4, '0');

/** Behind an IPv4 header of its own (protocol 4 or 41), and quoted by an ICMP or ICMPv6 error. */
function wrapped({ bytes }: FilterRecord): FilterRecord[] {
  const isIpv4 = bytes[12] === 0x08 && bytes[13] === 0;
  const isIpv6 = bytes[12] === 0x86 && bytes[13] === 0xdd;
  if (bytes.length < ETHERNET_BYTES + 40 || !(isIpv4 || isIpv6)) return [];
  const inner = bytes.subarray(ETHERNET_BYTES);
  const rest = Array.from(inner, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const icmpv6 = `01 04 0000 00000000 ${rest}`;
  const quoted = isIpv4
    ? ipv4('01', `0303 0000 00000000 ${rest}`)
    : concatenate([
        hex(MACS, '86dd 60000000', lengthOf(0, icmpv6), '3a 40'),
        hex('20010db8000000000000000000000001 20010db8000000000000000000000002', icmpv6),
      ]);
  return [{ bytes: ipv4(isIpv4 ? '04' : '29', rest) }, { bytes: quoted }];
}

const made: FilterRecord[] = madeRecords(1);
const given = [
  ...made,
  ...made.flatMap(wrapped),
  ...['0002', '0012', '0004', '0014', '0010', '0018', '0003', '0000'].map((flags) => ({
    bytes: ipv4('06', tcp(flags.slice(2))),
  })),
  ...[ipv4('06', tcp('02', 'c6336407')), ipv4('06', tcp('02'), 'd431'), ipv4('06', tcp('02'), masscanId)].map(
    (bytes) => ({ bytes }),
  ),
  { bytes: ipv4('11', `${ports} 0008 0000`, 'd431') },
  { bytes: ipv4('06', tcp('02'), 'abcd', '01') },
];
const batch = filterBatch(given);
// One of each that made packets are not: words must be answered from the column.
for (const [at, id] of [0, ...Object.values(Radiation)].entries()) batch.ipv4.radiation[at] = id;
// No rule looks at IPv6 yet; what has no row must not be answered from another one's.
for (let at = 0; at < batch.ipv6.length; at += 2) batch.ipv6.tagsLow[at] = 0xffff_ffff;
const { family, row } = batch.decoder.outcomes;

/** What holds of the row of each record; no where there is none. */
function fromRows(holds: (rows: PacketBatch, row: number) => boolean): number[] {
  return given.map((_, record) => {
    if (family[record] === 0) return 0;
    return holds(family[record] === 4 ? batch.ipv4 : batch.ipv6, row[record]!) ? 1 : 0;
  });
}

/** A test of nothing would pass: some records must be selected, and some not. */
function expectAnswers(text: string, expected: number[]): void {
  const found = answers(packetFilter(text), batch);
  expect(found).toEqual(expected);
  expect([found.includes(0), found.includes(1)], text).toEqual([true, true]);
  expect(answers(packetFilter(`not ${text}`), batch)).toEqual(expected.map((answer) => 1 - answer));
}

test.for(Object.entries(Tag))('tag %s', ([name, bit]) => {
  expectAnswers(
    `tag ${name}`,
    fromRows(({ tagsLow }, at) => ((tagsLow[at]! >>> bit) & 1) === 1),
  );
});

test.for(Object.entries(TrafficClass))('class %s', ([name, id]) => {
  expectAnswers(
    `class ${name}`,
    fromRows(({ protocol, tcpFlags }, at) => trafficClass(protocol[at]!, tcpFlags[at]!) === id),
  );
});

test.for(['scan', 'bogon', 'spoofed', 'backscatter', 'backscatterIcmpUnreachable', 'amplificationProbe', 'unknown'])(
  'radiation %s',
  (name) => {
    const ids = radiationIds(name);
    expectAnswers(
      `radiation ${name}`,
      fromRows(({ radiation }, at) => ids.includes(radiation[at]!)),
    );
  },
);

test.for([
  ['ttl', 'ttl', 64],
  ['iplength', 'ipLength', 60],
  ['fragment', 'fragment', 0],
] as const)('%s', ([word, column, value]) => {
  expectAnswers(
    `${word} = ${value}`,
    fromRows((rows, at) => rows[column][at] === value),
  );
  expectAnswers(
    `(${word} != ${value})`,
    fromRows((rows, at) => rows[column][at] !== value),
  );
  expectAnswers(
    `${word} + 1 > ${value}`,
    fromRows((rows, at) => rows[column][at]! + 1 > value),
  );
  expectAnswers(
    `${value} < ${word}`,
    fromRows((rows, at) => value < rows[column][at]!),
  );
});

describe('inner', () => {
  const inner = (holds: (rows: PacketBatch, row: number) => boolean) =>
    fromRows((rows, at) => rows.tunnel[at] !== 0 && holds(rows, at));
  const isIpv4 = ({ innerSource }: PacketBatch, at: number) =>
    innerSource[at * 4] === 0 && innerSource[at * 4 + 1] === 0 && innerSource[at * 4 + 2] === 0xffff;
  const numbers = { tcp: 6, udp: 17, sctp: 132 } as const;

  test('families and protocols', () => {
    expectAnswers('inner ip', inner(isIpv4));
    expectAnswers(
      'inner ip6',
      inner((rows, at) => !isIpv4(rows, at)),
    );
    for (const [word, number] of Object.entries(numbers)) {
      const expected = inner(({ innerProtocol }, at) => innerProtocol[at] === number);
      expectAnswers(`inner ${word}`, expected);
      expectAnswers(`inner proto ${number}`, expected);
    }
    expectAnswers(
      'inner icmp6',
      inner((rows, at) => rows.innerProtocol[at] === 58 && !isIpv4(rows, at)),
    );
    expectAnswers(
      'inner ip6 proto 6',
      inner((rows, at) => rows.innerProtocol[at] === 6 && !isIpv4(rows, at)),
    );
  });

  test('ports', () => {
    const hasPorts = ({ innerProtocol }: PacketBatch, at: number) => [6, 17, 132].includes(innerProtocol[at]!);
    expectAnswers(
      'inner dst port 443',
      inner((rows, at) => hasPorts(rows, at) && rows.innerTargetPort[at] === 443),
    );
    expectAnswers(
      'inner tcp src portrange 22-80',
      inner(
        (rows, at) =>
          rows.innerProtocol[at] === 6 && rows.innerSourcePort[at]! >= 22 && rows.innerSourcePort[at]! <= 80,
      ),
    );
  });

  test('addresses', () => {
    const source = (rows: PacketBatch, at: number) => [...rows.innerSource.subarray(at * 4, at * 4 + 4)];
    const target = (rows: PacketBatch, at: number) => [...rows.innerTarget.subarray(at * 4, at * 4 + 4)];
    const is4 = (words: number[], word: number) => words[2] === 0xffff && words[3] === word;
    expectAnswers(
      'inner src host 10.1.2.3',
      inner((rows, at) => is4(source(rows, at), 0x0a010203)),
    );
    expectAnswers(
      'inner host 192.0.2.1',
      inner((rows, at) => is4(source(rows, at), 0xc0000201) || is4(target(rows, at), 0xc0000201)),
    );
    expectAnswers(
      'inner dst net 2001:db8::/32',
      inner((rows, at) => target(rows, at)[0] === 0x20010db8),
    );
  });
});

describe('words that packets cannot be asked', () => {
  test.for([
    ['country JP', 'country JP'],
    ['tcp and not (udp or country unknown)', 'country unknown'],
    ['asn 64496 or tcp', 'asn 64496'],
    ['tcp or sensor "a b"', 'sensor "a b"'],
    ['organisation 0', 'organisation 0'],
    ['tunnel = 1', 'tunnel'],
    ['tcp and 3 < packets', 'packets'],
    ['ttl + wirebytes > 5', 'wirebytes'],
    ['not synwindow & 1 = 1', 'synwindow'],
    ['ip[packets] = 0', 'packets'],
  ] as const)('%s', ([text, word]) => {
    let refused: unknown;
    try {
      packetFilter(text);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(FilterError);
    const { code, span, message } = refused as FilterError;
    expect([code, text.slice(span.start, span.end)]).toEqual(['FILTER_NOT_HERE', word]);
    expect(message).toContain(`"${word.split(' ')[0]}"`);
    // It is the level that cannot answer, not the language that does not know.
    expect(() => parseFilter(text)).not.toThrow();
  });
});

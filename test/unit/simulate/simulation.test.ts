import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { LARGEST_RECORD_BYTES } from '../../../sensor/simulate/simulation.ts';
import { type Captured, drain, readRecords, START_SECONDS, simulate } from './captured.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('the header is that of a pcap file with nanoseconds and Ethernet', async () => {
  const { header } = await simulate('background');
  expect(Buffer.from(header).toString('hex')).toBe('4d3cb2a1020004000000000000000000ffff000001000000');
});

test.for(['background', 'flood', 'scan'])('%s: the same seed gives the same bytes, another does not', async (name) => {
  const first = sha256(drain(await simulate(name), 5));
  expect(sha256(drain(await simulate(name), 5))).toBe(first);
  expect(sha256(drain(await simulate(name, { seed: 2 }), 5))).not.toBe(first);
  expect(sha256(drain(await simulate(name, { seed: 2 ** 40 + 1 }), 5))).not.toBe(first);
});

test('the bytes do not depend on the size of the buffer or on the steps in time', async () => {
  const whole = drain(await simulate('background'), 6, 1 << 22);
  expect(whole.length).toBeGreaterThan(300_000);
  expect(drain(await simulate('background'), 6, LARGEST_RECORD_BYTES).equals(whole)).toBe(true);
  expect(drain(await simulate('background'), 6, 4099).equals(whole)).toBe(true);
  const stepped = await simulate('background');
  const pieces = Array.from({ length: 60 }, (_, step) => drain(stepped, (step + 1) / 10));
  expect(Buffer.concat(pieces).equals(whole)).toBe(true);
});

test('a buffer that may not hold a record is refused', async () => {
  const simulation = await simulate('background');
  expect(() => simulation.fill(new Uint8Array(LARGEST_RECORD_BYTES - 1), 1)).toThrow(RangeError);
});

test.for([0, -1, Number.NaN, 1e9])('a rate of %d is refused', async (packetsPerSecond) => {
  await expect(simulate('background', { packetsPerSecond })).rejects.toThrow(RangeError);
});

test('nothing is due before the first packet and after the last asked for', async () => {
  const simulation = await simulate('background');
  const out = new Uint8Array(1 << 20);
  expect(simulation.fill(out, 0)).toBe(0);
  expect(simulation.packets).toBe(0);
  expect(simulation.truth()).toEqual([]);
  expect(simulation.fill(out, 1)).toBeGreaterThan(0);
  expect(simulation.fill(out, 1)).toBe(0);
});

test('times are in order, inside the span, and nanoseconds below a thousand million', async () => {
  const records = [...readRecords(drain(await simulate('background'), 3))];
  const times = records.map(({ seconds, nanoseconds }) => (seconds - Math.floor(START_SECONDS)) * 1e9 + nanoseconds);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(times[0]).toBeGreaterThanOrEqual(0.25e9);
  expect(times.at(-1)).toBeLessThan(3.25e9);
  expect(records.every(({ nanoseconds }) => nanoseconds < 1e9)).toBe(true);
});

test.for([
  { name: 'background', packetsPerSecond: 900 },
  { name: 'background', packetsPerSecond: 5000 },
])('$name comes at $packetsPerSecond packets/s', async ({ name, packetsPerSecond }) => {
  const simulation = await simulate(name, { packetsPerSecond });
  drain(simulation, 60);
  expect(simulation.packets / 60 / packetsPerSecond).toBeGreaterThan(0.9);
  expect(simulation.packets / 60 / packetsPerSecond).toBeLessThan(1.1);
});

/** RFC 1071, from the sum of all words including the checksum: right when its complement is 0. */
function onesSum(...views: DataView[]): number {
  let sum = 0;
  for (const view of views) {
    for (let at = 0; at < view.byteLength; at++) sum += view.getUint8(at) << (at % 2 === 0 ? 8 : 0);
  }
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return sum;
}

function pseudoHeader({ version, frame, protocol, transport }: Captured): DataView {
  const addressBytes = version === 4 ? 8 : 32;
  const header = new DataView(new ArrayBuffer(addressBytes + 4));
  for (let at = 0; at < addressBytes; at++) header.setUint8(at, frame.getUint8((version === 4 ? 26 : 22) + at));
  header.setUint16(addressBytes, transport.byteLength);
  header.setUint16(addressBytes + 2, protocol);
  return header;
}

/** What a receiver could find wrong with a packet. One `expect` for each of many packets would take longer than all else. */
function faultsOf(packet: Captured): string[] {
  const { frame, version, protocol, transport } = packet;
  const header = transport.byteOffset - frame.byteOffset;
  const part = (at: number, length: number) => new DataView(transport.buffer, transport.byteOffset + at, length);
  const checks: Record<string, boolean> = {
    'MAC addresses are local and of one host': (frame.getUint8(0) & 3) === 2 && (frame.getUint8(6) & 3) === 2,
    'padded to 60 bytes and no more': frame.byteLength === Math.max(60, header + transport.byteLength),
    'IPv4 checksum': version === 6 || onesSum(new DataView(frame.buffer, frame.byteOffset + 14, 20)) === 0xffff,
    'transport checksum': onesSum(...(protocol === 1 ? [] : [pseudoHeader(packet)]), transport) === 0xffff,
  };
  if (protocol === 17) {
    checks['UDP length'] = transport.getUint16(4) === transport.byteLength;
    checks['UDP checksum is not left out'] = transport.getUint16(6) !== 0;
  }
  if (protocol === 1 && transport.getUint8(0) !== 8) {
    checks['quoted IPv4 checksum'] = onesSum(part(8, 20)) === 0xffff;
    checks['what is quoted went out in the name of the target'] = transport.getUint32(8 + 12) === packet.targetWord;
  }
  return Object.keys(checks).filter((name) => !checks[name]);
}

test.for(['background', 'flood', 'scan'])('%s: every checksum is right and every frame well-formed', async (name) => {
  const protocols = new Set<string>();
  const wrong: string[] = [];
  let row = 0;
  for (const packet of readRecords(drain(await simulate(name), name === 'flood' ? 12 : 8))) {
    protocols.add(`${packet.version}.${packet.protocol}`);
    for (const fault of faultsOf(packet)) wrong.push(`packet ${row}: ${fault}`);
    row++;
  }
  expect(wrong).toEqual([]);
  expect(row).toBeGreaterThan(5000);
  if (name === 'background') {
    expect([...protocols].sort()).toEqual(['4.1', '4.17', '4.6', '6.58', '6.6']);
  }
});

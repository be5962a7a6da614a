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
  let last = 0;
  for (const { seconds, nanoseconds } of readRecords(drain(await simulate('background'), 3))) {
    const time = (seconds - Math.floor(START_SECONDS)) * 1e9 + nanoseconds;
    expect(nanoseconds).toBeLessThan(1e9);
    expect(time).toBeGreaterThanOrEqual(Math.max(last, 0.25e9));
    expect(time).toBeLessThan(3.25e9);
    last = time;
  }
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

test.for(['background', 'flood', 'scan'])('%s: every checksum is right and every frame well-formed', async (name) => {
  const protocols = new Set<string>();
  for (const packet of readRecords(drain(await simulate(name), name === 'flood' ? 12 : 8))) {
    const { frame, version, protocol, transport } = packet;
    protocols.add(`${version}.${protocol}`);
    expect(frame.byteLength).toBeGreaterThanOrEqual(60);
    expect(frame.getUint8(0) & 3).toBe(2);
    expect(frame.getUint8(6) & 3).toBe(2);
    expect(frame.byteLength).toBe(Math.max(60, transport.byteOffset - frame.byteOffset + transport.byteLength));
    if (version === 4) expect(onesSum(new DataView(frame.buffer, frame.byteOffset + 14, 20))).toBe(0xffff);
    const withPseudoHeader = protocol !== 1;
    expect(onesSum(...(withPseudoHeader ? [pseudoHeader(packet)] : []), transport)).toBe(0xffff);
    if (protocol === 17) {
      expect(transport.getUint16(4)).toBe(transport.byteLength);
      expect(transport.getUint16(6)).not.toBe(0);
    }
    // The header that an ICMP error quotes is whole, too; what it quotes went out in the target's name.
    if (protocol === 1 && transport.getUint8(0) !== 8) {
      expect(onesSum(new DataView(transport.buffer, transport.byteOffset + 8, 20))).toBe(0xffff);
      expect(transport.getUint32(8 + 12)).toBe(packet.targetWord);
    }
  }
  if (name === 'background') {
    expect([...protocols].sort()).toEqual(['4.1', '4.17', '4.6', '6.58', '6.6']);
  }
});

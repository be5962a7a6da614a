/**
 * The capture that the engine is measured with: Ethernet frames of 60 bytes with a SYN (70 %), a UDP datagram (20 %) or an
 * ICMP echo request (10 %) to a /16, 100,000 packets a second of capture time. Three packets in four have a flow key that
 * was not there before; the fourth repeats one of the last 4,096. Classic pcap with microseconds, since pcap-parser reads
 * nothing else. The same `seed` makes the same bytes.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const FRAME_BYTES = 60;
const RECORD_BYTES = 16 + FRAME_BYTES;
const PACKETS_PER_SECOND = 100_000;
const BEGIN_SECONDS = 1_700_000_000;
const RECENT_PACKETS = 4096;
const CHUNK_PACKETS = 16_384;
const [ETHERNET, IPV4, TRANSPORT] = [16, 30, 50];
const [ICMP, TCP, UDP] = [1, 6, 17];
const SYN = 2;

export function makeCapture(path, packets, seed = 1) {
  const random = randomWords(seed);
  const file = openSync(path, 'w');
  writeSync(file, fileHeader());
  // A packet repeats one of the last 4,096 at most, and those must still be there when a chunk begins.
  const chunk = Buffer.alloc((CHUNK_PACKETS + RECENT_PACKETS) * RECORD_BYTES);
  for (let done = 0; done < packets; done += CHUNK_PACKETS) {
    const count = Math.min(CHUNK_PACKETS, packets - done);
    for (let i = 0; i < count; i++) {
      const at = (RECENT_PACKETS + i) * RECORD_BYTES;
      const choice = random();
      if (done + i >= RECENT_PACKETS && choice >>> 30 === 0) {
        const back = (choice % RECENT_PACKETS) + 1;
        chunk.copyWithin(at, at - back * RECORD_BYTES, at - (back - 1) * RECORD_BYTES);
      } else writePacket(chunk, at, random);
      writeTime(chunk, at, done + i);
    }
    writeSync(file, chunk, RECENT_PACKETS * RECORD_BYTES, count * RECORD_BYTES);
    chunk.copyWithin(0, count * RECORD_BYTES, (count + RECENT_PACKETS) * RECORD_BYTES);
  }
  closeSync(file);
}

function fileHeader() {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

function writeTime(chunk, at, packet) {
  chunk.writeUInt32LE(BEGIN_SECONDS + Math.floor(packet / PACKETS_PER_SECOND), at);
  chunk.writeUInt32LE((packet % PACKETS_PER_SECOND) * (1_000_000 / PACKETS_PER_SECOND), at + 4);
}

function writePacket(chunk, at, random) {
  const share = random() % 10;
  const protocol = share < 7 ? TCP : share < 9 ? UDP : ICMP;
  chunk.fill(0, at, at + RECORD_BYTES);
  chunk.writeUInt32LE(FRAME_BYTES, at + 8);
  chunk.writeUInt32LE(FRAME_BYTES, at + 12);
  chunk.writeUInt16BE(0x0800, at + ETHERNET + 12);
  writeIpv4(chunk, at, protocol, random);
  if (protocol === TCP) writeSyn(chunk, at + TRANSPORT, random);
  else if (protocol === UDP) writeUdp(chunk, at + TRANSPORT, random);
  else chunk[at + TRANSPORT] = 8;
}

/** Padding fills what the packet leaves of the frame. */
function writeIpv4(chunk, at, protocol, random) {
  const ip = at + IPV4;
  const addresses = random();
  chunk[ip] = 0x45;
  chunk.writeUInt16BE(protocol === TCP ? 40 : 46, ip + 2);
  chunk.writeUInt16BE(addresses & 0xffff, ip + 4);
  chunk[ip + 8] = 32 + ((addresses >>> 16) % 200);
  chunk[ip + 9] = protocol;
  chunk.writeUInt32BE(random(), ip + 12);
  // 198.18.0.0/16: for benchmarks (RFC 2544).
  chunk.writeUInt32BE((0xc6120000 | (random() >>> 16)) >>> 0, ip + 16);
}

function writeSyn(chunk, tcp, random) {
  chunk.writeUInt32BE(random(), tcp);
  chunk.writeUInt32BE(random(), tcp + 4);
  chunk[tcp + 12] = 0x50;
  chunk[tcp + 13] = SYN;
  chunk.writeUInt16BE(1024, tcp + 14);
}

function writeUdp(chunk, udp, random) {
  chunk.writeUInt32BE(random(), udp);
  chunk.writeUInt16BE(26, udp + 4);
}

/** Mulberry32: 32 random bits a call, the same for the same seed. */
function randomWords(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return (word ^ (word >>> 14)) >>> 0;
  };
}

import { IpProtocol } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createEchoPacket, writeEchoRequest } from '../packet/icmp.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { randomHops } from '../stacks.ts';
import { Walk } from '../telescope.ts';

export const echoSweep = defineKind({
  name: 'echo-sweep',
  about: 'asks every address once by ICMP echo whether it is there',
  family: 4,
  parameters: {
    payloadBytes: wholeNumberParameter({ about: 'bytes after the ICMP header', initial: 16, least: 0, most: 1400 }),
  },
  create({ payloadBytes }, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const walk = new Walk(random, telescope.ipv4Count);
    const packet = createEchoPacket({
      source: sources.words[0]!,
      ttl: 64 - randomHops(random),
      identifier: random.below(0x1_0000),
      payload: Uint8Array.from({ length: payloadBytes }, (_, index) => index),
    });
    return {
      rule: null,
      sources,
      write(frame) {
        frame.target = walk.next();
        packet.target = telescope.ipv4(frame.target);
        packet.identification = random.below(0x1_0000);
        packet.sequence = (packet.sequence + 1) & 0xffff;
        frame.source = 0;
        frame.protocol = IpProtocol.icmp;
        frame.port = -1;
        writeEchoRequest(frame, packet);
      },
    };
  },
});

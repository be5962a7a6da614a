import { IpProtocol } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { portsParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { openConnection, randomHops, stacks } from '../stacks.ts';

/** Stays below most thresholds: give it a small share. */
export const slow = defineKind({
  name: 'slow',
  about: 'a slow scanner: one port, one address after the other, with the connections of its own system',
  family: 4,
  parameters: {
    ports: portsParameter('ports with their weights; each scanner takes one', [
      [22, 3],
      [3389, 2],
      [1433, 1],
      [5900, 1],
      [8291, 1],
    ]),
  },
  create({ ports }, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const stack = random.one([stacks.linux, stacks.windows]);
    const packet = createTcpPacket({
      source: sources.words[0]!,
      ttl: stack.ttl - randomHops(random),
      targetPort: createChooser(ports)(random),
    });
    let next = random.below(telescope.ipv4Count);
    return {
      rule: null,
      sources,
      evenly: true,
      write(frame) {
        frame.target = next;
        next = (next + 1) % telescope.ipv4Count;
        packet.target = telescope.ipv4(frame.target);
        openConnection(packet, stack, random);
        frame.source = 0;
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
      },
    };
  },
});

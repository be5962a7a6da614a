import { IpProtocol } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { commonTcpPorts } from '../ports.ts';
import type { Random } from '../random.ts';
import { openConnection, randomHops, stacks } from '../stacks.ts';
import { Walk } from '../telescope.ts';

/** An organisation that measures the Internet all year round, from the same few addresses. */
export const research = defineKind({
  name: 'research',
  about: 'a survey: neighbours in one /24, many ports, all pairs of address and port once',
  family: 4,
  parameters: {
    sources: wholeNumberParameter({ about: 'addresses in the /24', initial: 24, least: 1, most: 254 }),
    ports: wholeNumberParameter({ about: 'how many ports', initial: 200, least: 1, most: 1000 }),
  },
  create(settings, { telescope, sources: allocator, random }) {
    const sources = allocator.neighbours(random, settings.sources);
    const ports = choosePorts(random, settings.ports);
    const walk = new Walk(random, telescope.ipv4Count * ports.length);
    const packet = createTcpPacket({ ttl: stacks.linux.ttl - randomHops(random) });
    return {
      rule: null,
      sources,
      write(frame) {
        const pair = walk.next();
        frame.source = random.below(sources.count);
        frame.target = Math.floor(pair / ports.length);
        packet.source = sources.words[frame.source]!;
        packet.target = telescope.ipv4(frame.target);
        packet.targetPort = ports[pair % ports.length]!;
        openConnection(packet, stacks.linux, random);
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
      },
    };
  },
});

/** The common ports first, then any others. */
function choosePorts(random: Random, count: number): number[] {
  const ports = new Set(commonTcpPorts.slice(0, count).map(([port]) => port));
  while (ports.size < count) ports.add(random.between(1, 65_535));
  return [...ports];
}

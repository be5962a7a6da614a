import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { portsParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { randomHops } from '../stacks.ts';

/** Sequence numbers are the target's address; source port and window are drawn once a process (Antonakakis et al., 2017). */
export const mirai = defineKind({
  name: 'mirai',
  about: 'a bot of the Mirai family: random targets, few ports',
  family: 4,
  parameters: {
    ports: portsParameter('ports with their weights; the original takes 23 nine times of ten', [
      [23, 9],
      [2323, 1],
    ]),
  },
  create({ ports }, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const choosePort = createChooser(ports);
    const packet = createTcpPacket({
      source: sources.words[0]!,
      ttl: 64 - randomHops(random),
      sourcePort: random.between(1024, 65_535),
      window: random.between(1, 65_535),
      flags: TcpFlag.syn,
    });
    return {
      rule: 'mirai',
      sources,
      write(frame) {
        frame.target = random.below(telescope.ipv4Count);
        packet.target = telescope.ipv4(frame.target);
        packet.sequence = packet.target;
        packet.identification = random.below(0x1_0000);
        packet.targetPort = choosePort(random);
        frame.source = 0;
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
      },
    };
  },
});

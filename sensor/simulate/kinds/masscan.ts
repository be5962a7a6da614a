import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { choiceParameter, portsParameter } from '../parameters.ts';
import { MSS_ONLY, NO_OPTIONS, randomHops } from '../stacks.ts';
import { Walk } from '../telescope.ts';

/** Since 7 November 2023 it sends the maximum segment size. */
const eras = { old: NO_OPTIONS, new: MSS_ONLY } as const;
type Era = keyof typeof eras;

export const masscan = defineKind({
  name: 'masscan',
  about: 'Masscan: one source, all pairs of address and port once in random order',
  family: 4,
  parameters: {
    era: choiceParameter<Era>('before or after November 2023', ['old', 'new'], 'new'),
    ports: portsParameter('ports it scans, all alike', [
      [80, 1],
      [443, 1],
      [8080, 1],
      [6379, 1],
      [2375, 1],
      [3389, 1],
    ]),
  },
  create({ era, ports }, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const walk = new Walk(random, telescope.ipv4Count * ports.length);
    const packet = createTcpPacket({
      source: sources.words[0]!,
      ttl: 255 - randomHops(random),
      sourcePort: random.between(40_000, 59_999),
      flags: TcpFlag.syn,
      window: 1024,
      options: eras[era],
    });
    return {
      rule: 'masscanTcp',
      sources,
      write(frame) {
        const pair = walk.next();
        frame.target = Math.floor(pair / ports.length);
        packet.target = telescope.ipv4(frame.target);
        packet.targetPort = ports[pair % ports.length]![0];
        packet.sequence = random.word();
        packet.identification = (packet.target ^ packet.targetPort ^ packet.sequence) & 0xffff;
        frame.source = 0;
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
      },
    };
  },
});

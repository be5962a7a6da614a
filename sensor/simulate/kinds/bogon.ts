import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { portsParameter, wholeNumberParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import type { Random } from '../random.ts';
import { ipv4Sources } from '../sources.ts';
import { ephemeralPort, randomHops } from '../stacks.ts';

/** First halves of private, shared, link-local, loopback and class E addresses; the second halves are random. */
const blocks: readonly ((random: Random) => number)[] = [
  () => 0x0a00_0000, // 10.0.0.0/8
  (random) => 0x6440_0000 | (random.below(64) << 16), // 100.64.0.0/10
  () => 0xa9fe_0000, // 169.254.0.0/16
  (random) => 0xac10_0000 | (random.below(16) << 16), // 172.16.0.0/12
  () => 0xc0a8_0000, // 192.168.0.0/16
  (random) => 0xf000_0000 | (random.below(0x1000) << 16), // 240.0.0.0/4
  () => 0x7f00_0000, // 127.0.0.0/8
];

/** Where networks do not check who their customers claim to be (RFC 2827). */
export const bogon = defineKind({
  name: 'bogon',
  about: 'packets from addresses that cannot be on the Internet: forged, or leaked from private networks',
  family: 4,
  parameters: {
    sources: wholeNumberParameter({ about: 'different addresses', initial: 64, least: 1, most: 10_000 }),
    ports: portsParameter('ports with their weights', [
      [445, 3],
      [80, 2],
      [443, 2],
      [53, 1],
    ]),
  },
  create(settings, { telescope, random }) {
    const addresses = new Set<number>();
    while (addresses.size < settings.sources) {
      const address = (random.one(blocks)(random) | random.below(0x1_0000)) >>> 0;
      if (!telescope.contains(address)) addresses.add(address);
    }
    const sources = ipv4Sources(Uint32Array.from(addresses));
    const choosePort = createChooser(settings.ports);
    const packet = createTcpPacket({ flags: TcpFlag.syn });
    return {
      rule: null,
      sources,
      write(frame) {
        frame.source = random.below(sources.count);
        frame.target = random.below(telescope.ipv4Count);
        packet.source = sources.words[frame.source]!;
        packet.target = telescope.ipv4(frame.target);
        packet.ttl = random.one([64, 128, 255]) - randomHops(random);
        packet.identification = random.below(0x1_0000);
        packet.sourcePort = ephemeralPort(random);
        packet.targetPort = choosePort(random);
        packet.sequence = random.word();
        packet.window = random.one([512, 1024, 8192, 16_384]);
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
      },
    };
  },
});

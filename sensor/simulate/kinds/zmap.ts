import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { choiceParameter, portsParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { MSS_ONLY, NO_OPTIONS, randomHops, stacks } from '../stacks.ts';
import { Walk } from '../telescope.ts';

/** Identification of every probe before version 4.1.0 (21 March 2024); random since. */
export const ZMAP_LEGACY_IDENTIFICATION = 54_321;

/** Versions that differ on the wire. Version 4.1 sends the options of Windows with a TTL that Windows never starts from. */
const eras = {
  '2': { ttl: 255, options: NO_OPTIONS, legacy: true },
  '3': { ttl: 255, options: MSS_ONLY, legacy: true },
  '4.1': { ttl: 64, options: stacks.windows.options, legacy: false },
} as const;
type Era = keyof typeof eras;

export const zmap = defineKind({
  name: 'zmap',
  about: 'ZMap: one source, one port, every address once in random order',
  family: 4,
  parameters: {
    era: choiceParameter('version whose packets it sends', Object.keys(eras) as Era[], '4.1'),
    ports: portsParameter('ports with their weights; each scan takes one', [
      [80, 3],
      [443, 3],
      [22, 2],
      [8080, 1],
      [21, 1],
      [502, 1],
      [3389, 1],
    ]),
  },
  create({ era, ports }, { telescope, sources: allocator, random }) {
    const { ttl, options, legacy } = eras[era];
    const sources = allocator.scattered(random, 1);
    const walk = new Walk(random, telescope.ipv4Count);
    const packet = createTcpPacket({
      source: sources.words[0]!,
      ttl: ttl - randomHops(random),
      identification: ZMAP_LEGACY_IDENTIFICATION,
      targetPort: createChooser(ports)(random),
      flags: TcpFlag.syn,
      window: 65_535,
      options,
    });
    return {
      rule: legacy ? 'zmapLegacyTcp' : 'zmapTcp',
      sources,
      write(frame) {
        frame.target = walk.next();
        packet.target = telescope.ipv4(frame.target);
        if (!legacy) packet.identification = random.below(0x1_0000);
        packet.sourcePort = random.between(32_768, 61_000);
        packet.sequence = random.word();
        frame.source = 0;
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
      },
    };
  },
});

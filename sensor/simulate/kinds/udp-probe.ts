import { IpProtocol } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createUdpPacket, writeUdp } from '../packet/udp.ts';
import { choiceParameter, choicesParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { copyProbe, type ProbeName, probeNames } from '../probes.ts';
import { ephemeralPort, randomHops } from '../stacks.ts';
import { Walk } from '../telescope.ts';
import { ZMAP_LEGACY_IDENTIFICATION } from './zmap.ts';

/** Who looks for amplifiers before using them. */
export const udpProbe = defineKind({
  name: 'udp-probe',
  about: 'looks for servers of one UDP service that could amplify',
  family: 4,
  parameters: {
    probes: choicesParameter<ProbeName>('services with their weights; each source asks for one', probeNames, [
      ['dnsVersion', 2],
      ['dnsAny', 2],
      ['ntpMonlist', 2],
      ['ssdp', 2],
      ['snmp', 2],
      ['memcached', 1],
      ['cldap', 1],
      ['sip', 3],
      ['chargen', 0.5],
      ['quoteOfTheDay', 0.3],
      ['portmap', 0.5],
      ['coap', 0.7],
    ]),
    tool: choiceParameter('whose IP header it has', ['none', 'zmap-legacy'], 'none'),
  },
  create({ probes, tool }, { telescope, sources: allocator, random }) {
    const legacyZmap = tool === 'zmap-legacy';
    const sources = allocator.scattered(random, 1);
    const { port, payload, numberAt, numberBytes } = copyProbe(createChooser(probes)(random));
    const walk = new Walk(random, telescope.ipv4Count);
    const packet = createUdpPacket({
      source: sources.words[0]!,
      ttl: (legacyZmap ? 255 : 64) - randomHops(random),
      identification: ZMAP_LEGACY_IDENTIFICATION,
      sourcePort: ephemeralPort(random),
      targetPort: port,
      payload,
    });
    return {
      rule: legacyZmap ? 'zmapLegacyUdp' : null,
      sources,
      write(frame) {
        frame.target = walk.next();
        packet.target = telescope.ipv4(frame.target);
        if (!legacyZmap) packet.identification = random.below(0x1_0000);
        for (let index = 0; index < numberBytes; index++) payload[numberAt + index] = random.below(256);
        frame.source = 0;
        frame.protocol = IpProtocol.udp;
        frame.port = port;
        writeUdp(frame, packet);
      },
    };
  },
});

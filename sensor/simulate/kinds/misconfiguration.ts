import { IpProtocol } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createUdpPacket, writeUdp } from '../packet/udp.ts';
import { choicesParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { copyProbe, dhtPing, type Probe } from '../probes.ts';
import { ephemeralPort, randomHops } from '../stacks.ts';

const services = ['syslog', 'bittorrent', 'dns'] as const;
type Service = (typeof services)[number];

/** Somebody typed a wrong address once, and a program has believed it ever since. */
export const misconfiguration = defineKind({
  name: 'misconfiguration',
  about: 'one source sends to one target at even gaps what was meant for another',
  family: 4,
  parameters: {
    services: choicesParameter<Service>('what it wants, with weights', services, [
      ['syslog', 1],
      ['bittorrent', 1],
      ['dns', 1],
    ]),
  },
  create(settings, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const service = createChooser(settings.services)(random);
    const { port, payload, numberAt, numberBytes } = message(service);
    const target = random.below(telescope.ipv4Count);
    const packet = createUdpPacket({
      source: sources.words[0]!,
      target: telescope.ipv4(target),
      ttl: 64 - randomHops(random),
      sourcePort: service === 'bittorrent' ? port : ephemeralPort(random),
      targetPort: port,
      payload,
    });
    // A peer keeps its number; a resolver draws one for every question.
    if (service === 'bittorrent') drawNumber();

    function drawNumber(): void {
      for (let index = 0; index < numberBytes; index++) payload[numberAt + index] = random.below(256);
    }

    return {
      rule: null,
      sources,
      evenly: true,
      write(frame) {
        if (service === 'dns') drawNumber();
        packet.identification = (packet.identification + 1) & 0xffff;
        frame.source = 0;
        frame.target = target;
        frame.protocol = IpProtocol.udp;
        frame.port = port;
        writeUdp(frame, packet);
      },
    };
  },
});

function message(service: Service): Probe {
  if (service === 'dns') return copyProbe('dnsAny');
  if (service === 'bittorrent') return { ...dhtPing, payload: dhtPing.payload.slice() };
  // RFC 3164, with example names of RFC 2606.
  const line = '<134>Jan  1 00:00:00 router.example.org link: port 3 is down';
  return { port: 514, payload: new TextEncoder().encode(line), numberAt: 0, numberBytes: 0 };
}

import { IpProtocol } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import type { Frame } from '../packet/frame.ts';
import { createEchoPacket, writeEchoRequest } from '../packet/icmp.ts';
import type { Ipv4Fields } from '../packet/ip.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { createUdpPacket, writeUdp } from '../packet/udp.ts';
import { numberParameter, portsParameter, wholeNumberParameter } from '../parameters.ts';
import { Picker } from '../picker.ts';
import { commonTcpPorts, commonTcpShare } from '../ports.ts';
import { copyProbe, dhtPing, type Probe } from '../probes.ts';
import type { Random } from '../random.ts';
import { ephemeralPort, openConnection, randomHops, stacks } from '../stacks.ts';

/** Systems of the sources, most first. */
const systems = [stacks.linux, stacks.windows, stacks.embeddedLinux, stacks.oldWindows, stacks.bare] as const;
const systemPicker = new Picker([42, 24, 18, 10, 6]);
/** A source asks for its own port this often; else for any, as multi-purpose bots do. */
const FAITHFUL_SHARE = 0.85;
/** The 32 bytes that Windows' ping sends; Linux counts bytes up likewise. */
const PING_PAYLOAD = Uint8Array.from({ length: 32 }, (_, index) => 0x61 + (index % 23));

/** A crowd of unrelated sources: most send once or twice, a few all the time. */
export const background = defineKind({
  name: 'background',
  about: 'many unrelated sources with a realistic mix of ports: the crowd of which no single tool can be named',
  family: 4,
  parameters: {
    sources: wholeNumberParameter({
      about: 'sources in the crowd',
      initial: 60_000,
      least: 1,
      most: 1_000_000,
    }),
    tail: numberParameter({
      about: 'how unequally they send: 1 is all alike, 3 gives the first of a thousand a tenth of all packets',
      initial: 3,
      least: 1,
      most: 10,
    }),
    ports: portsParameter('TCP ports with their weights', commonTcpPorts),
    anyPortShare: numberParameter({
      about: 'share of packets to any other TCP port',
      initial: 1 - commonTcpShare / 100,
      least: 0,
      most: 1,
    }),
    udpShare: numberParameter({ about: 'share of UDP packets', initial: 0.1, least: 0, most: 1 }),
    icmpShare: numberParameter({ about: 'share of ICMP echo requests', initial: 0.04, least: 0, most: 1 }),
  },
  create(settings, { telescope, sources: allocator, random }) {
    const { tail, ports, anyPortShare, udpShare, icmpShare } = settings;
    const sources = allocator.scattered(random, settings.sources);
    const portPicker = new Picker(ports.map(([, weight]) => weight));
    const anyPort = () => {
      return random.chance(anyPortShare) ? random.between(1, 65_535) : ports[portPicker.pick(random)]![0];
    };
    const portOf = Uint16Array.from({ length: sources.count }, anyPort);
    const systemOf = Uint8Array.from({ length: sources.count }, () => systemPicker.pick(random));
    const hopsOf = Uint8Array.from({ length: sources.count }, () => randomHops(random));
    const tcp = createTcpPacket({});
    const udp = createUdpPacket({});
    const echo = createEchoPacket({ payload: PING_PAYLOAD });
    const udpService = createUdpMix(random);

    function address(frame: Frame, packet: Ipv4Fields): void {
      const source = Math.floor(random.fraction() ** tail * sources.count);
      frame.source = source;
      frame.target = random.below(telescope.ipv4Count);
      packet.source = sources.words[source]!;
      packet.target = telescope.ipv4(frame.target);
      packet.ttl = systems[systemOf[source]!]!.ttl - hopsOf[source]!;
      packet.identification = random.below(0x1_0000);
    }

    function writeSyn(frame: Frame): void {
      address(frame, tcp);
      openConnection(tcp, systems[systemOf[frame.source]!]!, random);
      tcp.targetPort = random.chance(FAITHFUL_SHARE) ? portOf[frame.source]! : anyPort();
      frame.protocol = IpProtocol.tcp;
      frame.port = tcp.targetPort;
      writeTcp(frame, tcp);
    }

    function writeDatagram(frame: Frame): void {
      address(frame, udp);
      const service = udpService(frame.source);
      udp.sourcePort = ephemeralPort(random);
      udp.targetPort = service.port;
      udp.payload = service.payload;
      frame.protocol = IpProtocol.udp;
      frame.port = udp.targetPort;
      writeUdp(frame, udp);
    }

    function writePing(frame: Frame): void {
      address(frame, echo);
      echo.identifier = 1;
      echo.sequence = random.below(0x1_0000);
      frame.protocol = IpProtocol.icmp;
      frame.port = -1;
      writeEchoRequest(frame, echo);
    }

    return {
      rule: null,
      sources,
      write(frame) {
        const draw = random.fraction();
        if (draw < udpShare) writeDatagram(frame);
        else if (draw < udpShare + icmpShare) writePing(frame);
        else writeSyn(frame);
      },
    };
  },
});

/** UDP of the crowd: file sharing that lost its way to any high port, and questions to well-known services. */
function createUdpMix(random: Random): (source: number) => { port: number; payload: Uint8Array } {
  const services: readonly Probe[] = [
    { ...dhtPing, payload: dhtPing.payload.slice() },
    copyProbe('dnsAny'),
    copyProbe('ntpClient'),
    copyProbe('snmp'),
    copyProbe('sip'),
    copyProbe('ssdp'),
  ];
  const picker = new Picker([40, 14, 12, 10, 14, 10]);
  const datagram: { port: number; payload: Uint8Array } = { port: 0, payload: PING_PAYLOAD };
  return (source) => {
    const service = services[picker.pick(random)]!;
    const { payload, numberAt, numberBytes } = service;
    for (let index = 0; index < numberBytes; index++) payload[numberAt + index] = random.below(256);
    // Peers of file sharing listen on a port of their own, here one that follows from who asks.
    datagram.port = service.port === dhtPing.port ? 1024 + ((source * 40_503) % 64_512) : service.port;
    datagram.payload = payload;
    return datagram;
  };
}

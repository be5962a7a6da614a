import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { writeEchoRequestOverIpv6 } from '../packet/icmp.ts';
import { createTcpPacket, writeTcpOverIpv6 } from '../packet/tcp.ts';
import { numberParameter, portsParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { ephemeralPort, randomHops, stacks } from '../stacks.ts';

/** Half a day of IPv6 in a telescope is a minute of IPv4: give it a small share. */
export const ipv6Scanner = defineKind({
  name: 'ipv6-scanner',
  about: 'tries the low host numbers of IPv6 subnets, by echo and by TCP',
  family: 6,
  parameters: {
    echoShare: numberParameter({ about: 'share of ICMPv6 echo requests', initial: 0.5, least: 0, most: 1 }),
    ports: portsParameter('TCP ports with their weights', [
      [443, 3],
      [80, 3],
      [22, 2],
      [8443, 1],
    ]),
  },
  create({ echoShare, ports }, { telescope, sources: allocator, random }) {
    const sources = allocator.ipv6(random);
    const network = { source: sources.words, target: new Uint32Array(4), hopLimit: 64 - randomHops(random) };
    const segment = createTcpPacket({ flags: TcpFlag.syn, window: 64_800, options: stacks.windows.options });
    const echo = { identifier: random.below(0x1_0000), sequence: 0, payload: new Uint8Array(8) };
    const choosePort = createChooser(ports);
    return {
      rule: null,
      sources,
      write(frame) {
        frame.source = 0;
        frame.target = telescope.anyIpv6(random, network.target);
        if (random.chance(echoShare)) {
          echo.sequence = (echo.sequence + 1) & 0xffff;
          frame.protocol = IpProtocol.icmpv6;
          frame.port = -1;
          writeEchoRequestOverIpv6(frame, network, echo);
          return;
        }
        segment.sourcePort = ephemeralPort(random);
        segment.targetPort = choosePort(random);
        segment.sequence = random.word();
        frame.protocol = IpProtocol.tcp;
        frame.port = segment.targetPort;
        writeTcpOverIpv6(frame, network, segment);
      },
    };
  },
});

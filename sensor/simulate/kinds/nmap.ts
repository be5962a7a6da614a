import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import { createTcpPacket, writeTcp } from '../packet/tcp.ts';
import { wholeNumberParameter } from '../parameters.ts';
import { MSS_ONLY, randomHops } from '../stacks.ts';
import { Walk } from '../telescope.ts';

/** Probes in flight before the first is tried again; nobody answers here. */
const GROUP = 10;
const TRIES = 2;
/** The number of the try stands in both halves of the sequence number, so that what comes back tells which it was. */
const TRY_STEP = 0x0001_0001;

/** A vertical scan as `nmap -sS -Pn` makes it. */
export const nmap = defineKind({
  name: 'nmap',
  about: 'Nmap: many ports of one host after the other, each tried twice',
  family: 4,
  parameters: {
    hosts: wholeNumberParameter({ about: 'hosts of one run; then a new run starts', initial: 3, least: 1, most: 1000 }),
    ports: wholeNumberParameter({ about: 'scans ports 1 to this one', initial: 65_535, least: 1, most: 65_535 }),
  },
  create({ hosts, ports }, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const walk = new Walk(random, ports);
    const hops = randomHops(random);
    const packet = createTcpPacket({ source: sources.words[0]!, flags: TcpFlag.syn, window: 1024, options: MSS_ONLY });
    const group = new Uint16Array(GROUP);
    let inGroup = 0;
    let filled = 0;
    let tryNumber = 0;
    let portsLeft = 0;
    let hostsLeft = 0;
    let target = 0;
    let firstSequence = 0;
    let firstSourcePort = 0;

    function startGroup(): void {
      if (portsLeft === 0) startHost();
      filled = Math.min(GROUP, portsLeft);
      portsLeft -= filled;
      for (let index = 0; index < filled; index++) group[index] = 1 + walk.next();
    }

    function startHost(): void {
      if (hostsLeft === 0) {
        hostsLeft = hosts;
        firstSequence = random.word();
        firstSourcePort = random.between(33_000, 65_000);
      }
      hostsLeft--;
      target = random.below(telescope.ipv4Count);
      portsLeft = ports;
    }

    return {
      rule: 'nmapSyn',
      sources,
      write(frame) {
        if (inGroup === 0 && tryNumber === 0) startGroup();
        packet.target = telescope.ipv4(target);
        packet.targetPort = group[inGroup]!;
        packet.sequence = (firstSequence ^ (tryNumber * TRY_STEP)) >>> 0;
        packet.sourcePort = firstSourcePort + tryNumber;
        packet.identification = random.below(0x1_0000);
        packet.ttl = random.between(37, 59) - hops;
        frame.source = 0;
        frame.target = target;
        frame.protocol = IpProtocol.tcp;
        frame.port = packet.targetPort;
        writeTcp(frame, packet);
        inGroup = (inGroup + 1) % filled;
        if (inGroup === 0) tryNumber = (tryNumber + 1) % TRIES;
      },
    };
  },
});

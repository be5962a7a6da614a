import { IpProtocol, TcpFlag } from '../../../shared/protocols.ts';
import { defineKind } from '../kind.ts';
import type { Frame } from '../packet/frame.ts';
import { IcmpType, type QuotedTcp, writeIcmpError } from '../packet/icmp.ts';
import { createTcpPacket, type TcpPacket, writeTcp } from '../packet/tcp.ts';
import { choicesParameter, portsParameter } from '../parameters.ts';
import { createChooser } from '../picker.ts';
import { floodedTcpPorts } from '../ports.ts';
import type { Random } from '../random.ts';
import { MSS_ONLY, NO_OPTIONS, randomHops } from '../stacks.ts';
import type { Telescope } from '../telescope.ts';

const answers = ['syn-ack', 'rst', 'rst-ack', 'unreachable', 'time-exceeded'] as const;
type Answer = (typeof answers)[number];

/** Codes of "unreachable" that routers and firewalls send: host, port, host prohibited, filtered. */
const UNREACHABLE_CODES = [1, 3, 10, 13] as const;
const ANSWER_FLAGS = { 'syn-ack': TcpFlag.syn | TcpFlag.ack, rst: TcpFlag.rst, 'rst-ack': TcpFlag.rst | TcpFlag.ack };

/** Somebody floods a victim in everyone's name; it answers to all whose name was used, and so to the telescope. */
export const backscatter = defineKind({
  name: 'backscatter',
  about: 'a victim of a SYN flood with random forged sources, or the router before it, answers to the forged sources',
  family: 4,
  parameters: {
    answers: choicesParameter('how they answer, with weights; each victim in one way', answers, [
      ['syn-ack', 6],
      ['rst-ack', 2],
      ['rst', 1],
      ['unreachable', 1],
      ['time-exceeded', 0.3],
    ]),
    ports: portsParameter('attacked ports with their weights; each victim has one', floodedTcpPorts),
  },
  create(settings, { telescope, sources: allocator, random }) {
    const sources = allocator.scattered(random, 1);
    const answer = createChooser<Answer>(settings.answers)(random);
    const victimPort = createChooser(settings.ports)(random);
    const packet = createTcpPacket({
      source: sources.words[0]!,
      ttl: random.one([64, 64, 128]) - randomHops(random),
      sourcePort: victimPort,
    });
    if (answer === 'unreachable' || answer === 'time-exceeded') {
      const victim = allocator.scattered(random, 1).words[0]!;
      const write = createRouterAnswers(packet, victim, answer, telescope, random);
      return { rule: null, sources, write };
    }
    packet.flags = ANSWER_FLAGS[answer];
    packet.window = answer === 'syn-ack' ? random.one([14_600, 28_960, 65_535, 8192]) : 0;
    packet.options = answer === 'syn-ack' ? MSS_ONLY : NO_OPTIONS;
    return { rule: null, sources, write: createVictimAnswers(packet, telescope, random) };
  },
});

function createVictimAnswers(packet: TcpPacket, telescope: Telescope, random: Random): (frame: Frame) => void {
  const synAck = packet.flags === ANSWER_FLAGS['syn-ack'];
  const rst = packet.flags === ANSWER_FLAGS.rst;
  return (frame) => {
    frame.source = 0;
    frame.target = random.below(telescope.ipv4Count);
    packet.target = telescope.ipv4(frame.target);
    packet.targetPort = random.between(1024, 65_535);
    // RFC 9293, section 3.10.7: a reset without ACK takes its sequence number from the other side; one with ACK has 0.
    packet.sequence = synAck || rst ? random.word() : 0;
    packet.acknowledgement = rst ? 0 : random.word();
    frame.protocol = IpProtocol.tcp;
    frame.port = packet.sourcePort;
    writeTcp(frame, packet);
  };
}

function createRouterAnswers(
  packet: TcpPacket,
  victim: number,
  answer: 'unreachable' | 'time-exceeded',
  telescope: Telescope,
  random: Random,
): (frame: Frame) => void {
  const type = answer === 'unreachable' ? IcmpType.unreachable : IcmpType.timeExceeded;
  const code = answer === 'unreachable' ? random.one(UNREACHABLE_CODES) : 0;
  const quoted: QuotedTcp = createTcpPacket({
    target: victim,
    targetPort: packet.sourcePort,
    ttl: answer === 'unreachable' ? random.between(30, 60) : 1,
  });
  return (frame) => {
    frame.source = 0;
    frame.target = random.below(telescope.ipv4Count);
    packet.target = telescope.ipv4(frame.target);
    packet.identification = random.below(0x1_0000);
    quoted.source = packet.target;
    quoted.identification = random.below(0x1_0000);
    quoted.sourcePort = random.between(1024, 65_535);
    quoted.sequence = random.word();
    frame.protocol = IpProtocol.icmp;
    frame.port = -1;
    writeIcmpError(frame, packet, type, code, quoted);
  };
}

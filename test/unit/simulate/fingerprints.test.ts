import { beforeAll, describe, expect, test } from 'vitest';
import { checkScenario } from '../../../sensor/simulate/scenario.ts';
import { createSimulation, type TruthActor } from '../../../sensor/simulate/simulation.ts';
import {
  type Captured,
  drain,
  hex,
  isSyn,
  optionsOf,
  readRecords,
  sequenceOf,
  simulate,
  targetPortOf,
  windowOf,
} from './captured.ts';

const WINDOWS_OPTIONS = '020405b4010303080101' + '0402';

/** The tests of the literature, one packet at a time. */
const rules: Record<string, (packet: Captured) => boolean> = {
  zmapLegacyTcp: ({ protocol, identification }) => protocol === 6 && identification === 54_321,
  zmapTcp: (packet) => {
    return isSyn(packet) && windowOf(packet) === 65_535 && optionsOf(packet) === WINDOWS_OPTIONS && packet.ttl <= 64;
  },
  masscanTcp: (packet) => {
    const { identification, targetWord } = packet;
    return isSyn(packet) && identification === ((targetWord ^ targetPortOf(packet) ^ sequenceOf(packet)) & 0xffff);
  },
  mirai: (packet) => isSyn(packet) && sequenceOf(packet) === packet.targetWord,
};

let packets: (readonly [actor: TruthActor | undefined, packet: Captured])[] = [];
const of = (actor: TruthActor) => packets.filter(([other]) => other === actor).map(([, packet]) => packet);
let truth: TruthActor[] = [];

beforeAll(async () => {
  const simulation = await simulate('background');
  const records = [...readRecords(drain(simulation, 60))];
  truth = simulation.truth();
  const actors = new Map(
    truth.flatMap((actor) =>
      typeof actor.sources === 'number' ? [] : actor.sources.map((text) => [text, actor] as const),
    ),
  );
  packets = records.map((packet) => [actors.get(packet.source), packet] as const);
});

describe.for(Object.keys(rules))('%s', (tool) => {
  test('holds for every packet of the tool', () => {
    const own = packets.filter(([actor]) => actor?.rule === tool);
    expect(own.length).toBeGreaterThan(500);
    expect(own.every(([, packet]) => rules[tool]!(packet))).toBe(true);
  });

  test('holds for others by chance only', () => {
    const others = packets.filter(([actor]) => actor?.rule !== tool);
    const matches = others.filter(([, packet]) => rules[tool]!(packet)).length;
    // Rules with 16 bits match one packet of 65,536 by chance; far more would be a rule of ours that leaks.
    expect(matches).toBeLessThanOrEqual(['zmapTcp', 'mirai'].includes(tool) ? 0 : 8);
  });
});

test('both eras of Masscan: without options and with the segment size; TTL from 255, window 1024', () => {
  const own = packets.filter(([actor]) => actor?.rule === 'masscanTcp').map(([, packet]) => packet);
  expect(new Set(own.map(optionsOf))).toEqual(new Set(['', '020405b4']));
  expect(own.every((packet) => packet.ttl >= 225 && windowOf(packet) === 1024)).toBe(true);
});

test('three eras of ZMap by options', () => {
  const optionSets = (tool: string) => {
    return new Set(
      packets.filter(([actor, packet]) => actor?.rule === tool && isSyn(packet)).map(([, p]) => optionsOf(p)),
    );
  };
  expect(optionSets('zmapLegacyTcp')).toEqual(new Set(['', '020405b4']));
  expect(optionSets('zmapTcp')).toEqual(new Set([WINDOWS_OPTIONS]));
});

test('a Mirai bot keeps source port and window, and asks for 23 nine times of ten', () => {
  const bots = truth.filter(({ kind }) => kind === 'mirai');
  for (const bot of bots.slice(0, 50)) {
    const processes = new Set(of(bot).map((packet) => `${packet.transport.getUint16(0)} ${windowOf(packet)}`));
    expect(processes.size).toBe(1);
  }
  const own = packets.filter(([actor]) => actor?.rule === 'mirai').map(([, packet]) => targetPortOf(packet));
  const telnet = own.filter((port) => port === 23 || port === 2323);
  expect(telnet.filter((port) => port === 23).length / telnet.length).toBeCloseTo(0.9, 1);
  expect(new Set(own)).toEqual(new Set([23, 2323, 37_215, 52_869, 8080]));
});

test('Nmap: first tries share a sequence number, second tries differ in both halves alike', () => {
  const scans = truth.filter(({ rule }) => rule === 'nmapSyn');
  expect(scans.length).toBeGreaterThan(0);
  for (const scan of scans) {
    const own = of(scan);
    const sequences = [...new Set(own.map(sequenceOf))];
    expect(sequences.length).toBeLessThanOrEqual(2);
    const difference = (sequences[0]! ^ (sequences[1] ?? sequences[0]!)) >>> 0;
    expect(difference >>> 16).toBe(difference & 0xffff);
    expect(own.every((packet) => windowOf(packet) === 1024 && optionsOf(packet) === '020405b4')).toBe(true);
    expect(scan.targets).toBeLessThan(3);
    expect(scan.portCount * 2).toBeGreaterThanOrEqual(scan.packets);
  }
});

test('no ordinary system looks like ZMap, although Windows sends the same options', () => {
  const windows = packets.filter(([actor, packet]) => !actor && isSyn(packet) && optionsOf(packet) === WINDOWS_OPTIONS);
  expect(windows.length).toBeGreaterThan(100);
  expect(windows.every(([, { ttl }]) => ttl > 64 && ttl < 128)).toBe(true);
});

test('backscatter answers: SYN-ACK, resets and ICMP errors', () => {
  const own = packets.filter(([actor]) => actor?.kind === 'backscatter').map(([, packet]) => packet);
  const forms = new Set(
    own.map(
      ({ protocol, transport }) => `${protocol} ${protocol === 6 ? transport.getUint8(13) : transport.getUint8(0)}`,
    ),
  );
  for (const form of ['6 18', '6 20']) expect(forms).toContain(form);
  for (const form of forms) expect(['6 18', '6 20', '6 4', '1 3', '1 11']).toContain(form);
});

test.for([
  ['dnsVersion', 53, /^....01000001000000000000075645525349(4f|6f)4e0442494e44000010/],
  ['dnsAny', 53, /^....01000001000000000001.{26}00ff0001/],
  ['ntpMonlist', 123, /^1700032a/],
  ['ssdp', 1900, /^4d2d534541524348202a20485454502f312e310d0a/],
  ['snmp', 161, /^30..02010104067075626c6963a0/],
  ['memcached', 11_211, /^....0000000100007374617473/],
  ['cldap', 389, /^30..02010163/],
  ['sip', 5060, /^4f5054494f4e5320/],
  ['chargen', 19, /^01$/],
  ['quoteOfTheDay', 17, /^0d0a$/],
  ['portmap', 111, /^.{8}0000000000000002000186a0/],
  ['coap', 5683, /^4001....bb2e77656c6c2d6b6e6f776e04636f7265$/],
] as const)('probe %s starts as its protocol does', ([name, port, start]) => {
  const actors = [{ kind: 'udp-probe', share: 1, probes: [name] }];
  const place = { name: 'nowhere (simulated)', latitude: 0, longitude: 0 };
  const scenario = checkScenario({ name, prefixes: ['198.51.100.0/24'], place, actors }, name);
  const own = [...readRecords(drain(createSimulation({ scenario, seed: 1, startSeconds: 0 }), 1))];
  expect(own.length).toBeGreaterThan(500);
  for (const { transport } of own) {
    expect(transport.getUint16(2)).toBe(port);
    expect(hex(transport, 8)).toMatch(start);
  }
});

test('what is misconfigured stays with one target', () => {
  const own = truth.filter(({ kind }) => kind === 'misconfiguration');
  expect(own.length).toBeGreaterThan(5);
  expect(
    own.every(({ targets, sourceCount, portCount }) => targets === 1 && sourceCount === 1 && portCount === 1),
  ).toBe(true);
});

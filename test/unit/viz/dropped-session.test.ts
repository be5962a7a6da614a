/** A dropped file in its worker: what is read, what is held, and what is answered. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatAddress } from '../../../shared/address.ts';
import type { FlowPackets } from '../../../viz/worker/dropped-messages.ts';
import type { DroppedSession } from '../../../viz/worker/dropped-session.ts';
import { pcapFile, pcapHeader, pcapRecord } from '../../support/capture-bytes.ts';
import { askPath, askStretch, gzipped, loadTestTable, openDropped } from '../../support/dropped-session.ts';
import { concatenate, toHex } from '../../support/hex.ts';
import { IPV4, IPV6, MACS, SYN } from '../../support/link-frames.ts';
import { drain, simulate } from '../simulate/captured.ts';

const SECONDS = 12;
type Flow = Record<string, string | number>;

interface PayloadPage {
  total: number;
  payloads: { id: string; hex: string; packets: number; captured: number; kept: number; sensors: string[] }[];
  account: { present: number };
}

interface LedgerAnswer {
  balances: boolean;
  payloadStore: unknown;
  sensors: { payloads: unknown }[];
}

/** A capture of a few seconds, with both families. */
async function simulated(): Promise<Uint8Array<ArrayBuffer>> {
  const simulation = await simulate('background', { packetsPerSecond: 1_000 });
  return concatenate([simulation.header, drain(simulation, SECONDS)]);
}

async function flowsOf(session: DroppedSession, query = ''): Promise<Flow[]> {
  const flows: Flow[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `flows?limit=777${query}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page: { flows: Flow[]; cursor: string | null } = await askPath(session, path);
    flows.push(...page.flows);
    ({ cursor } = page);
  }
  return flows;
}

const asker = { isGone: false, onProgress: () => undefined };

/** Tells how much of it was asked for. */
class CountingBlob extends Blob {
  bytesRead = 0;
  override slice(from = 0, to = this.size): Blob {
    this.bytesRead += to - from;
    return super.slice(from, to);
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

const sum = (flows: readonly Flow[]) => flows.reduce((all, { packets }) => all + Number(packets), 0);
const secondsOf = (text: string | number) => Date.parse(String(text)) / 1000;

describe('a simulated capture', () => {
  let bytes: Uint8Array<ArrayBuffer>;
  let session: DroppedSession;
  let flows: Flow[];
  beforeAll(async () => {
    bytes = await simulated();
    session = openDropped(bytes);
    const summary = await session.read();
    expect(summary).toMatchObject({ format: 'pcap', compression: null, damage: null, balances: true, flowsBehind: 0 });
    flows = await flowsOf(session);
    expect(flows).toHaveLength(summary.flows);
    expect(sum(flows)).toBe(summary.ledger.decoded);
    expect(summary.flows).toBeGreaterThan(3_000);
  });

  test('pages of flows are in order of time, and each flow comes once', () => {
    const times = flows.map(({ first }) => String(first));
    expect(times).toEqual([...times].sort());
    expect(new Set(flows.map((flow) => JSON.stringify(flow))).size).toBe(flows.length);
    expect(new Set(flows.map(({ country }) => country))).toEqual(new Set(['JP', '']));
  });

  test('a stretch has the flows that begin in it, and says what is left out', async () => {
    const from = Math.floor(secondsOf(flows[0]!.first!));
    const [fromSeconds, toSeconds] = [from + 2.5, from + 5];
    const own = flows.filter(({ first }) => secondsOf(first!) >= fromSeconds && secondsOf(first!) < toSeconds);
    const { head, streaks } = await askStretch(session, { fromSeconds, toSeconds });
    expect(head).toMatchObject({ offered: own.length, sent: own.length, sampledOut: 0, filteredOut: 0 });
    expect(head.figures).toMatchObject({ packets: sum(own), flows: own.length });
    const rows = streaks.flatMap(({ family, time, source, target, length }) => {
      expect([...time.subarray(0, length)]).toEqual([...time.subarray(0, length)].sort((a, b) => a - b));
      return Array.from(
        { length },
        (_, row) => `${formatAddress(family, source, row)} ${formatAddress(family, target!, row)}`,
      );
    });
    expect(rows.sort()).toEqual(own.map(({ source, target }) => `${source} ${target}`).sort());
    expect(streaks.map(({ family }) => family)).toEqual([4, 6]);
    const next = flows.find(({ first }) => secondsOf(first!) >= toSeconds)!;
    expect(head.nextSeconds).toBeCloseTo(secondsOf(next.first!), 2);
    // Behind the last flow nothing comes.
    expect((await askStretch(session, { fromSeconds: from + 100, toSeconds: from + 200 })).head.nextSeconds).toBeNull();
  });

  test('of more than can be drawn it is a sample, the same each time, of both families', async () => {
    const from = Math.floor(secondsOf(flows[0]!.first!));
    const request = { fromSeconds: from, toSeconds: from + SECONDS + 1, filter: 'tcp or ip6', most: 500 };
    const { head, streaks, body } = await askStretch(session, request);
    const isIpv6 = ({ source }: Flow) => String(source).includes(':');
    const tcp = flows.filter((flow) => flow.protocol === 'tcp' || isIpv6(flow));
    const ipv6 = tcp.filter(isIpv6).length;
    expect(head).toMatchObject({ offered: flows.length, sent: 500, sampledOut: tcp.length - 500 });
    expect(head.filteredOut).toBe(flows.length - tcp.length);
    expect(head.figures.packets).toBe(sum(tcp));
    expect(streaks.reduce((all, { length }) => all + length, 0)).toBe(500);
    const six = streaks.find(({ family }) => family === 6)?.length ?? 0;
    expect(ipv6).toBeGreaterThan(10);
    expect(Math.abs(six - (500 * ipv6) / tcp.length)).toBeLessThan(30);
    // Also in a session of its own, with another seed of the hashes.
    const again = openDropped(bytes, { seed: 99 });
    await again.read();
    expect(toHex((await askStretch(again, request)).body)).toBe(toHex(body));
  });

  test('compressed it is the same', async () => {
    const compressed = openDropped(gzipped(bytes));
    const summary = await compressed.read();
    expect(summary).toMatchObject({ format: 'pcap', compression: 'gzip', damage: null, balances: true });
    const sheet = await askPath(session, 'top?by=class&limit=100');
    expect(await askPath(compressed, 'top?by=class&limit=100')).toEqual(sheet);
  });

  test('what is asked while it is read is answered when that much is there', async () => {
    const reading = openDropped(bytes);
    const from = Math.floor(secondsOf(flows[0]!.first!));
    const early = askStretch(reading, { fromSeconds: from, toSeconds: from + 2 });
    const gone = { isGone: false, onProgress: () => undefined };
    const never = askStretch(reading, { fromSeconds: from, toSeconds: from + 80_000 }, gone);
    const ended = expect(never).rejects.toMatchObject({ name: 'GoneError' });
    gone.isGone = true;
    await reading.read();
    await ended;
    const { body } = await askStretch(session, { fromSeconds: from, toSeconds: from + 2 });
    expect(toHex((await early).body)).toBe(toHex(body));
  });

  test('beyond the limit flows are counted, in the ledger and where they are missing', async () => {
    const small = openDropped(bytes, { limits: { maxFlows: 1_000, maxBytes: 1 << 30 } });
    const summary = await small.read();
    expect(summary).toMatchObject({ flows: 1_000, flowsNotHeld: flows.length - 1_000, balances: true });
    expect(summary.packetsHeld + summary.packetsNotHeld).toBe(summary.ledger.decoded);
    const ledger = await askPath<{ balances: boolean; sensors: { server: Flow }[] }>(small, 'ledger');
    expect(ledger.balances).toBe(true);
    expect(ledger.sensors[0]!.server).toMatchObject({
      packetsStored: summary.packetsHeld,
      packetsRefused: { PAGE_FILE_TOO_LARGE: summary.packetsNotHeld },
    });
    const top = await askPath<{ absent: Flow }>(small, 'top?by=class');
    expect(top.absent).toMatchObject({ packets: summary.packetsNotHeld });
    const from = Math.floor(secondsOf(flows[0]!.first!));
    const { head } = await askStretch(small, { fromSeconds: from, toSeconds: from + SECONDS + 1 });
    expect(head.figures.packets + head.missingPackets).toBe(summary.ledger.decoded);
    // Its memory, too.
    const tiny = openDropped(bytes, { limits: { maxFlows: 1_000_000, maxBytes: 1 } });
    expect(await tiny.read()).toMatchObject({ balances: true });
    expect(tiny.progress().flowsNotHeld).toBeGreaterThan(0);
  });

  test('a filter of packets takes them out, counted', async () => {
    const filtered = openDropped(bytes, { filter: 'udp' });
    const summary = await filtered.read();
    expect(summary.balances).toBe(true);
    const udp = flows.filter(({ protocol }) => protocol === 'udp');
    expect(sum(await flowsOf(filtered))).toBe(sum(udp));
    expect(summary.ledger.filteredOut).toBe(summary.ledger.captured - sum(udp));
    expect(() => openDropped(bytes, { filter: 'tcp and prot 23' })).toThrow('prot 23');
  });

  test('without countries and networks it goes on, and says so', async () => {
    const bare = openDropped(bytes, { load: () => Promise.reject(new Error('not there')) });
    expect(await bare.read()).toMatchObject({ countries: 'missing', networks: 'missing', credits: [], balances: true });
    const top = await askPath<{ rows: Flow[] }>(bare, 'top?by=country');
    expect(top.rows.map(({ key }) => key)).toEqual(['unknown']);
  });

  test('countries and networks that come late are in all that was read before', async () => {
    let come = () => undefined as void;
    const late = new Promise<void>((resolve) => {
      come = resolve;
    });
    const slow = openDropped(bytes, { load: (address) => late.then(() => loadTestTable(address)) });
    const from = Math.floor(secondsOf(flows[0]!.first!));
    const reading = slow.read();
    const stretch = askStretch(slow, { fromSeconds: from, toSeconds: from + 3 });
    await until(() => slow.progress().flows === flows.length);
    // Nothing is said to be exact before.
    expect(slow.progress()).toMatchObject({ readySeconds: null, countries: 'loading', networks: 'loading' });
    come();
    expect(await reading).toMatchObject({ countries: 'known', networks: 'known' });
    expect(await flowsOf(slow)).toEqual(flows);
    expect(toHex((await stretch).body)).toBe(
      toHex((await askStretch(session, { fromSeconds: from, toSeconds: from + 3 })).body),
    );
  });

  test('packets of a flow are found again, also where they lie behind many others', async () => {
    const flow = flows.at(-10)!;
    const query = {
      source: String(flow.source),
      target: String(flow.target),
      sourcePort: Number(flow.sourcePort),
      targetPort: Number(flow.targetPort),
      protocol: { tcp: 6, udp: 17, icmp: 1, icmp6: 58 }[String(flow.protocol)] ?? 6,
      fromSeconds: Math.floor(secondsOf(flow.first!)),
      toSeconds: Math.floor(secondsOf(flow.first!)) + 1,
      most: 100,
    };
    const found = (await session.ask({ kind: 'packets', query }, asker)) as { packets: { bytes: Uint8Array }[] };
    const own = flows.filter(
      (other) =>
        ['source', 'target', 'sourcePort', 'targetPort', 'protocol'].every((name) => other[name] === flow[name]) &&
        String(other.first).slice(0, 19) === String(flow.first).slice(0, 19),
    );
    expect(found.packets).toHaveLength(sum(own));
    for (const { bytes: packet } of found.packets) expect(toHex(bytes)).toContain(toHex(packet));
    await expect(session.ask({ kind: 'packets', query: { ...query, most: 0 } }, asker)).rejects.toThrow('most');
    await expect(session.ask({ kind: 'packets', query: { ...query, source: 'a' } }, asker)).rejects.toThrow('address');
  });

  test('payloads are named as a sensor names them, and each packet with one is counted once', async () => {
    const page = await askPath<PayloadPage>(session, 'payloads?limit=500&order=packets');
    expect(page.total).toBeGreaterThan(500);
    expect(page.payloads).toHaveLength(500);
    const [most] = page.payloads;
    expect(most!.sensors).toEqual(['dropped.pcap']);
    for (const { id, hex, captured, kept } of page.payloads) {
      if (kept < captured) continue;
      expect(id.slice(0, 16)).toBe(createHash('sha256').update(hex, 'hex').digest('hex').slice(0, 16));
    }
    const packets = page.account.present;
    const listed = page.payloads.reduce((all, each) => all + each.packets, 0);
    // Of those that are not listed each came as often as the last that is, or less.
    const left = (page.total - 500) * page.payloads.at(-1)!.packets;
    expect(packets).toBeGreaterThan(listed);
    expect(packets).toBeLessThanOrEqual(listed + left);
    expect(page.account).toEqual({ present: packets, expired: 0, givenUp: 0 });
    const ledger = await askPath<LedgerAnswer>(session, 'ledger');
    expect(ledger.balances).toBe(true);
    expect(ledger.payloadStore).toEqual(page.account);
    expect(ledger.sensors[0]!.payloads).toMatchObject({ packets, packetsSent: packets, packetsHeld: 0 });
    const whole = await askPath<{ id: string; sample: string[] }>(session, `payloads/${most!.id}`);
    expect(whole.id).toBe(most!.id);
    expect(whole.sample.length).toBeGreaterThan(0);
    const udp = await askPath<PayloadPage>(session, 'payloads?limit=500&protocol=udp');
    expect(udp.total).toBeLessThanOrEqual(page.total);
    const sites = await askPath<{ total: number; sites: { url: string }[] }>(session, 'malicious-sites');
    expect(sites.total).toBe(sites.sites.length);
    // No address stands there as it could be followed.
    for (const { url } of sites.sites) expect(url).not.toMatch(/:\/\//);
  });

  test.for([
    { path: 'nothing', code: 'PAGE_NOT_IN_FILE' },
    { path: 'payloads?limit=0', code: 'API_BAD_REQUEST' },
    { path: 'payloads?order=size', code: 'API_BAD_REQUEST' },
    { path: 'payloads/nothing', code: 'API_BAD_PAYLOAD' },
    { path: 'payloads/0123456789abcdef-17-64', code: 'API_NO_PAYLOAD' },
    { path: 'malicious-sites?session=2', code: 'API_NO_SESSION' },
    { path: 'series?by=nothing', code: 'API_BAD_REQUEST' },
    { path: 'series?step=0', code: 'API_BAD_REQUEST' },
    { path: 'series?from=yesterday', code: 'API_BAD_TIME' },
    { path: 'series?step=1&from=2001-01-01T00:00:00Z', code: 'API_TOO_MANY_BINS' },
    { path: 'series?session=2', code: 'API_NO_SESSION' },
    { path: 'top', code: 'API_BAD_REQUEST' },
    { path: 'flows?filter=tcp%20dst', code: 'FILTER_SYNTAX' },
    { path: 'sources/nobody', code: 'API_BAD_ADDRESS' },
    { path: 'networks/7', code: 'API_NO_NETWORK' },
  ])('$path is refused: $code', async ({ path, code }) => {
    await expect(askPath(session, path)).rejects.toMatchObject({ code });
  });
});

describe('what is no whole capture', () => {
  const frame = (packet: string) => `${MACS} ${packet}`.replaceAll(' ', '');
  const records = [`0800 ${IPV4} ${SYN}`, `86dd ${IPV6} ${SYN}`, '0806 0001', '0800 45'].map((packet, second) => ({
    seconds: 1_700_000_000 + second,
    nanoseconds: 0,
    packet: frame(packet),
  }));
  const whole = pcapFile(records);

  /** SYNs of one second, each from another port. */
  function synsOf(seconds: number, count: number): Uint8Array {
    const record = pcapRecord({ seconds, nanoseconds: 0, packet: records[0]!.packet });
    const syns = Buffer.alloc(count * record.length, record);
    // Behind the headers of the record, of Ethernet and of IPv4.
    for (let at = 0; at < count; at++) syns.writeUInt16BE(at & 0xffff, at * record.length + 16 + 14 + 20);
    return syns;
  }

  test.for([
    { name: 'an empty file', bytes: new Uint8Array(0), damage: 'empty', format: null, packets: 0 },
    {
      name: 'a text',
      bytes: new TextEncoder().encode('Dear diary, nothing happened.'),
      damage: 'no capture',
      format: null,
      packets: 0,
    },
    { name: 'a header alone', bytes: pcapHeader(), damage: null, format: 'pcap', packets: 0 },
    { name: 'one that breaks off', bytes: whole.slice(0, -1), damage: 'breaks off', format: 'pcap', packets: 3 },
    {
      name: 'one whose gzip breaks off',
      bytes: gzipped(whole).slice(0, -4),
      damage: 'gzip',
      format: null,
      packets: 0,
    },
    { name: 'a whole one', bytes: whole, damage: null, format: 'pcap', packets: 4 },
  ])('$name', async ({ bytes, damage, format, packets }) => {
    const session = openDropped(bytes);
    const summary = await session.read();
    expect(summary).toMatchObject({ format, packets, balances: true });
    if (damage === null) expect(summary.damage).toBeNull();
    else expect(summary.damage).toContain(damage);
    const ledger = await askPath<{ balances: boolean; sensors: { finished: boolean }[] }>(session, 'ledger');
    expect(ledger).toMatchObject({ balances: true, sensors: [{ finished: true }] });
    const [row] = await askPath<{ packets: number; first: string | null }[]>(session, 'sessions');
    expect(row!.packets).toBe(summary.ledger.decoded);
    // Also of nothing everything can be asked.
    for (const path of ['series', 'top?by=source', 'flows', 'sensors'])
      expect(await askPath(session, path)).toBeDefined();
    const { head } = await askStretch(session, { fromSeconds: 1_700_000_000, toSeconds: 1_700_000_010 });
    expect(head.figures.packets).toBe(summary.ledger.decoded);
  });

  test('a stretch that is asked for early waits until it is known what comes next', async () => {
    // More than a table holds beyond the border of a second, and then so many batches that an answer could come between them.
    const bytes = concatenate([pcapHeader(), synsOf(1_000, 6_000), synsOf(2_000, 40_000)]);
    const session = openDropped(bytes, { pause: () => new Promise((resolve) => setImmediate(resolve)) });
    const ready: (number | null)[] = [];
    const asked = askStretch(session, { fromSeconds: 1_000, toSeconds: 1_001 });
    const summary = session.read();
    await until(() => {
      ready.push(session.progress().readySeconds);
      return session.progress().packets === 46_000;
    });
    expect((await asked).head).toMatchObject({ offered: 6_000, nextSeconds: 2_000 });
    expect(await summary).toMatchObject({ flows: 46_000, readySeconds: 2_001 });
    expect(new Set(ready)).toContain(2_000);
  });

  test('packets of a flow are found without reading all that lies before them', async () => {
    const packets = 70_000;
    const headed = concatenate([pcapHeader(), synsOf(1_000, packets), synsOf(2_000, packets), synsOf(3_000, packets)]);
    const file = new CountingBlob([headed]);
    const session = openDropped(file);
    expect(await session.read()).toMatchObject({ packets: 3 * packets, balances: true });
    const read = file.bytesRead;
    for (const seconds of [1_000, 2_000, 3_000]) {
      // Each port of a second once, and those that did not fit into 16 bits once more.
      const query = { source: '192.0.2.1', target: '198.51.100.7', protocol: 6, targetPort: 23, most: 10 };
      const own = { ...query, sourcePort: 69_000 - 65_536, fromSeconds: seconds, toSeconds: seconds + 1 };
      const found = (await session.ask({ kind: 'packets', query: own }, asker)) as FlowPackets;
      expect(found.packets.map((packet) => packet.seconds)).toEqual([seconds, seconds]);
      expect(found.isCut).toBe(false);
      const one = (await session.ask({ kind: 'packets', query: { ...own, most: 1 } }, asker)) as FlowPackets;
      expect(one).toMatchObject({ isCut: true, packets: [{ seconds, linkType: 1, originalLength: 54 }] });
    }
    // Six times all of it would have been read otherwise.
    expect(file.bytesRead - read).toBeLessThan(4 * headed.length);
  });

  test('times that no packet has', async () => {
    const odd = [0, 0xffff_ffff, 5, 0xffff_ffff].map((seconds) => ({ ...records[0]!, seconds }));
    const session = openDropped(pcapFile(odd));
    const summary = await session.read();
    expect(summary).toMatchObject({ packets: 4, balances: true });
    expect((await askPath<{ rows: unknown[] }>(session, 'top?by=port')).rows).toEqual([
      { key: '23/tcp', packets: 4, bytes: 216, flows: 3 },
    ]);
    const { head } = await askStretch(session, { fromSeconds: 0, toSeconds: 10 });
    expect(head).toMatchObject({ offered: 2, nextSeconds: 0xffff_ffff });
  });
});

import { expect, test } from 'vitest';
import type { TruthActor } from '../../../sensor/simulate/simulation.ts';
import { type Captured, drain, readRecords, simulate } from './captured.ts';

/** Sources that the truth names, and whose they are. */
function actorOfSource(truth: readonly TruthActor[]): Map<string, TruthActor> {
  const found = new Map<string, TruthActor>();
  for (const actor of truth) {
    if (typeof actor.sources === 'number') continue;
    for (const source of actor.sources) {
      expect(found.has(source), `${source} belongs to one actor only`).toBe(false);
      found.set(source, actor);
    }
  }
  return found;
}

function timeText({ seconds, nanoseconds }: Captured): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`;
}

function servicePort(packet: Captured, kind: string): string[] {
  if (packet.protocol === 1 || packet.protocol === 58) return [];
  const port = packet.transport.getUint16(kind === 'backscatter' ? 0 : 2);
  return [`${packet.protocol === 6 ? 'tcp' : 'udp'} ${port}`];
}

test.for(['background', 'flood', 'scan'])('%s: the truth is what the packets say', async (name) => {
  const simulation = await simulate(name);
  const records = [...readRecords(drain(simulation, 30))];
  const truth = simulation.truth();
  expect(simulation.packets).toBe(records.length);
  expect(truth.reduce((sum, { packets }) => sum + packets, 0)).toBe(records.length);

  const actors = actorOfSource(truth);
  const byActor = new Map<TruthActor | undefined, Captured[]>();
  for (const record of records) {
    const actor = actors.get(record.source);
    const list = byActor.get(actor);
    if (list) list.push(record);
    else byActor.set(actor, [record]);
  }
  for (const [actor, packets] of byActor) {
    if (!actor) continue;
    const context = `actor ${actor.id}, ${actor.kind}`;
    expect(packets.length, context).toBe(actor.packets);
    expect(new Set(packets.map(({ target }) => target)).size, context).toBe(actor.targets);
    expect(new Set(packets.map(({ source }) => source)).size, context).toBe(actor.sourceCount);
    expect(timeText(packets[0]!), context).toBe(actor.first);
    expect(timeText(packets.at(-1)!), context).toBe(actor.last);
    const ports = new Set(packets.flatMap((packet) => servicePort(packet, actor.kind)));
    expect(ports.size, context).toBe(actor.portCount);
    if (typeof actor.ports === 'number') expect(actor.ports, context).toBe(actor.portCount);
    else expect(new Set(actor.ports.map(([protocol, port]) => `${protocol} ${port}`)), context).toEqual(ports);
  }

  // Actors with many sources are only counted: all of them together are the sources that nobody else has.
  const crowds = truth.filter(({ sources }) => typeof sources === 'number');
  const unnamed = byActor.get(undefined) ?? [];
  expect(unnamed.length).toBe(crowds.reduce((sum, { packets }) => sum + packets, 0));
  const bogons = crowds.filter(({ kind }) => kind === 'bogon');
  const distinct = new Set(unnamed.map(({ source }) => source)).size;
  const counted = crowds.reduce((sum, { sourceCount }) => sum + sourceCount, 0);
  if (bogons.length < 2) expect(distinct).toBe(counted);
  else expect(distinct).toBeLessThanOrEqual(counted);
});

test('sources are ordinary addresses outside the telescope, targets are inside', async () => {
  const simulation = await simulate('background');
  const records = [...readRecords(drain(simulation, 30))];
  // Written out again here: RFC 6890, multicast and class E.
  const special =
    /^(0|10|127|22[4-9]|23\d|24\d|25\d|169\.254|172\.(1[6-9]|2\d|3[01])|192\.(0\.0|0\.2|88\.99|168)|198\.(18|19|51\.100)|203\.0\.113|100\.(6[4-9]|[789]\d|1[01]\d|12[0-7]))\./;
  const bogons = simulation.truth().filter(({ kind }) => kind === 'bogon');
  const bogonPackets = bogons.reduce((sum, { packets }) => sum + packets, 0);
  expect(bogonPackets).toBeGreaterThan(0);
  const fromSpecial = records.filter(({ version, source }) => version === 4 && special.test(source));
  expect(fromSpecial.length).toBe(bogonPackets);
  const watched = /^(198\.18\.|2001:db8:0?:)/;
  expect(records.filter(({ source }) => watched.test(source))).toEqual([]);
  expect(records.filter(({ target }) => !watched.test(target))).toEqual([]);
});

test('many one-off sources, a few busy ones', async () => {
  const simulation = await simulate('background');
  const counts = new Map<string, number>();
  for (const { source } of readRecords(drain(simulation, 30))) counts.set(source, (counts.get(source) ?? 0) + 1);
  const all = [...counts.values()].sort((one, other) => other - one);
  const total = all.reduce((sum, count) => sum + count, 0);
  expect(all.filter((count) => count === 1).length / all.length).toBeGreaterThan(0.5);
  expect(all.slice(0, all.length / 100).reduce((sum, count) => sum + count, 0) / total).toBeGreaterThan(0.25);
});

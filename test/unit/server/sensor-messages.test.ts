import { describe, expect, test } from 'vitest';
import { readHealth, readHello } from '../../../server/ingest/sensor-messages.ts';
import { reportOfBegin } from '../../../server/ingest/sensor-runs.ts';
import { addSensorLedgers } from '../../../shared/counters.ts';
import type { SensorHealth, SensorHello } from '../../../shared/wire/messages.ts';
import { codeOf } from '../../support/errors.ts';

const hello: SensorHello = {
  software: 'kurayami 0.1.0',
  name: 'edge',
  epoch: 1,
  session: { kind: 'live', name: 'eth1' },
  place: { name: 'Oslo', latitude: 59.9, longitude: 10.7 },
  prefixes: ['198.51.100.0/24', '2001:db8::/32'],
  clock: { mode: 'live', speed: 1 },
};
const health: SensorHealth = {
  ...reportOfBegin(hello),
  captureSeconds: 1_700_000_000.5,
  lastSkippedGap: { fromSeconds: 1, toSeconds: 9 },
  damage: ['a.pcap: the file is empty'],
};

/** As it arrives: text and back. */
const received = (message: unknown): unknown => JSON.parse(JSON.stringify(message));

/** The message with the value at `path` put in its place; undefined takes it away. */
function changed(message: object, path: string, value: unknown): unknown {
  const copy = structuredClone(message) as Record<string, unknown>;
  const names = path.split('.');
  let at = copy;
  for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[names.at(-1)!] = value;
  return received(copy);
}

describe('hello', () => {
  test('a good one is taken as it is', () => {
    expect(readHello(received(hello))).toEqual(hello);
    expect(readHello(received({ ...hello, place: null, prefixes: [] }))).toMatchObject({ place: null });
  });

  test('what a later version adds is no fault', () => {
    expect(codeOf(() => readHello(received({ ...hello, later: 1 })))).toBeNull();
  });

  test.for([
    { name: 'no name', path: 'name', value: undefined },
    { name: 'an empty name', path: 'name', value: '' },
    { name: 'a name that is no text', path: 'name', value: 5 },
    { name: 'a very long name', path: 'name', value: 'x'.repeat(201) },
    { name: 'epoch 0', path: 'epoch', value: 0 },
    { name: 'an epoch of more than 32 bits', path: 'epoch', value: 2 ** 32 },
    { name: 'half an epoch', path: 'epoch', value: 1.5 },
    { name: 'an epoch as text', path: 'epoch', value: '1' },
    { name: 'another kind of session', path: 'session.kind', value: 'dream' },
    { name: 'no session', path: 'session', value: undefined },
    { name: 'a session without a name', path: 'session.name', value: null },
    { name: 'no place, not even null', path: 'place', value: undefined },
    { name: 'a place beyond the pole', path: 'place.latitude', value: 90.5 },
    { name: 'a place beyond the date line', path: 'place.longitude', value: -181 },
    { name: 'a place without a name', path: 'place.name', value: undefined },
    { name: 'a prefix with host bits', path: 'prefixes', value: ['198.51.100.1/24'] },
    { name: 'a prefix that is none', path: 'prefixes', value: ['here'] },
    { name: 'a prefix that is no text', path: 'prefixes', value: [24] },
    { name: 'too many prefixes', path: 'prefixes', value: new Array(10_001).fill('192.0.2.1') },
    { name: 'another clock', path: 'clock.mode', value: 'sundial' },
    { name: 'a clock that goes back', path: 'clock.speed', value: -1 },
    { name: 'a clock without speed (NaN is null in JSON)', path: 'clock.speed', value: Number.NaN },
  ])('$name is refused', ({ path, value }) => {
    expect(codeOf(() => readHello(changed(hello, path, value)))).toBe('WIRE_BAD_MESSAGE');
  });

  test.for([null, 1, 'hello', [], {}, [hello]])('%j is none', (message) => {
    expect(codeOf(() => readHello(message))).toBe('WIRE_BAD_MESSAGE');
  });

  test('the refusal says where', () => {
    expect(() => readHello(changed(hello, 'place.latitude', 91))).toThrow('/place/latitude');
  });
});

describe('health', () => {
  test('a good one is taken as it is', () => {
    expect(readHealth(received(health))).toEqual(health);
    expect(readHealth(received(reportOfBegin(hello)))).toEqual(reportOfBegin(hello));
  });

  test('counts have the names that decoders give', () => {
    const notIp = { '0x0806': 1, llc: 2, 'link 65535': 3 };
    expect(readHealth(changed(health, 'ledger.notIp', notIp)).ledger.notIp).toEqual(notIp);
  });

  test('sensors that do not know the interface’s count say nothing of it', () => {
    const { rxPackets, lostInCaptureCrash, captureCrashes, ...older } = health.ledger;
    expect([rxPackets, lostInCaptureCrash, captureCrashes]).not.toContain(undefined);
    const { ledger } = readHealth(received({ ...health, ledger: older }));
    expect(ledger).toMatchObject({ rxPackets: null, lostInCaptureCrash: null, captureCrashes: 0 });
    expect(readHealth(changed(health, 'ledger.rxPackets', 12)).ledger.rxPackets).toBe(12);
  });

  test('what was left at stop may be negative: a difference of two counters', () => {
    expect(codeOf(() => readHealth(changed(health, 'ledger.leftAtStop', -3)))).toBeNull();
  });

  test.for([
    { name: 'no ledger', path: 'ledger', value: undefined },
    { name: 'a counter that is missing', path: 'ledger.decoded', value: undefined },
    { name: 'a negative counter', path: 'ledger.captured', value: -1 },
    { name: 'half a packet', path: 'ledger.captured', value: 0.5 },
    { name: 'a counter beyond exact numbers', path: 'ledger.captured', value: 2 ** 53 },
    { name: 'a counter that must not be null', path: 'ledger.captured', value: null },
    { name: 'a negative count of drops', path: 'ledger.droppedByKernel', value: -1 },
    { name: 'counts that are no numbers', path: 'ledger.notIp', value: { '0x0806': 'many' } },
    { name: 'negative counts', path: 'ledger.faults', value: { tooDeep: -1 } },
    {
      name: 'too many counts',
      path: 'ledger.notIp',
      value: Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`${i}`, 1])),
    },
    { name: 'another link', path: 'link', value: 'sideways' },
    { name: 'a time beyond all', path: 'captureSeconds', value: 1e13 },
    { name: 'a gap without an end', path: 'lastSkippedGap', value: { fromSeconds: 1 } },
    { name: 'negative gaps', path: 'skippedGaps', value: -1 },
    { name: 'too much damage', path: 'damage', value: new Array(21).fill('x') },
    { name: 'damage without end', path: 'damage', value: ['x'.repeat(1_001)] },
    { name: 'finished, perhaps', path: 'finished', value: 'yes' },
  ])('$name is refused', ({ path, value }) => {
    expect(codeOf(() => readHealth(changed(health, path, value)))).toBe('WIRE_BAD_MESSAGE');
  });

  test.for([null, 1, 'fine', []])('%j is none', (message) => {
    expect(codeOf(() => readHealth(message))).toBe('WIRE_BAD_MESSAGE');
  });

  test.for(['', 'llc\n', 'x'.repeat(41), '__proto__', 'con-structor'])('counts of the name %j are left out', (name) => {
    const counts = Object.fromEntries([
      ['llc', 3],
      [name, 1],
    ]);
    expect(readHealth(changed(health, 'ledger.notIp', counts)).ledger.notIp).toEqual({ llc: 3 });
  });

  test('what no report has is left out, and reaches nothing', () => {
    const sent = JSON.parse(
      JSON.stringify(health).replace('"ledger":{', '"ledger":{"__proto__":{"polluted":1},"toString":1,'),
    );
    const { ledger } = readHealth(sent);
    expect(Object.keys(ledger)).not.toContain('toString');
    const sum = addSensorLedgers([ledger, ledger]);
    expect(sum.captured).toBe(2 * ledger.captured);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(String({})).toBe('[object Object]');
  });
});

import { describe, expect, test } from 'vitest';
import { countryText, LiveWindow } from '../../../server/aggregate/live-window.ts';
import { formatIpv4 } from '../../../shared/address.ts';
import type { Family } from '../../../shared/flow-batch.ts';
import { TrafficClass } from '../../../shared/protocols.ts';
import { Radiation } from '../../../shared/radiation.ts';
import { flowBatch, NOON_SECONDS as NOON, type TestFlow } from '../../support/commits.ts';

function windowOf(...flows: TestFlow[]): LiveWindow {
  const window = new LiveWindow();
  window.add(flowBatch(4, flows));
  return window;
}
const add = (window: LiveWindow, family: Family, ...flows: TestFlow[]) => window.add(flowBatch(family, flows));

describe('rates', () => {
  test('are means over whole seconds; the newest is not whole yet', () => {
    const seconds = Array.from({ length: 10 }, (_, i) => ({
      seconds: NOON + i,
      packets: 10 * (i + 1),
      wireBytes: 600,
    }));
    expect(windowOf(...seconds).rates()).toMatchObject({
      packetsPerSecond: (60 + 70 + 80 + 90) / 4,
      flowsPerSecond: 1,
      bytesPerSecond: 600,
    });
  });

  test('by class', () => {
    const batch = flowBatch(4, [{ packets: 6 }, { packets: 2 }, { seconds: NOON + 1 }]);
    batch.class[1] = TrafficClass.udp;
    const window = new LiveWindow();
    window.add(batch);
    const { classPacketsPerSecond } = window.rates();
    expect(classPacketsPerSecond[TrafficClass.tcpSyn]).toBe(6);
    expect(classPacketsPerSecond[TrafficClass.udp]).toBe(2);
  });

  test('by colour of radiation: kinds of answers are one, and what is unknown is among the others', () => {
    const { scan, backscatterDns, backscatterRst, bogon } = Radiation;
    const flows: TestFlow[] = [6, 2, 3, 4, 5].map((packets) => ({ packets }));
    const batch = flowBatch(4, [...flows, { seconds: NOON + 1, packets: 9 }]);
    batch.radiation.set([scan, backscatterDns, backscatterRst, bogon, 0]);
    const window = new LiveWindow();
    window.add(batch);
    expect(window.rates().radiationPacketsPerSecond).toEqual([0, 6, 5, 0, 4, 0, 0, 5]);
    // A minute later the places of these seconds are those of others.
    window.add(flowBatch(4, [{ seconds: NOON + 60, packets: 8 }, { seconds: NOON + 61 }]));
    expect(window.rates().radiationPacketsPerSecond).toEqual([0, 0, 0, 0, 0, 0, 0, 2]);
  });

  test('in the first seconds are over those there are', () => {
    expect(windowOf({ packets: 8 }).rates().packetsPerSecond).toBe(0);
    expect(windowOf({ packets: 8 }, { seconds: NOON + 1, packets: 99 }).rates().packetsPerSecond).toBe(8);
    expect(windowOf({ packets: 8 }, { seconds: NOON + 2, packets: 99 }).rates().packetsPerSecond).toBe(4);
  });

  test('fall to nothing in silence', () => {
    const window = windowOf({ packets: 8 }, { seconds: NOON + 1, packets: 4 }, { seconds: NOON + 10, packets: 1 });
    expect(window.rates(NOON + 4).packetsPerSecond).toBe((8 + 4) / 4);
    expect(window.rates(NOON + 5.9).packetsPerSecond).toBe(4 / 4);
    expect(window.rates(NOON + 10).packetsPerSecond).toBe(0);
    expect(window.rates(NOON + 11).packetsPerSecond).toBe(1 / 4);
    expect(window.rates(NOON + 1_000).packetsPerSecond).toBe(0);
  });

  test('of now are not those of a minute ago', () => {
    const window = windowOf(...Array.from({ length: 60 }, (_, i) => ({ seconds: NOON + i })));
    expect(window.rates(NOON + 60).packetsPerSecond).toBe(1);
    expect(window.rates(NOON + 70).packetsPerSecond).toBe(0);
    expect(window.rates(NOON + 120).packetsPerSecond).toBe(0);
  });

  test('of nothing are none', () => {
    expect(new LiveWindow().rates()).toMatchObject({ packetsPerSecond: 0, flowsPerSecond: 0, bytesPerSecond: 0 });
  });
});

describe('the last minute', () => {
  const ports = (window: LiveWindow) => window.topPorts(10).map(({ port, packets }) => [port, packets]);

  test('a second leaves when it is sixty seconds old', () => {
    const window = windowOf({ targetPort: 1 }, { seconds: NOON + 1, targetPort: 2 });
    add(window, 4, { seconds: NOON + 59, targetPort: 3 });
    expect(ports(window)).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    add(window, 4, { seconds: NOON + 60, targetPort: 3 });
    expect(ports(window)).toEqual([
      [3, 2],
      [2, 1],
    ]);
  });

  test('a jump over the whole window clears it, however far it goes', () => {
    const window = windowOf({ targetPort: 1, country: 'JP' });
    add(window, 4, { seconds: 8_999_999_999, targetPort: 2, country: 'NO' });
    expect(ports(window)).toEqual([[2, 1]]);
    expect(window.topCountries(5)).toEqual([{ country: 'NO', packets: 1 }]);
    expect(window.sources()).toBe(1);
    expect(window.rates().packetsPerSecond).toBe(0);
  });

  test('one packet from the far future does not stop the clock for good', () => {
    const window = windowOf({ seconds: NOON });
    add(window, 4, { seconds: NOON + 86_400 });
    expect(window.newestSecond).toBe(NOON + 86_400);
    for (let i = 0; i < 400; i++) add(window, 4, { seconds: NOON + 1 + Math.floor(i / 100) });
    expect(window.newestSecond).toBe(NOON + 4);
    expect(window.rates().flowsPerSecond).toBeGreaterThan(0);
    expect(window.topCountries(10).reduce((sum, { packets }) => sum + packets, 0)).toBeLessThanOrEqual(400);
  });

  test('the other address family may come long after, and changes nothing', () => {
    const window = new LiveWindow();
    for (let i = 0; i < 300; i++) add(window, 4, { seconds: NOON + i });
    const before = window.topCountries(10);
    for (let i = 0; i < 400; i++) add(window, 6, { seconds: NOON + i / 2 });
    expect(window.newestSecond).toBe(NOON + 299);
    expect(window.topCountries(10)).toEqual(before);
  });

  test('what comes late is counted in its own second', () => {
    const window = windowOf({ seconds: NOON + 30 });
    add(window, 4, { seconds: NOON + 20, packets: 7, targetPort: 9 });
    expect(window.newestSecond).toBe(NOON + 30);
    expect(window.rates(NOON + 21).packetsPerSecond).toBe(7);
    expect(ports(window)[0]).toEqual([9, 7]);
  });

  test('what is older is not "now", but the begin moves', () => {
    const window = windowOf({ seconds: NOON + 60 });
    add(window, 4, { seconds: NOON, targetPort: 9 });
    add(window, 4, { seconds: 0, targetPort: 9 });
    expect(ports(window)).toEqual([[23, 1]]);
    expect(window).toMatchObject({ oldestSecond: 0, newestSecond: NOON + 60 });
    expect(window.sources()).toBe(1);
  });

  test('times before there was anything', () => {
    expect(new LiveWindow()).toMatchObject({
      newestSecond: null,
      newestSeconds: null,
      oldestSecond: Number.POSITIVE_INFINITY,
    });
  });

  test('the newest time is that of the newest last packet', () => {
    expect(windowOf({ seconds: NOON + 0.25 }, { seconds: NOON }).newestSeconds).toBeCloseTo(NOON + 0.250005, 6);
  });
});

describe('tops', () => {
  test('ports: TCP and UDP apart, most first, ties by number, at most as many as asked', () => {
    const window = windowOf(
      { targetPort: 53, protocol: 17, packets: 5 },
      { targetPort: 53, packets: 2 },
      { targetPort: 22, packets: 2 },
      { targetPort: 9, packets: 1 },
    );
    expect(window.topPorts(3)).toEqual([
      { protocol: 17, port: 53, packets: 5 },
      { protocol: 6, port: 22, packets: 2 },
      { protocol: 6, port: 53, packets: 2 },
    ]);
  });

  test('neither ICMP nor later fragments have ports', () => {
    const batch = flowBatch(4, [{ protocol: 1 }, {}, { targetPort: 80 }]);
    batch.fragment.set([0, 2, 1]);
    const window = new LiveWindow();
    window.add(batch);
    expect(window.topPorts(9).map(({ port }) => port)).toEqual([80]);
  });

  test('countries, the unknown among them', () => {
    const window = windowOf({ country: 'JP', packets: 3 }, { packets: 4 }, { country: 'JP', packets: 2 });
    expect(window.topCountries(5)).toEqual([
      { country: 'JP', packets: 5 },
      { country: '', packets: 4 },
    ]);
  });

  test('add up to what is in the window, through any order of arrival', () => {
    const window = new LiveWindow();
    const seconds = Array.from({ length: 400 }, (_, i) => NOON + ((i * 37) % 200));
    let newest = 0;
    const counted: number[] = [];
    for (const at of seconds) {
      add(window, 4, { seconds: at, targetPort: at % 7, country: 'JP', packets: 3 });
      newest = Math.max(newest, at);
      counted.push(at);
      const sum = counted.filter((second) => second > newest - 60).length;
      const inPorts = window.topPorts(100).reduce((all, { packets }) => all + packets, 0);
      const inCountries = window.topCountries(100).reduce((all, { packets }) => all + packets, 0);
      // Late ones that were too old when they came are not counted: never more than are in the window.
      expect(inPorts).toBe(inCountries);
      expect(inPorts).toBeLessThanOrEqual(sum * 3);
      expect(inPorts).toBeGreaterThan(0);
    }
  });
});

describe('sources', () => {
  const sourcesAt = (seconds: number, first: number, count: number): TestFlow[] =>
    Array.from({ length: count }, (_, i) => ({ seconds, source: formatIpv4(0x0a000000 + first + i) }));

  test('are distinct ones, of both families', () => {
    const window = windowOf(...sourcesAt(NOON, 0, 50), ...sourcesAt(NOON + 1, 25, 50));
    expect(Math.abs(window.sources() - 75)).toBeLessThanOrEqual(2);
    const before = window.sources();
    add(window, 6, { source: '2001:db8::1' }, { source: '2001:db8::2' }, { source: '2001:db8::1' });
    expect(window.sources()).toBe(before + 2);
  });

  test('of the last minute alone', () => {
    const window = windowOf(...sourcesAt(NOON, 0, 50));
    add(window, 4, ...sourcesAt(NOON + 55, 1_000, 20));
    expect(window.sources()).toBe(70);
    add(window, 4, ...sourcesAt(NOON + 70, 2_000, 5));
    expect(window.sources()).toBe(25);
  });

  test('stay counted when a packet comes that is almost a minute late', () => {
    // NOON is a whole minute: at 65, the window begins at 6, and its first ten seconds share a sketch with its last.
    const window = windowOf(...sourcesAt(NOON + 65, 0, 50));
    const before = window.sources();
    add(window, 4, ...sourcesAt(NOON + 7, 1_000, 1));
    expect(window.sources()).toBe(before);
    add(window, 4, ...sourcesAt(NOON + 65, 2_000, 1));
    expect(window.sources()).toBe(before + 1);
  });

  test('of nothing are none', () => expect(new LiveWindow().sources()).toBe(0));
});

test('a country’s two letters', () => {
  expect(countryText(0x4a50)).toBe('JP');
  expect(countryText(0)).toBe('');
});

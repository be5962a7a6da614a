/** Pages that watch through a filter, over real sockets: what they get, what they are told, and what they are refused. */
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { MAX_LIVE_FILTERS } from '../../../server/live/live-filters.ts';
import { FrameKind } from '../../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../../shared/wire/json-frame.ts';
import { openAccessServer } from '../../support/access-server.ts';
import { flowBatch, NOON_SECONDS, type TestFlow } from '../../support/commits.ts';
import { eventually } from '../../support/eventually.ts';
import { LivePage } from '../../support/live-page.ts';

async function open() {
  const server = await openAccessServer();
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}`;
  const page = (headers: Record<string, string> = {}) => new LivePage(url, headers).ready();
  const analyst = (token = server.token('analyst')) => page({ authorization: `Bearer ${token}` });
  return { ...server, url, page, analyst };
}

/** Ports 23 and 80 by turns; each third is of Japan. */
const flows = (count: number, more: TestFlow = {}) =>
  flowBatch(
    4,
    Array.from({ length: count }, (_, at) => ({
      targetPort: at % 2 === 0 ? 23 : 80,
      country: at % 3 === 0 ? 'JP' : 'BR',
      source: `192.0.2.${at % 250}`,
      packets: 2,
      ...more,
    })),
  );

describe('a filter', () => {
  test('lets through what it selects, of both families, and counts the rest', async () => {
    const { page, publish } = await open();
    const [filtered, all] = [await page(), await page()];
    await filtered.watch('dst port 23 and country JP');
    publish(flows(60));
    publish(flowBatch(6, [{ targetPort: 23, country: 'JP' }, { targetPort: 23 }]));
    await eventually(() => expect(all.rows()).toBe(62));
    await eventually(() =>
      expect(filtered.ledger()).toEqual({ offered: 62, sent: 11, sampledOut: 0, filteredOut: 51 }),
    );
    expect(filtered.rows()).toBe(11);
    for (const { targetPort, country, length } of filtered.streaks)
      for (let row = 0; row < length; row++) expect([targetPort[row], country[row]]).toEqual([23, 0x4a50]);
    expect(all.ledger()).toEqual({ offered: 62, sent: 62, sampledOut: 0, filteredOut: 0 });
  });

  test('is what the figures are of, since it came; the session and its clock stay whole', async () => {
    const { page, publish } = await open();
    const watcher = await page();
    publish(flows(60));
    await watcher.watch('dst port 80');
    publish(flows(60, { seconds: NOON_SECONDS + 5 }));
    publish(flows(2, { seconds: NOON_SECONDS + 6, targetPort: 23 }));
    await eventually(() => expect(watcher.last().clock.newestSeconds).toBeGreaterThan(NOON_SECONDS + 6));
    const { filter, totals, topPorts, topCountries } = watcher.last();
    expect(filter).toEqual({ text: 'dst port 80', sinceSeconds: NOON_SECONDS + 0.000005 });
    expect(totals).toMatchObject({ packets: 60, flows: 30, bytes: 3600 });
    expect(topPorts).toEqual([{ protocol: 6, port: 80, packets: 60 }]);
    expect(topCountries).toEqual([
      { country: 'BR', packets: 40 },
      { country: 'JP', packets: 20 },
    ]);
    await watcher.watch('');
    expect(watcher.last()).toMatchObject({ filter: null, totals: { flows: 122 } });
  });

  test('that nothing matches any more has nothing in the last minute', async () => {
    const { page, publish } = await open();
    const watcher = await (await page()).watch('dst port 80');
    publish(flows(60));
    await eventually(() => expect(watcher.last().topPorts).toHaveLength(1));
    publish(flows(2, { seconds: NOON_SECONDS + 90, targetPort: 23 }));
    await eventually(() => expect(watcher.last().topPorts).toEqual([]));
    expect(watcher.last().totals).toMatchObject({ flows: 30, sources: 0 });
  });

  test('acts within the budget: what it selects is a fair sample, and all of it is counted', async () => {
    const { page, publish } = await open();
    const watcher = await (await page()).watch('dst port 80');
    for (let round = 0; round < 10; round++) publish(flows(600));
    await eventually(() => expect(watcher.ledger().offered).toBe(6_000));
    const { sent, sampledOut, filteredOut } = watcher.ledger();
    expect(filteredOut).toBe(3_000);
    expect(sent + sampledOut).toBe(3_000);
    expect(sent).toBeGreaterThanOrEqual(1_000);
    expect(sent).toBeLessThan(2_500);
    expect(watcher.rows()).toBe(sent);
  });

  test('of changing filters, the ledger stays exact', async () => {
    const { page, publish } = await open();
    const [watcher, all] = [await page(), await page()];
    for (const filter of ['dst port 23', 'country JP', '', 'dst port 80 or country BR', 'port 1']) {
      watcher.ask(filter);
      for (let round = 0; round < 5; round++) {
        publish(flows(7));
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
    }
    await eventually(() => expect(all.ledger().offered).toBe(175));
    await eventually(() => expect(watcher.ledger().offered).toBe(175));
    const { sent, sampledOut, filteredOut } = watcher.ledger();
    expect(sent + sampledOut + filteredOut).toBe(175);
    expect(watcher.rows()).toBe(sent);
    expect(filteredOut).toBeGreaterThan(0);
  });

  test('the one asked for last holds, however fast they come', async () => {
    const { page } = await open();
    const watcher = await page();
    for (const filter of ['dst port 1', 'dst port 2', 'wrong', 'dst port 3']) watcher.ask(filter);
    await eventually(() => expect(watcher.last().filter?.text).toBe('dst port 3'));
    expect(watcher.errors.filter(({ filter }) => filter !== 'wrong')).toEqual([]);
  });
});

describe('what is refused', () => {
  test.for<[name: string, filter: unknown, code: string, position?: [number, number]]>([
    ['a word that is none', 'dst prt 23', 'FILTER_UNKNOWN_WORD', [4, 7]],
    ['half an expression', 'tcp and', 'FILTER_SYNTAX', [7, 7]],
    ['a number that is too large', 'port 99999', 'FILTER_BAD_VALUE', [5, 10]],
    ['a sensor that is not there', 'sensor nobody', 'FILTER_UNKNOWN_WORD', [0, 13]],
    ['what flows do not tell', 'len > 40', 'FILTER_NOT_HERE', [0, 3]],
    ['200 parentheses', `${'('.repeat(200)}tcp${')'.repeat(200)}`, 'FILTER_TOO_LARGE'],
    ['300 parts', Array.from({ length: 300 }, (_, at) => `dst port ${at}`).join(' or '), 'FILTER_TOO_LARGE'],
    ['9,000 characters', 'a'.repeat(9_000), 'FILTER_TOO_LARGE'],
    ['100,000 characters', 'a'.repeat(100_000), 'FILTER_TOO_LARGE'],
    ['markup', '<img src=x onerror=alert(1)>', 'FILTER_SYNTAX'],
    ['a number', 7, 'WIRE_BAD_MESSAGE'],
    ['nothing', null, 'WIRE_BAD_MESSAGE'],
  ])('%s', async ([, filter, code, position]) => {
    const { page, publish } = await open();
    const watcher = await page();
    const error = await watcher.refused(filter);
    expect(error.code).toBe(code);
    if (position) expect(error).toMatchObject({ filter, position: { start: position[0], end: position[1] } });
    // The next good one holds.
    await watcher.watch('dst port 23');
    publish(flows(10));
    await eventually(() => expect(watcher.rows()).toBe(5));
  });

  test('shows nothing in its place, and all of it is counted', async () => {
    const { page, publish } = await open();
    const watcher = await (await page()).watch('dst port 23');
    await watcher.refused('dst prt 80');
    publish(flows(10));
    await eventually(() => expect(watcher.ledger()).toEqual({ offered: 10, sent: 0, sampledOut: 0, filteredOut: 10 }));
    expect(watcher.last().filter).toBeNull();
    expect(watcher.rows()).toBe(0);
  });

  test.for(['dst host 198.51.100.7', 'not net 198.51.100.0/24', 'tcp and inner dst port 53'])(
    'viewers may not ask %s, analysts may until they sign out',
    async (filter) => {
      const { page, analyst, publish, tokens } = await open();
      const viewer = await page();
      expect(await viewer.refused(filter)).toMatchObject({ code: 'FILTER_SECRET', filter });
      const watcher = await (await analyst()).watch(filter);
      tokens.revoke(1);
      publish(flows(10));
      await eventually(() => expect(watcher.closed).toEqual({ code: 1008, reason: 'ACCESS_SIGNED_OUT' }));
      expect([viewer.rows(), watcher.rows()]).toEqual([0, 0]);
    },
  );

  test('one more than the most different filters; those that mean the same are one', async () => {
    const { page, live, token } = await open();
    const watchers: LivePage[] = [];
    // Two who ask, with so many pages as one may have.
    const askers = [token('analyst'), token('viewer')].map((secret) => ({ authorization: `Bearer ${secret}` }));
    for (let at = 0; at < MAX_LIVE_FILTERS; at++)
      watchers.push(await (await page(askers[at % 2])).watch(`dst port ${at}`));
    expect((await (await page(askers[0])).refused('dst port 99')).message).toContain('you watch through 8 filters');
    const last = await page();
    expect((await last.refused('dst port 99')).code).toBe('TOO_MANY_FILTERS');
    await last.watch('((dst   port 0))');
    expect(live.filters.size).toBe(MAX_LIVE_FILTERS);
    // Who has one to itself may change it.
    await watchers[3]!.watch('dst port 99');
    expect(live.filters.size).toBe(MAX_LIVE_FILTERS);
    // Another takes it over, and it goes with the last.
    watchers[0]!.socket.close();
    last.socket.close();
    await eventually(() => expect(live.filters.size).toBe(MAX_LIVE_FILTERS - 1));
    for (const { socket } of watchers) socket.close();
    await eventually(() => expect(live.filters.size).toBe(0));
  });

  test('who asks too often is told so and let go; others are not', async () => {
    const { page } = await open();
    const [hasty, other] = [await page(), await page()];
    for (let at = 0; at < 40; at++) hasty.ask('tcp');
    await eventually(() => expect(hasty.closed).toEqual({ code: 1008, reason: 'TOO_MANY_MESSAGES' }));
    expect(hasty.errors.at(-1)!.code).toBe('TOO_MANY_MESSAGES');
    await other.watch('tcp');
  });

  test('what is no frame of a page', async () => {
    const { page } = await open();
    const watcher = await page();
    watcher.socket.send('words');
    watcher.socket.send(new Uint8Array(5));
    watcher.socket.send(encodeJsonFrame(FrameKind.hello, { filter: 'tcp' }));
    await eventually(() =>
      expect(watcher.errors.map(({ code }) => code)).toEqual(['WIRE_TRUNCATED', 'WIRE_TRUNCATED']),
    );
    await watcher.watch('udp');
    watcher.socket.send(new Uint8Array(1 << 20));
    await eventually(() => expect(watcher.closed?.code).toBe(1009));
    await (await page()).watch('udp');
  });
});

/** What the desk reckons without a page: layout, spans, tables, words. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planFlowFilter } from '../../../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../../../shared/filter/index.ts';
import type { LiveTotals } from '../../../../shared/wire/messages.ts';
import { readAbsent } from '../../../../viz/feed/absent.ts';
import { NO_ANSWER } from '../../../../viz/feed/answers.ts';
import { Questions } from '../../../../viz/feed/questions.ts';
import { readSeriesAnswer, readTopAnswer } from '../../../../viz/feed/series-answer.ts';
import type { Span } from '../../../../viz/feed/span.ts';
import { againstWords, changeOf, changeWords } from '../../../../viz/panels/desk/change.ts';
import { askCoverage, coverageOf } from '../../../../viz/panels/desk/coverage.ts';
import { cellTime, fileName, toCsv, withSubject } from '../../../../viz/panels/desk/csv.ts';
import {
  formatLayout,
  moved,
  placed,
  readLayout,
  usualLayout,
  withHidden,
} from '../../../../viz/panels/desk/layout.ts';
import { momentOf, pathOf } from '../../../../viz/panels/desk/moment.ts';
import { MomentKeeper } from '../../../../viz/panels/desk/moment-keeper.ts';
import { wrapped } from '../../../../viz/panels/desk/picture.ts';
import { ofOtherSpan } from '../../../../viz/panels/desk/ranked.ts';
import { type Memory, readDesk, rememberDesk, writeDesk } from '../../../../viz/panels/desk/settings.ts';
import { isSavable, tellOf } from '../../../../viz/panels/desk/tell.ts';
import { termOf } from '../../../../viz/panels/desk/terms.ts';
import { en } from '../../../../viz/text/en.ts';

const ids = ['packets', 'ports', 'countries', 'mix'];

test('a layout comes back from its text', () => {
  let layout = usualLayout(ids);
  expect(formatLayout(layout, ids)).toBe('');
  layout = moved(layout, 'ports', -1);
  expect(layout.order).toEqual(['ports', 'packets', 'countries', 'mix']);
  layout = withHidden(layout, 'packets', true);
  layout = { ...layout, enlarged: 'mix' };
  const text = formatLayout(layout, ids);
  expect(text).toBe('ports.-packets.countries.*mix');
  expect(readLayout(text, ids)).toEqual(layout);
});

test('a panel moves past the next that is shown, and stays at the ends', () => {
  const layout = withHidden(usualLayout(ids), 'ports', true);
  expect(moved(layout, 'countries', -1).order).toEqual(['countries', 'packets', 'ports', 'mix']);
  expect(moved(layout, 'packets', -1).order).toEqual(ids);
  expect(moved(layout, 'mix', 1).order).toEqual(ids);
  expect(placed(layout, 'mix', 'packets', true).order).toEqual(['packets', 'mix', 'ports', 'countries']);
  expect(placed(layout, 'none', 'packets', true)).toBe(layout);
});

test('whatever stands in the address, the layout has each panel once', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.constantFrom(...ids, '-ports', '*mix', '', 'x')).map((a) => a.join('.')),
      ),
      (text) => {
        const layout = readLayout(text, ids);
        if (layout !== null) expect([...layout.order].sort()).toEqual([...ids].sort());
      },
    ),
  );
  expect(readLayout('ports.'.repeat(10_000), ids)).toBeNull();
  expect(readLayout('mix', ids)?.order).toEqual(['mix', 'packets', 'ports', 'countries']);
});

test('the address wins over what is remembered, and garbage over neither', () => {
  const kept = new Map([['kurayami.panels', 'mix.ports']]);
  const memory: Memory = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
  const read = (query: string) => readDesk(new URLSearchParams(query), ids, memory);
  expect(read('').layout.order).toEqual(['mix', 'ports', 'packets', 'countries']);
  expect(read('panels=countries').layout.order[0]).toBe('countries');
  expect(read('panels=%3Cscript%3E&desk=huge&stack=x')).toMatchObject({ height: 'off', stackBy: 'class' });
  rememberDesk({ ...read(''), layout: usualLayout(ids) }, ids, memory);
  expect(kept.size).toBe(0);
  const query = new URLSearchParams('view=cube&desk=full&panels=mix&stack=port');
  const usual = { ...read(''), height: 'half', layout: usualLayout(ids), stackBy: 'class' } as const;
  writeDesk(usual, ids, query);
  expect(query.toString()).toBe('view=cube&desk=half');
  const orders = { payloadOrder: 'sources', payloadsWithSites: true, siteOrder: 'last' } as const;
  const ordered = new URLSearchParams(query);
  writeDesk({ ...usual, ...orders }, ids, ordered);
  expect(ordered.toString()).toBe('view=cube&desk=half&payloads=sources.sites&sites=last');
  expect(readDesk(ordered, ids, null)).toMatchObject(orders);
  expect(read('payloads=%3Cb%3E.x&sites=')).toMatchObject({ payloadOrder: 'packets', payloadsWithSites: false });
  expect(read('payloads=packets.sites')).toMatchObject({ payloadOrder: 'packets', payloadsWithSites: true });
  const broken: Memory = {
    getItem: () => {
      throw new Error('forbidden');
    },
    setItem: () => {
      throw new Error('full');
    },
    removeItem: () => undefined,
  };
  expect(readDesk(query, ids, broken).height).toBe('half');
  expect(() => rememberDesk(read(''), ids, broken)).not.toThrow();
});

const totals = (newestSeconds: number | null, finished = false) =>
  ({
    session: { id: 0, kind: 'live', name: 'live', beginSeconds: 0 },
    clock: { newestSeconds, finished },
  }) as unknown as LiveTotals;
/** Stored since then. */
const since = (firstSeconds: number) => ({ firstSeconds, lastSeconds: firstSeconds });
const NOON = 1_700_049_600;
const HOUR = 3_600;
const DAY = 86_400;

test('panels answer for whole bins that are over, all for the same', () => {
  const at = (newest: number, seconds: number) =>
    momentOf({ totals: totals(newest), span: { kind: 'last', seconds }, filter: '' }, since(NOON - 40 * DAY))!;
  expect(at(NOON + 70, HOUR)).toMatchObject({ fromSeconds: NOON + 60 - HOUR, toSeconds: NOON + 60, stepSeconds: 60 });
  // The minute has just ended: its last packets may be on their way.
  expect(at(NOON + 61, HOUR).toSeconds).toBe(NOON);
  expect(at(NOON + 70, DAY)).toMatchObject({ fromSeconds: NOON - DAY, toSeconds: NOON, stepSeconds: 300 });
  expect(at(NOON + 70, 7 * DAY)).toMatchObject({ stepSeconds: HOUR, distinctStepSeconds: HOUR });
  for (const days of [1, 3, 8, 30, 60, 400, 2_000, 7_000]) {
    const moment = at(NOON, days * DAY);
    expect((moment.toSeconds - moment.fromSeconds) / moment.stepSeconds).toBeLessThan(4_000);
    expect((moment.toSeconds - moment.fromSeconds) / moment.distinctStepSeconds).toBeLessThan(8_000);
  }
});

test('a session that is over, or has just begun, is shown to its last packet', () => {
  const span = { kind: 'last', seconds: HOUR } as const;
  const over = momentOf({ totals: totals(NOON + 70.5, true), span, filter: '' }, since(NOON - DAY))!;
  expect(over.toSeconds).toBe(NOON + 71);
  const young = momentOf({ totals: totals(NOON + 70.5), span, filter: '' }, since(NOON))!;
  expect(young.toSeconds).toBe(NOON + 71);
  expect(momentOf({ totals: totals(null), span, filter: '' }, null)).toBeNull();
  // The server was started anew: what is stored is there.
  const stored = { firstSeconds: NOON - DAY, lastSeconds: NOON + 70.5 };
  expect(momentOf({ totals: totals(null), span, filter: '' }, stored)!.toSeconds).toBe(NOON + 71);
});

test('a span is compared with the day before, else with the span before, else with nothing', () => {
  const before = (seconds: number, first: number | null) =>
    momentOf(
      { totals: totals(NOON + 5), span: { kind: 'last', seconds }, filter: '' },
      first === null ? null : since(first),
    )!.before;
  expect(before(HOUR, NOON - 2 * DAY)).toEqual({
    fromSeconds: NOON - HOUR - DAY,
    toSeconds: NOON - DAY,
    isDayBefore: true,
  });
  expect(before(HOUR, NOON - 3 * HOUR)).toEqual({
    fromSeconds: NOON - 2 * HOUR,
    toSeconds: NOON - HOUR,
    isDayBefore: false,
  });
  expect(before(HOUR, NOON - 1.5 * HOUR)).toBeNull();
  expect(before(HOUR, null)).toBeNull();
  expect(before(7 * DAY, NOON - 20 * DAY)?.isDayBefore).toBe(false);
});

test('the address of a question says session, span and filter', () => {
  const moment = momentOf(
    { totals: totals(NOON + 5), span: { kind: 'fixed', fromSeconds: NOON - 90, toSeconds: NOON }, filter: 'tag mirai' },
    null,
  )!;
  expect(pathOf('top', moment, moment, { by: 'port', limit: 9 })).toBe(
    'api/v1/top?by=port&limit=9&session=0&from=2023-11-15T11%3A58%3A00Z&to=2023-11-15T12%3A00%3A00Z&filter=tag+mirai',
  );
});

/** A reader of RFC 4180 of its own. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /("(?:[^"]|"")*"|[^,\r]*)(,|\r\n)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const [, value, end] = cell.exec(text)!;
    row.push(value!.startsWith('"') ? value!.slice(1, -1).replaceAll('""', '"') : value!);
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

test('a table comes back from CSV, and no cell of it is a formula', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.integer(), fc.option(fc.integer()))), (rows) => {
      const [header, ...read] = parseCsv(toCsv({ header: ['name', 'packets', 'change'], rows }));
      expect(header).toEqual(['name', 'packets', 'change']);
      expect(read.map(([first]) => first!.replace(/^'(?=[=+\-@\t\r\n＝＋－＠])/, ''))).toEqual(
        rows.map(([first]) => first),
      );
      expect(read.map(([, ...others]) => others)).toEqual(
        rows.map(([, a, b]) => [String(a), b === null ? '' : String(b)]),
      );
      for (const [first] of read) expect(first).not.toMatch(/^[=+\-@\t\r\n]/);
    }),
  );
  expect(toCsv({ header: ['a'], rows: [['=HYPERLINK("x")'], ['a,b'], [-1.5]] })).toBe(
    'a\r\n"\'=HYPERLINK(""x"")"\r\n"a,b"\r\n-1.5\r\n',
  );
  expect(fileName('ports', '../../etc', '2026-01-01T00:00:00Z <b>', 'csv')).toBe(
    'kurayami-ports-etc-2026-01-01T00-00-00Z-b.csv',
  );
});

test('every row says what it is of', () => {
  const table = { header: ['key'], rows: [['a'], ['b']] };
  const subject = {
    session: 7,
    edges: { fromSeconds: NOON, toSeconds: NOON + 60 },
    filter: 'port 23',
    isSimulated: true,
    absent: null,
  };
  const [header, ...rows] = parseCsv(toCsv(withSubject(table, subject)));
  expect(header).toEqual(['key', 'session', 'from', 'to', 'filter', 'simulated', 'absentPackets']);
  const same = [cellTime(NOON), cellTime(NOON + 60), 'port 23', 'yes', '0'];
  expect(rows).toEqual([
    ['a', '7', ...same],
    ['b', '7', ...same],
  ]);
  // What is of now and of all packets has neither span nor filter.
  expect(toCsv(withSubject({ header: [], rows: [[]] }, { ...subject, edges: null, isSimulated: false }))).toContain(
    '7,,,,no,\r\n',
  );
  const absent = { fromSeconds: NOON, toSeconds: NOON + 60, packets: 12, missingPackets: 0 };
  expect(toCsv(withSubject(table, { ...subject, absent }))).toContain('yes,12');
  expect(toCsv(withSubject(table, { ...subject, absent: { ...absent, packets: null } }))).toContain('yes,unknown');
});

test('figures of the question before, and none at all, are not saved', () => {
  const now = { ...NO_ANSWER, value: 1, isCurrent: true };
  const refused = { ...NO_ANSWER, problem: { code: 'API_BUSY', detail: '' } };
  expect(isSavable([now, now])).toBe(true);
  expect(isSavable([])).toBe(true);
  expect(isSavable([{ ...now, isLoading: true }])).toBe(true);
  expect(isSavable([now, { ...now, isCurrent: false }])).toBe(false);
  expect(isSavable([now, NO_ANSWER])).toBe(false);
  expect(isSavable([refused, now])).toBe(false);
  expect(isSavable([now, refused])).toBe(true);
  expect(isSavable([{ ...refused, value: 1 }])).toBe(false);
});

test('lines of a picture fit into it, with and without spaces', () => {
  const context = { measureText: (text: string) => ({ width: text.length }) as TextMetrics };
  expect(wrapped(context, 'filter: port 23 or port 2323', 12)).toEqual(['filter: port', '23 or port', '2323']);
  expect(wrapped(context, 'a ポートの国の中の', 4)).toEqual(['a', 'ポートの', '国の中の']);
  expect(wrapped(context, '', 4)).toEqual([]);
});

test('changes say up from down without a colour', () => {
  const words = (now: number, before: number | undefined, whole = true) =>
    changeWords(changeOf(now, before, whole), en);
  expect([words(15, 10), words(5, 10), words(10, 10), words(52, 10), words(4_000, 10)]).toEqual([
    '▲50 %',
    '▼50 %',
    '=',
    '×5.2',
    '×400',
  ]);
  expect([words(5, undefined), words(5, undefined, false)]).toEqual(['new', '·']);
});

test('an outage in the span before is no quiet: no change is told, and the line says why', () => {
  const before = { fromSeconds: NOON - 2_000, toSeconds: NOON - 1_000, isDayBefore: false };
  const answer = (...outages: number[]) => ({
    ...NO_ANSWER,
    isCurrent: true,
    value: { ...emptySeries, outageSeconds: Float64Array.from(outages) },
  });
  const emptySeries = { ...before, stepSeconds: 60, bins: new Float64Array(0), keys: [], absent: null };
  expect(coverageOf(answer(20, 30), before)).toEqual({ isEnough: true, unwatchedSeconds: 50 });
  expect(coverageOf(answer(20, 31), before)).toEqual({ isEnough: false, unwatchedSeconds: 51 });
  // Bins at the ends reach beyond the span.
  expect(coverageOf(answer(600, 600), before).unwatchedSeconds).toBe(1_000);
  expect(coverageOf({ ...answer(0), isCurrent: false }, before).isEnough).toBe(false);
  expect(coverageOf(NO_ANSWER, before).isEnough).toBe(false);
  const against = (then: string | null, now: string | null) =>
    againstWords(before, '01:00:00', { before: then, now }, en);
  expect(against('00:10:00', null)).toContain('00:10:00 of the 01:00:00 compared with');
  expect(against(null, '00:10:00')).toContain('00:10:00 of the 01:00:00 shown');
  expect(against(null, null)).toBe('change: against the 01:00:00 before');
});

test('coverage is one question, whatever the filter, and none where nothing was stored', async () => {
  const asked: string[] = [];
  const questions = new Questions(
    () => undefined,
    async (path) => asked.push(path),
  );
  const span = { kind: 'last', seconds: 900 } as const;
  const moment = momentOf({ totals: totals(NOON), span, filter: 'port 23' }, since(NOON - 40 * DAY))!;
  askCoverage(moment, questions);
  askCoverage({ ...moment, filter: 'port 80' }, questions);
  expect(askCoverage({ ...moment, before: null }, questions)).toBeNull();
  await new Promise((later) => setTimeout(later, 20));
  questions.forget();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatch(/^api\/v1\/series\?by=total&step=60&session=0&from=2023-11-14T/);
  expect(asked[0]).not.toContain('filter');
});

test.for([
  ['port', '23/tcp'],
  ['port', '53/udp'],
  ['country', 'JP'],
  ['country', 'unknown'],
  ['network', 'AS4134'],
  ['network', 'unknown'],
  ['class', 'tcpSynAck'],
  ['class', 'other'],
  ['radiation', 'scan'],
  ['radiation', 'other'],
  ['radiation', 'unknown'],
  ['protocol', 'icmp'],
  ['protocol', 'icmpv6'],
  ['protocol', '47'],
  ['tag', 'mirai'],
  ['sensor', '1'],
  ['source', '192.0.2.1'],
  ['source', '2001:db8::1'],
] as const)('the key of %s is a term of the filter language', ([by, key]) => {
  const term = termOf(by, key, () => 'north and "south"'.replaceAll('"', ''));
  expect(() => planFlowFilter(parseFilter(term!), { sensor: () => 1 })).not.toThrow();
});

test('what is summed as others is no filter, and neither is a name with a quotation mark', () => {
  expect(termOf('port', 'other', () => null)).toBeNull();
  expect(termOf('class', 'unlisted', () => null)).toBeNull();
  expect(termOf('radiation', 'unlisted', () => null)).toBeNull();
  // A class that this page does not know yet.
  expect(termOf('radiation', '15', () => null)).toBeNull();
  expect(termOf('sensor', '1', () => 'a"b')).toBeNull();
});

test('answers of another version are refused, not drawn', () => {
  for (const body of [null, 5, {}, { rows: 'x' }, { from: 'x', to: 'y', rows: [] }, [], { rows: [{ key: 1 }] }])
    expect(() => readTopAnswer(body)).toThrow();
  const series = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:03:00Z', step: 60, by: 'port' };
  for (const change of [{ step: 0 }, { points: 'x' }, { step: 1e-9 }, { to: '2000-01-01T00:00:00Z' }, { step: '60' }])
    expect(() => readSeriesAnswer({ ...series, points: [], ...change })).toThrow();
  const points = [
    { time: '2026-01-01T00:01:00Z', key: 'other', value: 100 },
    { time: '2026-01-01T00:01:00Z', key: '23/tcp', value: 2 },
    { time: '1970-01-01T00:00:00Z', key: '23/tcp', value: 9 },
  ];
  const { keys, bins, outageSeconds } = readSeriesAnswer({ ...series, points, outageSeconds: [0, 30] });
  expect(keys.map(({ key, sum }) => [key, sum])).toEqual([
    ['23/tcp', 2],
    ['other', 100],
  ]);
  expect([...bins].map((bin) => bin % 3_600)).toEqual([0, 60, 120]);
  expect([...outageSeconds]).toEqual([0, 30, 0]);
});

test('a moment is held until it is answered, and given up at once for another question', () => {
  const keeper = new MomentKeeper();
  const hour = { kind: 'last', seconds: HOUR } as const;
  const at = (
    milliseconds: number,
    newest: number,
    isAnswered: boolean,
    filter = '',
    span: Span = hour,
    ended = false,
  ) =>
    keeper.at({ totals: totals(newest, ended), span, filter }, since(NOON - DAY), isAnswered, milliseconds)!.toSeconds -
    NOON;
  expect(at(0, NOON + 10, false)).toBe(0);
  // A capture that is read as fast as it goes: minutes pass each second.
  expect(at(1_000, NOON + 310, true)).toBe(0);
  expect(at(30_000, NOON + 9_010, false)).toBe(0);
  expect(at(30_100, NOON + 9_010, true)).toBe(9_000);
  expect(at(100_000, NOON + 18_010, false)).toBe(18_000);
  expect(at(100_100, NOON + 18_310, false, 'tcp')).toBe(18_300);
  expect(at(100_200, NOON + 18_610, false, 'tcp', { ...hour })).toBe(18_600);
  expect(at(100_300, NOON + 18_910, false, 'tcp', hour, true)).toBe(18_911);
});

test('a capture has nothing before its first packet', () => {
  const session = { id: 3, kind: 'file', name: 'a.pcap', beginSeconds: 0 };
  const file = { ...totals(NOON + 70.5, true), session } as unknown as LiveTotals;
  expect(momentOf({ totals: file, span: { kind: 'last', seconds: DAY }, filter: '' }, since(NOON - 100))).toMatchObject(
    {
      fromSeconds: NOON - 300,
      toSeconds: NOON + 71,
    },
  );
});

test('what is not among the flows any more is told, the most of several answers', () => {
  const words = { text: en, language: 'en', timeOf: (seconds: number) => ({ date: '', time: `${seconds}`, zone: '' }) };
  const tell = (...bodies: unknown[]) => {
    const answers = bodies.map((body) => ({ ...NO_ANSWER, isCurrent: true, value: { absent: readAbsent(body) } }));
    return tellOf(answers, { toSeconds: NOON, isLive: true }, words as never);
  };
  const absent = (packets: unknown, missingPackets: unknown = 0) => ({
    absent: { from: '2023-11-15T12:00:00Z', to: '2023-11-15T14:00:00Z', packets, missingPackets },
  });
  expect(tell({}, { absent: null }, { absent: 'no' }, { absent: { from: 'x' } })).toEqual({
    state: 'current',
    words: '',
  });
  expect(tell(absent(5), absent(1_234)).words).toContain('1,234 packets are no longer among the flows: retention');
  expect(tell(absent(5), absent(1_234)).state).toBe('partial');
  expect(tell(absent(50, 20)).words).toContain('(20 in files');
  expect(tell(absent(5), absent(null), {}).words).toContain('no longer whole');
});

test('what is absent of the span before is told of no figure that is shown', () => {
  const absent = { fromSeconds: NOON - 60, toSeconds: NOON, packets: 7, missingPackets: 0 };
  const before = { ...NO_ANSWER, isCurrent: true, value: { fromSeconds: 0, toSeconds: 1, rows: [], absent } };
  const words = { text: en, language: 'en', timeOf: () => ({ date: '', time: '', zone: '' }) } as never;
  const tell = (answer: typeof before) => tellOf([answer], { toSeconds: NOON, isLive: true }, words).state;
  expect(tell(before)).toBe('partial');
  expect(tell(ofOtherSpan(before) as typeof before)).toBe('current');
  expect(ofOtherSpan(NO_ANSWER)).toBe(NO_ANSWER);
});

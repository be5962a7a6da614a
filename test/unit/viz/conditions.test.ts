/** What the page says of itself in words: each thing that makes a picture less than it seems. */
import { describe, expect, test } from 'vitest';
import { readAddress } from '../../../viz/address.ts';
import { noFilter } from '../../../viz/feed/filter-state.ts';
import { readHello } from '../../../viz/feed/messages.ts';
import { SamplingWatch } from '../../../viz/feed/sampling.ts';
import { otherServer, partsOf } from '../../../viz/feed/versions.ts';
import { conditionsOf, stateWord } from '../../../viz/panels/conditions.ts';
import { initialState, type PageState } from '../../../viz/state.ts';
import { en } from '../../../viz/text/en.ts';
import { FakeTotals, fakeSensors } from '../../views/fake-totals.ts';

function stateWith(change: (state: PageState) => void): PageState {
  const state = initialState(readAddress('', [], ['atlas']));
  const session = { kind: 'live', name: '', clock: { mode: 'live', speed: 1 } } as const;
  state.connection = 'connected';
  state.totals = new FakeTotals(session, fakeSensors, 0).message(0, 0);
  change(state);
  return state;
}
const words = (change: (state: PageState) => void) => conditionsOf(stateWith(change), en, 'en').map((one) => one.words);
const [sensor] = fakeSensors;
const sensors =
  (...changes: object[]) =>
  (state: PageState) => {
    state.totals!.sensors = changes.map((change, id) => ({ ...sensor!, id, ...change }));
  };

test('nothing to say where all is well', () => {
  expect(words(() => undefined)).toEqual([]);
});

test.for<[string, (state: PageState) => void]>([
  ['tokyo-1: link down, nothing can come', sensors({ link: 'down' })],
  ['tokyo-1: silent for 00:00:12', sensors({ silentSeconds: 12 })],
  ['tokyo-1: lost for 00:05:00', sensors({ state: 'lost', silentSeconds: 300 })],
  [
    'late by a minute or more: 1,200 packets',
    (state) => {
      state.totals!.ledger.server.packetsLate = 1_200;
    },
  ],
  [
    'files of flows are missing: the past has holes',
    (state) => {
      state.totals!.storeProblems = ['STORE_FILE_MISSING'];
    },
  ],
  [
    'sampled: 1 of 8 flows drawn, figures are of all',
    (state) => {
      state.sampling = { oneOf: 8, leftOut: 70 };
    },
  ],
  [
    'filtered: not all is shown',
    (state) => {
      state.filter = 'tcp';
      state.filterInForce = { ...noFilter, text: 'tcp' };
    },
  ],
  [
    'FILTER NOT IN FORCE: nothing is drawn; figures are of all flows',
    (state) => {
      state.filter = 'tcp';
    },
  ],
  [
    'FILTER NOT IN FORCE: nothing is drawn; figures are of all flows',
    (state) => {
      state.filter = 'dst host 192.0.2.1';
      state.filterInForce = { ...noFilter, refusal: { code: 'FILTER_SECRET', message: '', filter: state.filter } };
    },
  ],
  [
    'filter: asking the server',
    (state) => {
      state.filter = 'tcp';
      state.filterInForce = { ...noFilter, askedMilliseconds: performance.now() };
    },
  ],
  [
    'a newer page is there: reload',
    (state) => {
      state.versions = { otherServer: 'kurayami 9.9.9', unread: 0, newerPage: true };
    },
  ],
  [
    'the server is another version than this page: kurayami 9.9.9',
    (state) => {
      state.versions = { otherServer: 'kurayami 9.9.9', unread: 0, newerPage: false };
    },
  ],
  [
    'messages of the server that this page cannot read: 3',
    (state) => {
      state.versions = { otherServer: '', unread: 3, newerPage: false };
    },
  ],
])('%s', ([expected, change]) => {
  expect(words(change)).toEqual([expected]);
});

test('of many sensors in trouble three are named and the rest counted; markup in a name is text', () => {
  const lost = { state: 'lost', name: '<img src=x>', silentSeconds: 60 };
  expect(words(sensors(lost, lost, lost, lost, lost))).toEqual([
    ...Array.from({ length: 3 }, () => '<img src=x>: lost for 00:01:00'),
    'and 2 more sensors',
  ]);
});

describe('the word that is read from afar', () => {
  test.for<[string, (state: PageState) => void]>([
    ['LIVE', () => undefined],
    [
      'CONNECTION LOST',
      (state) => {
        state.connection = 'lost';
      },
    ],
    [
      'reconnecting',
      (state) => {
        state.connection = 'reconnecting';
      },
    ],
    [
      'WAITING',
      (state) => {
        state.totals = null;
      },
    ],
    [
      'DISK FULL',
      (state) => {
        state.totals!.storageFull = true;
        state.paused = true;
      },
    ],
    ['NO SENSOR SEES', sensors({ link: 'down' }, { state: 'lost' })],
    ['LIVE', sensors({ link: 'down' }, {})],
    [
      'PICTURE PAUSED',
      (state) => {
        state.paused = true;
      },
    ],
    [
      'PICTURE PAUSED · SIMULATED DATA',
      (state) => {
        state.paused = true;
        state.totals!.session.kind = 'simulated';
      },
    ],
    [
      'PICTURE PAUSED · REPLAY',
      (state) => {
        state.paused = true;
        state.totals!.session.kind = 'file';
      },
    ],
    [
      'SIMULATED DATA',
      (state) => {
        state.totals!.session.kind = 'simulated';
      },
    ],
    [
      'REPLAY',
      (state) => {
        state.totals!.session.kind = 'file';
      },
    ],
  ])('%s', ([expected, change]) => {
    expect(stateWord(stateWith(change), en).words).toBe(expected);
  });
});

test('sampling is told while it happens, and not before or long after', () => {
  const watch = new SamplingWatch();
  expect(watch.add(0, { offered: 0, sampledOut: 0 })).toBeNull();
  expect(watch.add(1, { offered: 800, sampledOut: 0 })).toBeNull();
  expect(watch.add(2, { offered: 1_600, sampledOut: 1_400 })).toEqual({ oneOf: 8, leftOut: 1_400 });
  for (let second = 3; second < 12; second++) watch.add(second, { offered: 1_600 + second, sampledOut: 1_400 });
  expect(watch.add(30, { offered: 1_700, sampledOut: 1_400 })).toBeNull();
  watch.restart();
  expect(watch.add(31, { offered: 10, sampledOut: 10 })).toBeNull();
});

test('another version is told, the same one is not', () => {
  expect(otherServer('kurayami 0.1.0', '0.1.0')).toBe('');
  expect(otherServer('kurayami 0.2.0-rc.1', '0.1.0')).toBe('kurayami 0.2.0-rc.1');
  expect(otherServer('', '0.1.0')).toBe('?');
  expect(otherServer('something of a few lines', '0.1.0')).toBe('');
  expect(otherServer(`9.9.9 ${'x'.repeat(1_000)}`, '0.1.0')).toHaveLength(60);
});

test.for<[unknown, object]>([
  [{}, { software: '', role: 'viewer', name: null }],
  [
    { software: 'kurayami 9.9.9', role: 'emperor', name: 7, later: [1] },
    { software: 'kurayami 9.9.9', role: 'viewer', name: null },
  ],
  [
    { software: 'k', role: 'analyst', name: 'Aoi' },
    { software: 'k', role: 'analyst', name: 'Aoi' },
  ],
])('a hello of another version is read as far as it goes: %o', ([message, expected]) => {
  expect(readHello(message)).toEqual(expected);
});

test('pages are told apart by the names of their parts', () => {
  const page = (digest: string) =>
    `<link rel="icon" href="./icon.svg"><script type="module" crossorigin src="./assets/index-${digest}.js"></script>`;
  expect(partsOf(page('a'))).toBe('./assets/index-a.js ./icon.svg');
  expect(partsOf(page('b'))).not.toBe(partsOf(page('a')));
  expect(partsOf('<h1>502 Bad Gateway</h1>')).toBe('');
});

/** Evidence and payloads in the ledger as the server tells it, and servers that tell less or nonsense. */
import { expect, test } from 'vitest';
import { readLedgerBeside } from '../../../../viz/feed/ledger-answer.ts';

const server = { packetsStored: 9, evidenceMatched: 5, evidenceRefused: { WIRE_BAD_FRAME: 1, WIRE_TRUNCATED: 2 } };
const ledger = {
  session: 0,
  sensors: [{ server }, { server: { ...server, evidenceMatched: 2, evidenceRefused: {} } }, { server: {} }],
  evidenceStore: { present: 4, expired: 2, givenUp: 1 },
  stored: [
    { sum: 'a = b', holds: true },
    { sum: 'c = d', holds: false },
  ],
};
const evidence = { kind: 'evidence', packets: 7, present: 4, expired: 2, givenUp: 1, refusedFrames: 3, notKept: 0 };

test('counters are summed over sensors; what a server does not tell of is not there', () => {
  expect(readLedgerBeside(ledger)).toEqual({ kinds: [evidence], droppedFrames: 0, broken: ['c = d'] });
  expect(readLedgerBeside({ sensors: [] })).toEqual({ kinds: [], droppedFrames: 0, broken: [] });
});

test('payloads follow where the server has them', () => {
  const counted = { ...server, payloadPackets: 11, payloadsRefused: { WIRE_BAD_FRAME: 4 } };
  const sensors = [
    { server: counted, payloads: { packetsNotKept: 6 }, counts: { findingsDropped: 2 } },
    { server, payloads: null, counts: {} },
    { server, payloads: { packetsNotKept: 1 }, counts: { findingsDropped: 1 } },
  ];
  const payloadStore = { present: 8, expired: 3, givenUp: 0 };
  const { kinds, droppedFrames } = readLedgerBeside({ ...ledger, sensors, payloadStore });
  expect(kinds[1]).toEqual({ kind: 'payloads', packets: 11, ...payloadStore, refusedFrames: 4, notKept: 7 });
  expect(droppedFrames).toBe(3);
});

test.for([
  ['no object', null],
  ['a store without figures', { ...ledger, evidenceStore: {} }],
  ['a counter that is a word', { ...ledger, sensors: [{ server: { evidenceMatched: '<b>' } }] }],
  ['codes that are no counters', { ...ledger, sensors: [{ server: { evidenceRefused: { A: {} } } }] }],
  ['sensors that are none', { ...ledger, sensors: [1] }],
] as const)('%s cannot be read', ([, body]) => {
  expect(() => readLedgerBeside(body)).toThrow();
});

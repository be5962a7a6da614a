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
const evidence = { kind: 'evidence', packets: 7, present: 4, expired: 2, givenUp: 1, refusedFrames: 3 };

test('counters are summed over sensors; what a server does not tell of is not there', () => {
  expect(readLedgerBeside(ledger)).toEqual({ kinds: [evidence], broken: ['c = d'] });
  expect(readLedgerBeside({ sensors: [] })).toEqual({ kinds: [], broken: [] });
});

test('payloads follow where the server has them', () => {
  const sensors = [{ server: { ...server, payloadPackets: 11, payloadsRefused: { WIRE_BAD_FRAME: 4 } } }];
  const { kinds } = readLedgerBeside({ ...ledger, sensors, payloadStore: { present: 8, expired: 3, givenUp: 0 } });
  expect(kinds[1]).toEqual({ kind: 'payloads', packets: 11, present: 8, expired: 3, givenUp: 0, refusedFrames: 4 });
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

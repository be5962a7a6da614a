import { expect, test } from 'vitest';
import {
  formatTcpOptions,
  parseTcpOptions,
  TcpOption,
  tcpOptionNames,
  tcpOptionOfKind,
} from '../../../shared/tcp-options.ts';

test.for([
  { text: '', options: 0 },
  { text: 'mss', options: 0x3 },
  { text: 'mss,nop,ws,nop,nop,sackOk', options: 0x522423 },
  { text: 'mss,sackOk,ts,nop,ws,eol,eol,malformed', options: 0xf114_2753 },
])('$text is $options', ({ text, options }) => {
  expect(formatTcpOptions(options)).toBe(text);
  expect(parseTcpOptions(text)).toBe(options);
});

test.for(['nope', 'mss,', ',', 'mss,,ws', 'nop,nop,nop,nop,nop,nop,nop,nop,nop'])('%s is none', (text) =>
  expect(parseTcpOptions(text)).toBeNull(),
);

test('four bits hold every kind, and every number has a name', () => {
  expect(tcpOptionNames.length).toBe(16);
  expect(Object.values(TcpOption)).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  expect([...tcpOptionOfKind].every((value) => value >= 1 && value <= 14)).toBe(true);
  // Kinds of https://www.iana.org/assignments/tcp-parameters: MSS, window scale, SACK, timestamps, TFO.
  expect([2, 3, 4, 5, 8, 34, 99].map((kind) => tcpOptionNames[tcpOptionOfKind[kind]!])).toEqual([
    'mss',
    'ws',
    'sackOk',
    'sack',
    'ts',
    'fastOpen',
    'other',
  ]);
});

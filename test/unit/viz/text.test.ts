import { expect, test } from 'vitest';
import { en } from '../../../viz/text/en.ts';
import {
  formatCount,
  formatDuration,
  formatRate,
  formatShort,
  formatSpeed,
  portName,
} from '../../../viz/text/format.ts';
import { ja } from '../../../viz/text/ja.ts';
import { chooseLanguage, fill } from '../../../viz/text/text.ts';
import { formatTime, readTimeZone } from '../../../viz/text/time.ts';

test('both languages have the same keys, none empty, with the same holes', () => {
  expect(Object.keys(ja).sort()).toEqual(Object.keys(en).sort());
  const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const [key, text] of Object.entries(en)) {
    expect(text).not.toBe('');
    expect(ja[key as keyof typeof ja]).not.toBe('');
    expect(holes(ja[key as keyof typeof ja]), key).toEqual(holes(text));
  }
});

test('the language is what the address asks for, else the browser', () => {
  expect(chooseLanguage('ja', ['en-GB'])).toBe('ja');
  expect(chooseLanguage('xx', ['ja-JP', 'en'])).toBe('ja');
  expect(chooseLanguage(null, [])).toBe('en');
});

test('holes are filled; markup stays text', () => {
  expect(fill('{count} left of {all}', { count: '<b>', all: 2 })).toBe('<b> left of 2');
  expect(fill('{unknown}', {})).toBe('{unknown}');
});

test('figures read as they should', () => {
  expect(formatCount(1_284_000, 'en')).toBe('1,284,000');
  expect(formatRate(0.4, 'en')).toBe('0.4');
  expect(formatRate(1284.4, 'ja')).toBe('1,284');
  expect(formatShort(715_000)).toBe('715 k');
  expect(formatShort(12)).toBe('12');
  expect(formatDuration(753)).toBe('00:12:33');
  expect(formatDuration(90_000)).toBe('25:00:00');
  expect(formatSpeed(10)).toBe('×10');
});

test('ports have names where they are well known', () => {
  expect(portName(6, 23)).toEqual({ port: '23/tcp', service: 'Telnet' });
  expect(portName(17, 5060).service).toBe('SIP');
  expect(portName(6, 41_022).service).toBe('');
  expect(portName(1, 8)).toEqual({ port: 'icmp 8', service: 'echo' });
  expect(portName(47, 0).port).toBe('gre 0');
});

test('times have a date, a time of day and the name of their zone', () => {
  const noon = Date.UTC(2026, 0, 31, 12, 4, 29) / 1000;
  expect(formatTime(noon, 'utc', 'en')).toEqual({ date: '2026-01-31', time: '12:04:29', zone: 'UTC' });
  expect(formatTime(noon, 'utc', 'ja')).toEqual({ date: '2026年1月31日', time: '12:04:29', zone: 'UTC' });
  expect(formatTime(0, 'utc', 'en')).toEqual({ date: '1970-01-01', time: '00:00:00', zone: 'UTC' });
  for (const none of [null, Number.NaN, 1e300]) {
    expect(formatTime(none, 'local', 'en')).toEqual({ date: '', time: '--:--:--', zone: '' });
  }
  expect(['local', 'utc', '', '<b>', null].map(readTimeZone)).toEqual(['local', 'utc', 'utc', 'utc', 'utc']);
});

test('local times are those of the zone, on the day that they are of', () => {
  const before = process.env.TZ;
  try {
    process.env.TZ = 'Europe/Berlin';
    const [winter, summer] = [Date.UTC(2026, 0, 31, 23, 30), Date.UTC(2026, 6, 31, 23, 30)].map((at) =>
      formatTime(at / 1000, 'local', 'en'),
    );
    expect(winter).toEqual({ date: '2026-02-01', time: '00:30:00', zone: 'GMT+1' });
    expect(summer).toEqual({ date: '2026-08-01', time: '01:30:00', zone: 'GMT+2' });
  } finally {
    process.env.TZ = before;
  }
});

test('nothing of the English words stands in the Japanese ones, except names and units', () => {
  const same = Object.keys(en).filter((key) => en[key as keyof typeof en] === ja[key as keyof typeof ja]);
  // Names of protocols, and the names of the languages themselves.
  expect(same).toEqual(['tcpSyn', 'tcpSynAck', 'tcpRst', 'udp', 'icmp', 'helpLanguage']);
});

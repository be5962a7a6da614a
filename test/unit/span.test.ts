/** The stretch of time in the page's address. */
import { expect, test } from 'vitest';
import { defaultSpan, edgesOf, formatSpan, readSpan } from '../../viz/feed/span.ts';

test.for(['15m', '1h', '23h', '7d', '2026-01-01T00:00:00Z/2026-01-01T01:30:00Z'])('%s', (text) => {
  expect(formatSpan(readSpan(text)!)).toBe(text);
});

test.for([
  null,
  '',
  '0h',
  '1y',
  '99999d',
  '-1h',
  '1h ',
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00Z/2026-01-01T00:00:00Z',
  '2026-01-01/2026-01-02',
  '2026-13-01T00:00:00Z/2026-14-01T00:00:00Z',
  '0001-01-01T00:00:00Z/2026-01-01T00:00:00Z',
])('%s is no span', (text) => {
  expect(readSpan(text)).toBeNull();
});

test('the last hour ends behind the newest packet, half open', () => {
  expect(edgesOf(defaultSpan, 10_000.25)).toEqual({ fromSeconds: 6_401, toSeconds: 10_001 });
  expect(edgesOf(defaultSpan, 5)).toEqual({ fromSeconds: 0, toSeconds: 6 });
  expect(formatSpan({ kind: 'last', seconds: 86_400 })).toBe('1d');
});

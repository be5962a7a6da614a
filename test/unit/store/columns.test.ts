import { expect, test } from 'vitest';
import { int64Words, uhugeintWords } from '../../../server/store/duckdb/columns.ts';
import { decodeCursor, encodeCursor, filterFingerprint } from '../../../server/store/duckdb/flow-cursor.ts';
import { planFlowFilter } from '../../../shared/filter/flow-plan.ts';
import { parseFilter } from '../../../shared/filter/index.ts';

test.for([0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1.7e15, Number.MAX_SAFE_INTEGER, -1, -(2 ** 32), -1.7e15])(
  '%d is written as a 64-bit integer',
  (value) => {
    expect(new BigInt64Array(int64Words([value], 1).buffer)[0]).toBe(BigInt(value));
  },
);

test('seconds become microseconds without losing one', () => {
  const words = int64Words(Float64Array.of(1_700_049_600.000001), 1, 1_000_000);
  expect(new BigInt64Array(words.buffer)[0]).toBe(1_700_049_600_000_001n);
});

test('the words of an IPv6 address are turned round', () => {
  expect([...uhugeintWords(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8), 2)]).toEqual([4, 3, 2, 1, 8, 7, 6, 5]);
});

test('a cursor comes back as it was', () => {
  const position = { firstMicros: -1_700_049_600_000_001, family: 6, tie: '18446744073709551615', given: 7 } as const;
  expect(decodeCursor(encodeCursor(position, ''), '')).toEqual(position);
});

test('a cursor belongs to its filter, however that is written', () => {
  const print = (text: string) => filterFingerprint(planFlowFilter(parseFilter(text), { sensor: () => null }));
  const cursor = encodeCursor({ firstMicros: 1, family: 4, tie: '1', given: 1 }, print('port 23'));
  expect(decodeCursor(cursor, print('( port   23 )'))).toMatchObject({ tie: '1' });
  expect(() => decodeCursor(cursor, print('port 24'))).toThrow('another filter');
  expect(() => decodeCursor(cursor, '')).toThrow(RangeError);
});

import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { rowsOf } from '../../../server/store/duckdb/connections.ts';
import { CREATE_STATEMENTS, flowColumns } from '../../../server/store/duckdb/schema.ts';
import { formatIpv6, parseIpv6 } from '../../../shared/address.ts';
import { flowFieldNames } from '../../../shared/flow-fields.ts';

async function emptyStore() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const statement of CREATE_STATEMENTS) await connection.run(statement);
  return connection;
}

test('every flow field is a column, in the order of the table', () => {
  for (const family of [4, 6] as const) {
    expect(flowColumns(family).map((column) => column.name)).toEqual(flowFieldNames);
  }
  const source = (family: 4 | 6) => flowColumns(family).find((column) => column.name === 'source')?.type;
  expect([source(4), source(6)]).toEqual(['UINTEGER', 'UHUGEINT']);
});

test.for([
  '::',
  '::1',
  '2001:db8::1',
  '2001:db8:0:1:1:1:1:1',
  '2001:0:0:1::1',
  '2001:db8::1:0:0:1',
  'fe80:1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7::',
  'a::',
  '::ffff:192.0.2.33',
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
])('SQL writes %s as the program does', async (text) => {
  const connection = await emptyStore();
  const words = parseIpv6(text)!;
  const number = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const [row] = await rowsOf(connection, `SELECT ipv6_text(CAST($1 AS UHUGEINT)) AS text`, [number.toString()]);
  expect(row?.text).toBe(formatIpv6(words));
});

test('the view shows both families with addresses as text', async () => {
  const connection = await emptyStore();
  const values = (address: string) =>
    flowFieldNames.map((name) => (name === 'source' || name === 'target' ? address : '1'));
  await connection.run(`INSERT INTO flows4 VALUES (${values('3221225985').join(', ')})`);
  await connection.run(`INSERT INTO flows6 VALUES (${values('1').join(', ')})`);
  const rows = await rowsOf(connection, 'SELECT family, source, target, packets FROM flows ORDER BY family');
  expect(rows).toEqual([
    { family: 4, source: '192.0.2.1', target: '192.0.2.1', packets: 1 },
    { family: 6, source: '::1', target: '::1', packets: 1 },
  ]);
});

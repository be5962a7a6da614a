import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { rowsOf } from '../../../server/store/duckdb/connections.ts';
import {
  CREATE_STATEMENTS,
  createTable,
  flowColumns,
  hotFlowsView,
  storedFieldNames,
} from '../../../server/store/duckdb/schema.ts';
import { formatIpv6, parseIpv6 } from '../../../shared/address.ts';
import { flowFieldNames } from '../../../shared/flow-fields.ts';
import { Tunnel } from '../../../shared/tunnels.ts';

async function emptyStore() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const statement of CREATE_STATEMENTS) await connection.run(statement);
  return connection;
}

test('every flow field is a column, those of later versions at the end', () => {
  expect([...storedFieldNames].sort()).toEqual([...flowFieldNames].sort());
  expect(storedFieldNames.slice(-9)).toEqual([
    'synOptions',
    'tunnel',
    'innerProtocol',
    'innerSource',
    'innerTarget',
    'innerSourcePort',
    'innerTargetPort',
    'asn',
    'radiation',
  ]);
  for (const family of [4, 6] as const) {
    expect(flowColumns(family).map((column) => column.name)).toEqual(storedFieldNames);
  }
  const type = (family: 4 | 6, name: string) => flowColumns(family).find((column) => column.name === name)?.type;
  expect([type(4, 'source'), type(6, 'source')]).toEqual(['UINTEGER', 'UHUGEINT']);
  expect([type(4, 'innerSource'), type(6, 'innerSource')]).toEqual(['UHUGEINT', 'UHUGEINT']);
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
  const tables = ([4, 6] as const).map((family) => ({ table: `flows${family}_here`, family }));
  for (const { table, family } of tables) await connection.run(createTable(table, flowColumns(family)));
  await connection.run(hotFlowsView(tables));
  const insert = async (family: 4 | 6, given: Record<string, string>) => {
    const values = storedFieldNames.map((name) => given[name] ?? '1').join(', ');
    await connection.run(`INSERT INTO flows${family}_here VALUES (${values})`);
  };
  const mapped = String((0xffffn << 32n) | 3_221_225_985n);
  await insert(4, { source: '3221225985', target: '3221225985', tunnel: String(Tunnel.ipip), innerSource: mapped });
  await insert(6, { tunnel: '0' });
  const rows = await rowsOf(
    connection,
    'SELECT family, source, target, packets, innerSource, innerTarget FROM flows ORDER BY family',
  );
  expect(rows).toEqual([
    { family: 4, source: '192.0.2.1', target: '192.0.2.1', packets: 1, innerSource: '192.0.2.1', innerTarget: '::1' },
    { family: 6, source: '::1', target: '::1', packets: 1, innerSource: '', innerTarget: '' },
  ]);
});

/** Who waits for whom, in a real database that is asked more than it can answer. */
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, onTestFinished, test } from 'vitest';
import { lastPosition } from '../../../server/store/duckdb/catalog.ts';
import { Connections } from '../../../server/store/duckdb/connections.ts';
import { CREATE_STATEMENTS } from '../../../server/store/duckdb/schema.ts';
import { sessionTotals } from '../../../server/store/duckdb/series-queries.ts';

const ENDLESS = 'SELECT count(*) FROM range(100000000000) AS numbers WHERE sqrt(numbers.range) = 0.5';

test('a hello waits for no question, and of questions no more than 32 wait', { timeout: 30_000 }, async () => {
  const connections = await Connections.open(await DuckDBInstance.create(':memory:', { threads: '1' }), 60);
  await connections.write(async (writer) => {
    for (const statement of CREATE_STATEMENTS) await writer.run(statement);
  });
  const outcomes = Array.from({ length: 2 + 32 }, () => connections.read(ENDLESS).catch(({ code }) => code));
  onTestFinished(async () => {
    await connections.close();
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['STORE_FAILED']));
  });
  await expect(connections.read('SELECT 1')).rejects.toMatchObject({ code: 'STORE_BUSY' });
  await expect(connections.readColumns('SELECT 1')).rejects.toMatchObject({ code: 'STORE_BUSY' });
  const facts = Promise.all([lastPosition(connections, 1, 1), sessionTotals(connections, 0)]);
  expect(await Promise.race([facts, ...outcomes])).toEqual([
    -1,
    { packets: 0, bytes: 0, flows: 0, unknownPlacePackets: 0 },
  ]);
});

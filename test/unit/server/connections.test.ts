/** Who waits for whom, in a real database that is asked more than it can answer. */
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lastPosition } from '../../../server/store/duckdb/catalog.ts';
import { Connections, rowsOf } from '../../../server/store/duckdb/connections.ts';
import { CREATE_STATEMENTS } from '../../../server/store/duckdb/schema.ts';
import { sessionTotals } from '../../../server/store/duckdb/series-queries.ts';
import { isFatal } from '../../../server/store/duckdb/store-errors.ts';
import { endedWhenUnwanted, whileWanted } from '../../../server/store/duckdb/wanted.ts';
import { StoreError } from '../../../server/store/stores.ts';

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

describe('a question that nobody waits for any more', () => {
  const NUMBERS = 'SELECT count(*)::INTEGER AS count FROM range(4000000000) AS numbers WHERE sqrt(numbers.range) = 0.5';

  async function open(): Promise<Connections> {
    const connections = await Connections.open(await DuckDBInstance.create(':memory:', { threads: '1' }), 60);
    onTestFinished(() => connections.close());
    return connections;
  }

  test.for(['read', 'readColumns', 'readTogether'] as const)(
    '%s: is ended, and its reader answers others',
    async (how) => {
      const connections = await open();
      for (let time = 0; time < 3; time++) {
        const gone = new AbortController();
        let statements = 0;
        const asked = whileWanted(gone.signal, async () => {
          if (how !== 'readTogether') return await connections[how](ENDLESS);
          return await connections.readTogether(async (reader) => {
            for (;;) {
              await reader.run('SELECT 1');
              // Between two statements, or in one.
              if (++statements === 50) gone.abort();
              if (time === 2) await reader.run(NUMBERS);
            }
          });
        });
        if (how !== 'readTogether' || time === 2) setTimeout(() => gone.abort(), 100);
        await expect(asked).rejects.toMatchObject({ code: 'STORE_GONE' });
      }
      for (let time = 0; time < 4; time++)
        expect(await connections.readTogether((reader) => rowsOf(reader, 'SELECT 7 AS seven'))).toEqual([{ seven: 7 }]);
    },
  );

  test('leaves the row of those that wait, and takes no reader with it', async () => {
    const connections = await open();
    const holding = new AbortController();
    const held = [1, 2].map(() =>
      whileWanted(holding.signal, () => connections.read(ENDLESS)).catch(({ code }) => code),
    );
    const leaving = Array.from({ length: 31 }, () => new AbortController());
    const left = leaving.map(({ signal }) =>
      whileWanted(signal, () => connections.read('SELECT 1')).catch(({ code }) => code),
    );
    const stays = connections.read('SELECT 1 AS one');
    await expect(connections.read('SELECT 1')).rejects.toMatchObject({ code: 'STORE_BUSY' });
    for (const one of leaving) one.abort();
    expect(new Set(await Promise.all(left))).toEqual(new Set(['STORE_GONE']));
    // There is room again, while both readers are still busy.
    const more = Array.from({ length: 31 }, () => connections.read('SELECT 1 AS one'));
    holding.abort();
    expect(await Promise.all(held)).toEqual(['STORE_GONE', 'STORE_GONE']);
    expect(await Promise.all([stays, ...more])).toEqual(Array.from({ length: 32 }, () => [{ one: 1 }]));
  });

  test('and what the store asks for itself in its midst is answered all the same', async () => {
    const connections = await open();
    const holding = new AbortController();
    const held = [1, 2].map(() =>
      whileWanted(holding.signal, () => connections.read(ENDLESS)).catch(({ code }) => code),
    );
    const gone = new AbortController();
    const own = whileWanted(gone.signal, () => connections.readPatiently('SELECT 1 AS one'));
    gone.abort();
    const another = whileWanted(gone.signal, () => connections.readPatiently('SELECT 2 AS two'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    holding.abort();
    await Promise.all(held);
    expect(await Promise.all([own, another])).toEqual([[{ one: 1 }], [{ two: 2 }]]);
  });

  test('that ended a database says so to whoever mends it', async () => {
    const fatal = new StoreError('STORE_FAILED', 'no', { cause: new Error('FATAL Error: has been invalidated') });
    const gone = new AbortController();
    const asked = whileWanted(gone.signal, () =>
      endedWhenUnwanted(
        () => undefined,
        async () => {
          gone.abort();
          throw fatal;
        },
      ),
    );
    const error = await asked.catch((cause) => cause);
    expect([error.code, isFatal(error)]).toEqual(['STORE_GONE', true]);
  });

  test('is not begun, and others go on', async () => {
    const connections = await open();
    const gone = new AbortController();
    const others = [
      whileWanted(new AbortController().signal, () => connections.read('SELECT 1 AS one')),
      connections.read('SELECT 1 AS one'),
    ];
    gone.abort();
    const asked = whileWanted(gone.signal, () => connections.read('SELECT 1 AS one'));
    await expect(asked).rejects.toMatchObject({ code: 'STORE_GONE' });
    expect(await Promise.all(others)).toEqual([[{ one: 1 }], [{ one: 1 }]]);
  });
});

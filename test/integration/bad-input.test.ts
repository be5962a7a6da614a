/** What cannot be done ends in one clear sentence and an exit code that is not 0; what was readable is kept. */
import { chmod, copyFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { ledgerAtRest } from '../support/api.ts';
import { testFolder } from '../support/folders.ts';
import { addressOf, interrupt, program, runProgram } from '../support/program.ts';

async function makeCapture(folder: string): Promise<string> {
  const file = join(folder, 'made.pcap');
  expect((await program(['simulate', '--rate', '1000', '--duration', '5', '--out', file])).code).toBe(0);
  return file;
}

/** One sentence (its code behind it), not a stack. */
function expectSentence(stderr: string, words: RegExp): void {
  expect(stderr).toMatch(words);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
}

describe('start and sensor refuse', () => {
  test.for([
    {
      name: 'a file that is no capture',
      content: 'this is a letter, not a capture',
      words: /cannot be read: this is no capture file.*CAPTURE_NOT_A_CAPTURE/,
    },
    { name: 'an empty file', content: '', words: /the file is empty.*CAPTURE_NOT_A_CAPTURE/ },
    { name: 'three bytes', content: 'abc', words: /shorter than any header/ },
  ])('$name', async ({ content, words }) => {
    const folder = await testFolder();
    const file = join(folder, 'bad.pcap');
    await writeFile(file, content);
    const { code, stderr } = await program(['start', '--port', '0', '--data', join(folder, 'data'), '--read', file]);
    expect(code).toBe(1);
    expectSentence(stderr, words);
  });

  test('a file that is not there, and a folder', async () => {
    const folder = await testFolder();
    const missing = await program([
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--read',
      join(folder, 'no.pcap'),
    ]);
    expect(missing.code).toBe(1);
    expectSentence(missing.stderr, /There is no file .*no\.pcap: check the path\. \[CAPTURE_NO_FILE\]/);
    const directory = await program(['start', '--port', '0', '--data', join(folder, 'data2'), '--read', folder]);
    expect(directory.code).toBe(1);
    expectSentence(directory.stderr, /is a folder/);
  });

  test('a capture cut within a packet: what came before is kept and counted', async () => {
    const folder = await testFolder();
    const file = await makeCapture(folder);
    const cut = join(folder, 'cut.pcap');
    await copyFile(file, cut);
    await truncate(cut, 100_003);
    const running = runProgram([
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--read',
      cut,
      '--speed',
      'max',
    ]);
    const ledger = await ledgerAtRest(await addressOf(running));
    const captured = ledger.sensors[0]!.counts.captured!;
    expect(captured).toBeGreaterThan(500);
    expect(ledger.sensors[0]!.damage[0]).toMatch(
      new RegExp(`breaks off within packet ${captured + 1}; the ${captured} before it were read`),
    );
    const { code, stderr } = await interrupt(running);
    expect(code).toBe(1);
    expectSentence(stderr, /breaks off within packet/);
  });

  test('an interface that does not exist', async () => {
    const folder = await testFolder();
    const { code, stderr } = await program([
      'start',
      '--port',
      '0',
      '--data',
      join(folder, 'data'),
      '--interface',
      'nosuch0',
    ]);
    expect(code).toBe(1);
    expectSentence(stderr, /There is no interface nosuch0; this machine has .*lo/);
  });

  test('a port in use', async () => {
    const folder = await testFolder();
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as { port: number };
    const { code, stderr } = await program(['start', '--port', String(port), '--data', join(folder, 'data')]);
    blocker.close();
    expect(code).toBe(1);
    expectSentence(stderr, new RegExp(`Port ${port} is in use: .*--port`));
  });

  test('a data folder of another version, and one that another program has open', async () => {
    const folder = await testFolder();
    const data = join(folder, 'data');
    const running = runProgram(['start', '--port', '0', '--data', data]);
    await addressOf(running);
    const second = await program(['start', '--port', '0', '--data', data]);
    expect(second.code).toBe(1);
    expectSentence(second.stderr, /STORE_LOCKED/);
    await interrupt(running);

    const database = await DuckDBInstance.create(join(data, 'kurayami.duckdb'));
    const connection = await database.connect();
    await connection.run('UPDATE meta SET version = 999');
    connection.closeSync();
    database.closeSync();
    const third = await program(['start', '--port', '0', '--data', data]);
    expect(third.code).toBe(1);
    expectSentence(third.stderr, /STORE_VERSION/);
  });

  test('a data folder that cannot be made', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'file'), '');
    const { code, stderr } = await program(['start', '--port', '0', '--data', join(folder, 'file', 'data')]);
    expect(code).toBe(1);
    expectSentence(stderr, /cannot be used.*--data/);
  });
});

describe('wrong use gives exit code 2', () => {
  test.for([
    { words: ['start', '--speed', 'fast', '--read', 'x'], says: /--speed takes a factor/ },
    { words: ['start', '--read', 'x', '--interface', 'lo'], says: /name one source/ },
    { words: ['start', '--nonsense'], says: /Unknown option '--nonsense'/ },
    { words: ['start', '--port', '99999'], says: /--port takes a whole number from 0 to 65535/ },
    { words: ['sensor'], says: /name one source/ },
    { words: ['inspect'], says: /at least one FILE/ },
    { words: ['simulate'], says: /needs --out/ },
    { words: ['dance'], says: /There is no command "dance"/ },
    { words: ['token', 'add', '--role', 'king', '--name', 'x'], says: /--role is one of/ },
  ])('$words', async ({ words, says }) => {
    const { code, stderr } = await program(words);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });

  test.for(['start', 'sensor', 'server', 'replay', 'inspect', 'simulate', 'token'])(
    '%s --help explains itself with examples',
    async (name) => {
      const { code, stdout } = await program([name, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(/Options[\s\S]*Examples\n/);
    },
  );
});

test('configuration: every problem is named with its path', async () => {
  const folder = await testFolder();
  await mkdir(join(folder, 'x'));
  const file = join(folder, 'server.toml');
  await writeFile(file, 'port = "many"\nhost = "127.0.0.1"\ncolour = "blue"\n');
  await chmod(file, 0o644);
  const { code, stderr } = await program(['server', '--config', file]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/colour: there is no such setting/);
  expect(stderr).toMatch(/port: /);
});

test('only loopback is served', async () => {
  const { code, stderr } = await program(['server'], { environment: { KURAYAMI_SERVER_HOST: '0.0.0.0' } });
  expect(code).toBe(1);
  expect(stderr).toMatch(/is not loopback/);
});

/** Opens the database file of a data directory, or says in one sentence why not. */
import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, realpath, rename, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DuckDBBlobValue, type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { StoreError } from '../stores.ts';
import { rowsOf } from './connections.ts';
import { addFieldsOf6, remakeViews } from './flow-upgrade.ts';
import { LockFile } from './lock-file.ts';
import type { DuckDbOptions } from './operations.ts';
import { BEFORE_UPGRADE, CREATE_STATEMENTS, STORE_VERSION, UPGRADE_STATEMENTS } from './schema.ts';
import { firstLine, messageOf, openError } from './store-errors.ts';

const FILE_NAME = 'kurayami.duckdb';
const INSTALLATION_KEY_BYTES = 32;

export interface OpenDatabase {
  readonly instance: DuckDBInstance;
  readonly lock: LockFile;
  readonly warnings: readonly string[];
  /** The data directory, by its own name. */
  readonly folder: string;
}

/**
 * Opens or makes the database in `folder`, which is made where missing. Throws StoreError: STORE_VERSION, STORE_LOCKED,
 * STORE_UNREADABLE, or STORE_FAILED for a folder that cannot be written.
 */
export async function openDatabase(folder: string, options: DuckDbOptions): Promise<OpenDatabase> {
  const home = await writableFolder(folder);
  const path = join(home, FILE_NAME);
  const lock = await LockFile.take(`${path}.lock`);
  const warnings: string[] = [];
  let instance: DuckDBInstance | undefined;
  try {
    instance = await openFile(path, options, warnings);
    await prepareTables(instance, path);
    await lock.write();
    return { instance, lock, warnings, folder: home };
  } catch (cause) {
    instance?.closeSync();
    lock.forget();
    throw openError(path, cause);
  }
}

async function writableFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return await realpath(folder);
  } catch (cause) {
    const text = `the data directory ${folder} cannot be written (${firstLine(cause)}): name another, or change its permissions`;
    throw new StoreError('STORE_FAILED', text, { cause });
  }
}

function create(path: string, options: DuckDbOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(path, {
    memory_limit: options.memoryLimit ?? '512MB',
    threads: String(options.threads ?? Math.max(1, Math.floor(availableParallelism() / 2))),
    // Half as many checkpoints as by default: each rewrites the row groups it finds half full. Closing writes at most this.
    checkpoint_threshold: '32MB',
    // Nothing is ever downloaded: what is not built in is an error at once.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    temp_directory: `${path}.tmp`,
  });
}

/** A log of commits that cannot be replayed is moved aside, so that what the file itself holds can be read. */
async function openFile(path: string, options: DuckDbOptions, warnings: string[]): Promise<DuckDBInstance> {
  try {
    return await create(path, options);
  } catch (cause) {
    const log = `${path}.wal`;
    if (!/WAL|replay/i.test(messageOf(cause)) || !(await exists(log))) throw cause;
    const aside = `${log}.damaged-${new Date().toISOString().replaceAll(':', '')}`;
    await rename(log, aside);
    try {
      const instance = await create(path, options);
      warnings.push(
        `the log of the last commits was damaged (${firstLine(cause)}) and is kept as ${aside}: ` +
          'what was stored shortly before the last stop is missing',
      );
      return instance;
    } catch (again) {
      await rename(aside, log);
      throw again;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

async function prepareTables(instance: DuckDBInstance, path: string): Promise<void> {
  const connection = await instance.connect();
  try {
    const tables = await rowsOf(connection, 'SELECT table_name FROM duckdb_tables()');
    if (tables.length === 0) await makeTables(connection);
    else await bringUpToVersion(connection, path, tables);
  } finally {
    connection.closeSync();
  }
}

async function makeTables(connection: DuckDBConnection): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  for (const statement of CREATE_STATEMENTS) await connection.run(statement);
  const now = Date.now() / 1000;
  const key = new DuckDBBlobValue(randomBytes(INSTALLATION_KEY_BYTES));
  await connection.run('INSERT INTO meta VALUES (?, ?, ?, NULL)', [STORE_VERSION, key, now]);
  await connection.run("INSERT INTO sessions VALUES (0, 'live', 'live', NULL, NULL, ?, NULL, NULL, 0)", [now]);
  await connection.run('COMMIT');
  // Statements that make tables are what a log replays worst: they go into the file at once.
  await connection.run('CHECKPOINT');
}

async function bringUpToVersion(connection: DuckDBConnection, path: string, tables: readonly object[]): Promise<void> {
  if (!tables.some((table) => 'table_name' in table && table.table_name === 'meta')) {
    throw new StoreError(
      'STORE_UNREADABLE',
      `${path} is a database, but not one of Kurayami: name another data directory`,
    );
  }
  const [meta] = await rowsOf(connection, 'SELECT version FROM meta');
  const version = Number(meta?.version);
  if (version === STORE_VERSION) return;
  if (UPGRADE_STATEMENTS[version] === undefined) {
    throw new StoreError(
      'STORE_VERSION',
      `${path} has format ${String(meta?.version)}, and this program reads format ${STORE_VERSION}: ` +
        'use the program that made it, or name another data directory',
    );
  }
  await upgrade(connection, version);
}

/** In one transaction: a stop in between leaves the directory as it was. */
async function upgrade(connection: DuckDBConnection, from: number): Promise<void> {
  await connection.run('BEGIN TRANSACTION');
  for (const statement of BEFORE_UPGRADE) await connection.run(statement);
  for (let version = from; version < STORE_VERSION; version++)
    for (const statement of UPGRADE_STATEMENTS[version]!) await connection.run(statement);
  if (from < 6) await addFieldsOf6(connection);
  await remakeViews(connection);
  await connection.run('UPDATE meta SET version = ?', [STORE_VERSION]);
  await connection.run('COMMIT');
  await connection.run('CHECKPOINT');
}

/** Where the series go besides, as `--series` names it, and who writes them. */
import { readFile } from 'node:fs/promises';
import { StoreError } from '../stores.ts';

export interface SeriesTarget {
  /** Without a path and without credentials, such as `http://127.0.0.1:8086`. */
  readonly url: string;
  readonly database: string;
}

export interface InfluxCredentials {
  readonly username: string;
  readonly password: string;
}

const EXAMPLE = 'influxdb:http://127.0.0.1:8086/kurayami';

/** Reads `influxdb:URL/DATABASE`. Throws RangeError that shows an example; what stands in the URL is not repeated. */
export function parseSeriesTarget(text: string): SeriesTarget {
  const wrong = (why: string) => new RangeError(`a series target ${why}: write it as ${EXAMPLE}`);
  if (!text.startsWith('influxdb:')) throw wrong('begins with influxdb:');
  const address = text.slice('influxdb:'.length);
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrong('has an http or https address');
  // A URL is shown in lists of processes, logs and on screen.
  if (url.username !== '' || url.password !== '') {
    throw wrong('has no name and password in its address; they belong in the configuration (username, passwordFile)');
  }
  if (url.search !== '' || url.hash !== '') throw wrong('ends with the name of the database');
  const database = url.pathname.slice(1);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(database)) {
    throw wrong('ends with the name of the database, of letters, digits, "_", "." and "-"');
  }
  return { url: url.origin, database };
}

/** What tells one target from another, without credentials: also the mirror's name in the store. */
export function formatSeriesTarget({ url, database }: SeriesTarget): string {
  return `influxdb:${url}/${database}`;
}

/** Credentials from a user's name and a file with the password. Throws StoreError when it cannot be read or is empty. */
export async function readInfluxCredentials(username: string, passwordFile: string): Promise<InfluxCredentials> {
  let password: string;
  try {
    password = (await readFile(passwordFile, 'utf8')).trim();
  } catch (cause) {
    throw new StoreError(
      'STORE_FAILED',
      `the password file ${passwordFile} cannot be read: check its path and permissions`,
      {
        cause,
      },
    );
  }
  if (password === '') throw new StoreError('STORE_FAILED', `the password file ${passwordFile} is empty`);
  return { username, password };
}

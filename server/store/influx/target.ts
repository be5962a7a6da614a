/** Where the series go besides, as `--series` names it, and who writes them. */
import { readFile } from 'node:fs/promises';
import { StoreError } from '../stores.ts';

export type TargetKind = 'influxdb' | 'influxdb2' | 'influxdb3' | 'victoriametrics';

export interface SeriesTarget {
  readonly kind: TargetKind;
  /** Without a path and without credentials, such as `http://127.0.0.1:8086`. */
  readonly url: string;
  /** Of InfluxDB 2 only. */
  readonly organisation?: string;
  /** Database or bucket; empty for VictoriaMetrics, which has one only. */
  readonly database: string;
}

/** A name and a password, or a token with an empty name. */
export interface InfluxCredentials {
  readonly username: string;
  readonly password: string;
}

/** What follows the address, by kind, and how to write it. */
const KINDS: Readonly<Record<TargetKind, { parts: number; path: string; example: string }>> = {
  influxdb: { parts: 1, path: 'the name of the database', example: 'influxdb:http://127.0.0.1:8086/kurayami' },
  influxdb2: {
    parts: 2,
    path: 'the names of organisation and bucket',
    example: 'influxdb2:http://127.0.0.1:8086/organisation/kurayami',
  },
  influxdb3: { parts: 1, path: 'the name of the database', example: 'influxdb3:http://127.0.0.1:8181/kurayami' },
  victoriametrics: { parts: 0, path: 'the port', example: 'victoriametrics:http://127.0.0.1:8428' },
};

/** Reads `influxdb:URL/DATABASE` and the others. Throws RangeError that shows an example; what stands in the URL is not repeated. */
export function parseSeriesTarget(text: string): SeriesTarget {
  const kind = (Object.keys(KINDS) as TargetKind[]).find((name) => text.startsWith(`${name}:`));
  if (kind === undefined) throw wrong('influxdb', `begins with ${Object.keys(KINDS).join(':, ')}:`);
  const address = text.slice(kind.length + 1);
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw wrong(kind, 'has an http or https address');
  // A URL is shown in lists of processes, logs and on screen.
  if (url.username !== '' || url.password !== '') {
    throw wrong(
      kind,
      'has no name and password in its address; they belong in the configuration (username, passwordFile)',
    );
  }
  const parts = url.pathname.split('/').filter((part, at, all) => part !== '' || (at > 0 && at < all.length - 1));
  const isPath = parts.length === KINDS[kind].parts && url.search === '' && url.hash === '';
  if (!isPath) throw wrong(kind, `ends with ${KINDS[kind].path}`);
  if (!parts.every((part) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(part))) {
    throw wrong(kind, `ends with ${KINDS[kind].path}, of letters, digits, "_", "." and "-"`);
  }
  const database = parts.at(-1) ?? '';
  return parts.length === 2
    ? { kind, url: url.origin, organisation: parts[0]!, database }
    : { kind, url: url.origin, database };
}

function wrong(kind: TargetKind, why: string): RangeError {
  return new RangeError(`a series target ${why}: write it as ${KINDS[kind].example}`);
}

/** What tells one target from another, without credentials: also the mirror's name in the store. */
export function formatSeriesTarget({ kind, url, organisation, database }: SeriesTarget): string {
  return [`${kind}:${url}`, organisation, database].filter((part) => part).join('/');
}

/** Only InfluxDB 1 has retention policies: elsewhere, a tag tells bins of a second from those of a minute. */
export function hasPolicies({ kind }: SeriesTarget): boolean {
  return kind === 'influxdb';
}

/** Credentials from a user's name (empty for a token) and a file with the password. Throws StoreError when it cannot be read or is empty. */
export async function readInfluxCredentials(username: string, passwordFile: string): Promise<InfluxCredentials> {
  let password: string;
  try {
    password = (await readFile(passwordFile, 'utf8')).trim();
  } catch (cause) {
    const text = `the password file ${passwordFile} cannot be read: check its path and permissions`;
    throw new StoreError('STORE_FAILED', text, { cause });
  }
  if (password === '') throw new StoreError('STORE_FAILED', `the password file ${passwordFile} is empty`);
  return { username, password };
}

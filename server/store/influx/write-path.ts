/** Where lines are sent, by the kind of server: the lines are the same. */
import { StoreError } from '../stores.ts';
import { formatSeriesTarget, type InfluxCredentials, type SeriesTarget } from './target.ts';

/** Path and query to which lines with times in seconds are posted. */
export function writePath({ kind, organisation, database }: SeriesTarget, retentionPolicy: string): string {
  switch (kind) {
    case 'influxdb':
      return `/write?${new URLSearchParams({ db: database, rp: retentionPolicy, precision: 's' })}`;
    case 'influxdb2':
      return `/api/v2/write?${new URLSearchParams({ org: organisation ?? '', bucket: database, precision: 's' })}`;
    case 'influxdb3':
      return `/api/v3/write_lp?${new URLSearchParams({ db: database, precision: 'second' })}`;
    case 'victoriametrics':
      return `/write?${new URLSearchParams({ precision: 's' })}`;
  }
}

export function authorization({ kind }: SeriesTarget, credentials: InfluxCredentials | null): Record<string, string> {
  if (credentials === null) return {};
  const { username, password } = credentials;
  if (username !== '') return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  return { authorization: `${kind === 'influxdb3' || kind === 'victoriametrics' ? 'Bearer' : 'Token'} ${password}` };
}

const PROBE_SECONDS = 10;
/** Versions that each path is written for, as the header says them. */
const VERSIONS: Partial<Record<SeriesTarget['kind'], RegExp>> = {
  influxdb: /^v?1\./,
  influxdb2: /^v?(1\.(8|9|\d\d)|2\.)/,
  influxdb3: /^v?3\./,
};

/**
 * Asks who answers. VictoriaMetrics says yes to whatever InfluxQL it is asked and knows nothing of it: only the header
 * that it lacks gives it away. Throws StoreError.
 */
export async function probe(target: SeriesTarget, credentials: InfluxCredentials | null): Promise<void> {
  const where = formatSeriesTarget(target);
  const response = await fetch(`${target.url}/${target.kind === 'victoriametrics' ? 'health' : 'ping'}`, {
    headers: authorization(target, credentials),
    signal: AbortSignal.timeout(PROBE_SECONDS * 1000),
  }).catch((cause: unknown) => {
    throw new StoreError('STORE_UNREACHABLE', `${where} does not answer (${reasonOf(cause)}): check that it runs`, {
      cause,
    });
  });
  await response.body?.cancel();
  if (response.status === 401 || response.status === 403)
    throw new StoreError('STORE_FAILED', `${where} refuses the password or token: check username and passwordFile`);
  if (response.status >= 500)
    throw new StoreError('STORE_UNREACHABLE', `${where} answers ${response.status}: it is not ready`);
  const version = response.headers.get('x-influxdb-version');
  const wanted = VERSIONS[target.kind];
  if (wanted === undefined && version === null) return;
  if (version !== null && wanted?.test(version)) return;
  const found =
    version === null
      ? 'no InfluxDB (VictoriaMetrics, perhaps: victoriametrics:URL)'
      : `InfluxDB ${version.slice(0, 20)}`;
  throw new StoreError('STORE_FAILED', `${where} is ${found}: name the target by what it is`);
}

/** Whether a request met no connection, or one that ended: not where we gave up waiting, and not where there was an answer. */
export function isBroken(error: unknown): boolean {
  return error instanceof Error && error.name !== 'TimeoutError' && error.name !== 'AbortError';
}

/** `fetch` says only "fetch failed"; what happened is in its cause. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error && cause.message) || message;
}

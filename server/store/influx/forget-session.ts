/** Takes out of a copy of the series what it has of a session that was deleted. */
import type { InfluxDB } from 'influx';
import { StoreError } from '../stores.ts';
import { translated } from './administration.ts';
import { formatSeriesTarget, type InfluxCredentials, type SeriesTarget } from './target.ts';
import { authorization, reasonOf } from './write-path.ts';

const ANSWER_SECONDS = 60;

/** InfluxDB 3 deletes nothing but whole databases and tables. */
export const canForget = ({ kind }: SeriesTarget) => kind !== 'influxdb3';

/** Does nothing where there is nothing of it. Throws StoreError. */
export async function forgetSession(
  target: SeriesTarget,
  influx: InfluxDB,
  credentials: InfluxCredentials | null,
  session: number,
): Promise<void> {
  // A whole number, from the store; live series have no such tag.
  if (target.kind === 'influxdb') {
    await translated(target, () => influx.query(`DROP SERIES FROM /^kurayami_/ WHERE "session" = '${session}'`));
    return;
  }
  const [path, body] =
    target.kind === 'influxdb2' ? inInflux2(target, session) : [inVictoriaMetrics(session), undefined];
  await post(target, credentials, path, body);
}

function inInflux2({ organisation = '', database }: SeriesTarget, session: number): [string, string] {
  const times = { start: '1970-01-01T00:00:00Z', stop: '2262-01-01T00:00:00Z' };
  return [
    `/api/v2/delete?${new URLSearchParams({ org: organisation, bucket: database })}`,
    JSON.stringify({ ...times, predicate: `session="${session}"` }),
  ];
}

function inVictoriaMetrics(session: number): string {
  const match = `{__name__=~"kurayami_.+",session="${session}"}`;
  return `/api/v1/admin/tsdb/delete_series?${new URLSearchParams({ 'match[]': match })}`;
}

async function post(
  target: SeriesTarget,
  credentials: InfluxCredentials | null,
  path: string,
  body: string | undefined,
): Promise<void> {
  const where = formatSeriesTarget(target);
  const response = await fetch(`${target.url}${path}`, {
    method: 'POST',
    headers: { ...authorization(target, credentials), 'content-type': 'application/json' },
    signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
    ...(body === undefined ? {} : { body }),
  }).catch((cause: unknown) => {
    throw new StoreError('STORE_UNREACHABLE', `${where} does not answer (${reasonOf(cause)})`, { cause });
  });
  await response.body?.cancel();
  if (!response.ok)
    throw new StoreError('STORE_FAILED', `${where} does not delete session data: it answers ${response.status}`);
}

/** Makes database and retention policies where they are missing, and translates npm influx's errors. */
import { InfluxDB } from 'influx';
import { StoreError } from '../stores.ts';
import { type RetentionPolicy, retentionDurations } from './tags.ts';
import { formatSeriesTarget, type InfluxCredentials, type SeriesTarget } from './target.ts';

export function createInflux(target: SeriesTarget, credentials: InfluxCredentials | null): InfluxDB {
  const { protocol, hostname, port } = new URL(target.url);
  const secure = protocol === 'https:';
  return new InfluxDB({
    protocol: secure ? 'https' : 'http',
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 443 : 80) : Number(port),
    database: target.database,
    // By itself it would refuse all requests for up to ten seconds after one that failed: we wait between ours already.
    pool: { backoff: noBackoff, maxRetries: 0 },
    ...(credentials?.username ? credentials : {}),
  });
}

const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

export type Durations = Readonly<Record<RetentionPolicy, number>>;

/** Of servers without retention policies: what they keep is their operator's business, and they do not say. */
export const NO_DURATIONS: Durations = Object.fromEntries(
  Object.keys(retentionDurations).map((name) => [name, Number.POSITIVE_INFINITY]),
) as unknown as Durations;

/** Makes what is missing; what is there stays as its operator has it. Seconds that each policy keeps. Throws StoreError. */
export async function prepareDatabase(influx: InfluxDB, target: SeriesTarget): Promise<Durations> {
  const { database } = target;
  return await translated(target, async () => {
    const databases = await influx.getDatabaseNames();
    if (!databases.includes(database)) await influx.createDatabase(database);
    const known = await influx.showRetentionPolicies(database);
    const seconds: Partial<Record<RetentionPolicy, number>> = {};
    for (const name of Object.keys(retentionDurations) as RetentionPolicy[]) {
      const policy = known.find((candidate) => candidate.name === name);
      const duration = policy?.duration ?? retentionDurations[name];
      if (!policy) await influx.createRetentionPolicy(name, { database, duration, replication: 1 });
      seconds[name] = durationSeconds(duration);
    }
    return seconds as Durations;
  });
}

const UNIT_SECONDS: Record<string, number> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/** Seconds of a duration as InfluxDB writes it (`168h0m0s`, `7d`); `INF` and `0s` are without end. */
export function durationSeconds(duration: string): number {
  let seconds = 0;
  for (const [, count, unit] of duration.matchAll(/(\d+)([wdhms])/g)) seconds += Number(count) * UNIT_SECONDS[unit!]!;
  return seconds === 0 ? Number.POSITIVE_INFINITY : seconds;
}

/** Runs a request of npm influx; its errors become StoreErrors that name the server. */
export async function translated<T>(target: SeriesTarget, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    if (cause instanceof StoreError || cause instanceof RangeError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    const refused = /A 4\d\d|Error from InfluxDB/.test(message);
    const where = formatSeriesTarget(target);
    throw refused
      ? new StoreError('STORE_FAILED', `${where} refused: ${message.slice(0, 300)}`, { cause })
      : new StoreError('STORE_UNREACHABLE', `${where} does not answer (${message}): check that it runs`, { cause });
  }
}

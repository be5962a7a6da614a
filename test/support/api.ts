/** The API as tests ask it. */
import { until } from './program.ts';

export interface LedgerAnswer {
  session: number;
  balances: boolean;
  sensors: {
    sensor: number;
    finished: boolean;
    skippedGaps: number;
    damage: string[];
    counts: Record<string, number> & { notIp: Record<string, number>; undecodable: Record<string, number> };
    server: Record<string, number>;
    payloads: Record<string, number> | null;
    checks: { sum: string; left: number; right: number; inFlight: number; holds: boolean }[];
  }[];
  stored: { sum: string; left: number; right: number; inFlight: number; holds: boolean }[];
  viewers: { offered: number; sent: number; sampledOut: number; filteredOut: number }[];
}

export async function ask<T>(url: string, path: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(`${url}/api/v1/${path}`, { headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export const ledgerOf = (url: string, session?: number) =>
  ask<LedgerAnswer>(url, session === undefined ? 'ledger' : `ledger?session=${session}`);

/** Waits until every sensor of the session has said its last word and everything is stored. */
export function ledgerAtRest(url: string, timeoutMilliseconds = 60_000): Promise<LedgerAnswer> {
  return until(
    'a finished ledger that balances',
    () => ledgerOf(url),
    ({ sensors, balances }) => sensors.length > 0 && sensors.every(({ finished }) => finished) && balances,
    timeoutMilliseconds,
  );
}

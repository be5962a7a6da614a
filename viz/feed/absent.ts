/** What an answer from flows could not count, since retention took it or a file is missing. No DOM. */

export interface Absent {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Null where it is no longer known how many. */
  readonly packets: number | null;
  /** Of these, or beside them in the same files: in files that are gone or damaged. */
  readonly missingPackets: number;
}

export interface WithAbsent {
  /** Null where nothing is absent, or where sums answered. */
  readonly absent: Absent | null;
}

/** Of an answer's body. Null for what is no such object: a server of before tells nothing of it. */
export function readAbsent(body: unknown): Absent | null {
  const { absent } = body as { absent?: unknown };
  if (typeof absent !== 'object' || absent === null) return null;
  const { from, to, packets, missingPackets } = absent as Record<string, unknown>;
  const [fromSeconds, toSeconds] = [from, to].map((time) => Date.parse(String(time)) / 1000) as [number, number];
  if (Number.isNaN(fromSeconds + toSeconds)) return null;
  return {
    fromSeconds,
    toSeconds,
    packets: typeof packets === 'number' ? packets : null,
    missingPackets: typeof missingPackets === 'number' ? missingPackets : 0,
  };
}

/** The most of what answers say; what is not known is more than any number. */
export function mostAbsent(values: readonly unknown[]): Absent | null {
  let most: Absent | null = null;
  for (const value of values) {
    const absent = (value as Partial<WithAbsent> | null)?.absent ?? null;
    if (absent !== null && (most === null || weight(absent) > weight(most))) most = absent;
  }
  return most;
}

const weight = ({ packets }: Absent) => packets ?? Number.POSITIVE_INFINITY;

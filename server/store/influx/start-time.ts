/** When the server that keeps the series' copy was started, where it tells. */
import { MAX_ANSWER_BYTES, textOf } from './answer-text.ts';
import type { InfluxCredentials, SeriesTarget, TargetKind } from './target.ts';
import { authorization } from './write-path.ts';

const ASK_SECONDS = 5;

interface StartSource {
  readonly path: string;
  readonly pattern: RegExp;
  readonly toSeconds: (text: string) => number;
  /** Starts that are no further apart are the same. */
  readonly toleranceSeconds: number;
  /** Of the answer, what is looked for comes earlier. */
  readonly maxBytes: number;
}

/** A server that keeps every value it is sent (VictoriaMetrics) must not be sent any twice: it is not among these. */
export const startSources: Readonly<Partial<Record<TargetKind, StartSource>>> = {
  // "system" is the first part of the answer.
  influxdb: {
    path: '/debug/vars',
    pattern: /"system"\s*:\s*\{[^{}]{0,200}?"started"\s*:\s*"([^"]{1,40})"/,
    toSeconds: (text) => Date.parse(text) / 1000,
    toleranceSeconds: 0,
    maxBytes: MAX_ANSWER_BYTES,
  },
  // Made by its metrics from when the machine was booted, which follows a clock that is put right.
  influxdb2: {
    path: '/metrics',
    pattern: /^process_start_time_seconds ([0-9.eE+]{1,30})\s*$/m,
    toSeconds: Number,
    toleranceSeconds: 1,
    maxBytes: 4_000_000,
  },
};

/** Seconds since 1970 by its own clock, null where it does not tell. Never throws. */
export async function askStart(
  { path, pattern, toSeconds, maxBytes }: StartSource,
  target: SeriesTarget,
  credentials: InfluxCredentials | null,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const response = await fetch(target.url + path, {
      headers: authorization(target, credentials),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ASK_SECONDS * 1000)]),
    });
    const found = pattern.exec(await textOf(response, maxBytes))?.[1];
    const seconds = response.ok && found !== undefined ? toSeconds(found) : Number.NaN;
    // What is no time of this millennium is no answer.
    return seconds > 9e8 && seconds < 1e11 ? seconds : null;
  } catch {
    return null;
  }
}

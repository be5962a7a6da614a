/** Sends lines to the server that keeps the series' copy, and says what became of them. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { textOf } from './answer-text.ts';
import type { InfluxCredentials, SeriesTarget } from './target.ts';
import { authorization, isBroken, reasonOf, writePath } from './write-path.ts';

export const MAX_LINES_PER_WRITE = 5000;
const WRITE_SECONDS = 30;
const MAX_RETRY_AFTER_SECONDS = 3_600;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** `isBroken`: there was no connection, or it ended; `refused`: it will never take (some of) these lines, the others are stored; `again`: nothing is known to be stored. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly lines: number; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string; readonly afterSeconds: number; readonly isBroken?: boolean };

const compress = promisify(gzip);

export class LineWriter {
  readonly #target: SeriesTarget;
  readonly #headers: Record<string, string>;
  readonly #compressed: boolean;

  readonly #seconds: number;

  /** `seconds`: after so long without an answer, nothing is known of what was written. */
  constructor(target: SeriesTarget, credentials: InfluxCredentials | null, seconds = WRITE_SECONDS) {
    this.#target = target;
    this.#seconds = seconds;
    this.#headers = { 'content-type': 'text/plain; charset=utf-8', ...authorization(target, credentials) };
    // On one machine compressing costs more than it saves; over a network it is a sixth of the bytes.
    this.#compressed = !LOOPBACK.has(new URL(target.url).hostname);
    if (this.#compressed) this.#headers['content-encoding'] = 'gzip';
  }

  /** At most MAX_LINES_PER_WRITE lines. Never throws for what the server or the network does. */
  async write(lines: readonly string[], retentionPolicy: string, signal: AbortSignal): Promise<WriteOutcome> {
    const text = lines.join('\n');
    try {
      const response = await fetch(this.#target.url + writePath(this.#target, retentionPolicy), {
        method: 'POST',
        headers: this.#headers,
        body: this.#compressed ? new Uint8Array(await compress(text, { level: 1 })) : text,
        signal: AbortSignal.any([signal, AbortSignal.timeout(this.#seconds * 1000)]),
      });
      const outcome = outcomeOf(response.status, await textOf(response), lines.length);
      if (outcome.kind !== 'again') return outcome;
      return { ...outcome, afterSeconds: retryAfter(response.headers.get('retry-after')) };
    } catch (error) {
      return {
        kind: 'again',
        reason: `does not answer (${reasonOf(error)})`,
        afterSeconds: 0,
        isBroken: isBroken(error),
      };
    }
  }
}

/** Seconds that the server asks to be left alone: a number, or a date. */
export function retryAfter(header: string | null, now = Date.now()): number {
  if (header === null) return 0;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, seconds), MAX_RETRY_AFTER_SECONDS) : 0;
}

/** What a status and its text mean for a batch of so many lines. */
export function outcomeOf(status: number, body: string, lines: number): WriteOutcome {
  if (status >= 200 && status < 300) return { kind: 'written' };
  const reason = `answered ${status}: ${errorText(body)}`;
  // 413: this batch is too large for it, and always will be. 422: InfluxDB 2 and 3 for lines beyond retention.
  if (status === 413 || status === 422) return { kind: 'refused', lines, reason };
  // Everything else, a missing database or a wrong password too, can be put right while we wait.
  if (status !== 400) return { kind: 'again', reason, afterSeconds: 0 };
  return { kind: 'refused', lines: Math.min(lines, refusedLines(body) ?? lines), reason };
}

/** Of a 400: `partial write: … dropped=N` counts points not stored; a line that is no line is named instead. */
function refusedLines(body: string): number | null {
  const dropped = Number(/dropped=(\d+)/.exec(body)?.[1] ?? 0);
  const unreadable = body.match(/unable to parse/g)?.length ?? 0;
  const named = body.match(/"line_number"/g)?.length ?? 0;
  const lines = Math.max(dropped + unreadable, named);
  return lines > 0 ? lines : null;
}

/** Only what can be shown: what answers may be anything. */
function errorText(body: string): string {
  const text = /"(?:error|message)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\ufffd]+/g, ' ');
  return plain.length > 300 ? `${plain.slice(0, 300)}…` : plain;
}

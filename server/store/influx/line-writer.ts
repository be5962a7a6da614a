/** Sends lines to InfluxDB 1.x (`/write`), and says what became of them. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { InfluxCredentials, SeriesTarget } from './target.ts';

export const MAX_LINES_PER_WRITE = 5000;
const WRITE_SECONDS = 30;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** `refused`: it will never take (some of) these lines, the others are stored; `again`: nothing is known to be stored. */
export type WriteOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'refused'; readonly lines: number; readonly reason: string }
  | { readonly kind: 'again'; readonly reason: string };

const compress = promisify(gzip);

export class LineWriter {
  readonly #target: SeriesTarget;
  readonly #headers: Record<string, string>;
  readonly #compressed: boolean;

  constructor(target: SeriesTarget, credentials: InfluxCredentials | null) {
    this.#target = target;
    this.#headers = { 'content-type': 'text/plain; charset=utf-8' };
    if (credentials) {
      const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
      this.#headers.authorization = `Basic ${pair}`;
    }
    // On one machine compressing costs more than it saves; over a network it is a sixth of the bytes.
    this.#compressed = !LOOPBACK.has(new URL(target.url).hostname);
    if (this.#compressed) this.#headers['content-encoding'] = 'gzip';
  }

  /** At most MAX_LINES_PER_WRITE lines. Never throws for what the server or the network does. */
  async write(lines: readonly string[], retentionPolicy: string, signal: AbortSignal): Promise<WriteOutcome> {
    const query = new URLSearchParams({ db: this.#target.database, rp: retentionPolicy, precision: 's' });
    const text = lines.join('\n');
    try {
      const response = await fetch(`${this.#target.url}/write?${query}`, {
        method: 'POST',
        headers: this.#headers,
        body: this.#compressed ? new Uint8Array(await compress(text, { level: 1 })) : text,
        signal: AbortSignal.any([signal, AbortSignal.timeout(WRITE_SECONDS * 1000)]),
      });
      return outcomeOf(response.status, await response.text(), lines.length);
    } catch (error) {
      return { kind: 'again', reason: `InfluxDB does not answer (${reasonOf(error)})` };
    }
  }
}

/** `fetch` says only "fetch failed"; what happened is in its cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code || (cause instanceof Error && cause.message) || message;
}

/** What a status and its text mean for a batch of so many lines. */
export function outcomeOf(status: number, body: string, lines: number): WriteOutcome {
  if (status >= 200 && status < 300) return { kind: 'written' };
  const reason = `InfluxDB answered ${status}: ${errorText(body)}`;
  // 413: this batch is too large for it, and always will be.
  if (status === 413) return { kind: 'refused', lines, reason };
  // Everything else, a missing database or a wrong password too, can be put right while we wait.
  if (status !== 400) return { kind: 'again', reason };
  return { kind: 'refused', lines: Math.min(lines, refusedLines(body) ?? lines), reason };
}

/** Of a 400: `partial write: … dropped=N` counts points not stored; a line that is no line is named instead. */
function refusedLines(body: string): number | null {
  const dropped = Number(/dropped=(\d+)/.exec(body)?.[1] ?? 0);
  const unreadable = body.match(/unable to parse/g)?.length ?? 0;
  return dropped + unreadable > 0 ? dropped + unreadable : null;
}

function errorText(body: string): string {
  const text = /"error"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.trim();
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

/** What a server says, checked before use: over a network it is a stranger as well. */
import type { ErrorMessage, ServerHello } from '../../shared/wire/messages.ts';

const MAX_EARLIER = 1_000;
const MAX_WORDS = 500;

/** Throws Error for what is no hello. */
export function readServerHello(sent: unknown): ServerHello {
  const { software, sensor, session, resumeAfter, earlier } = (sent ?? {}) as Partial<ServerHello>;
  if (!isSequence(resumeAfter)) throw new Error('its hello names no position');
  const positions = Array.isArray(earlier) ? earlier.slice(0, MAX_EARLIER) : [];
  return {
    software: String(software).slice(0, MAX_WORDS),
    sensor: Number(sensor),
    session: Number(session),
    resumeAfter,
    earlier: positions.filter((one) => Number.isInteger(one?.epoch) && isSequence(one?.resumeAfter)),
  };
}

/** -1 is before the first. */
function isSequence(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= -1 && (value as number) <= 0xffff_ffff;
}

export function readErrorMessage(sent: unknown): ErrorMessage {
  const { code, message } = (sent ?? {}) as Partial<ErrorMessage>;
  const isCode = typeof code === 'string' && /^[A-Z_]{1,40}$/.test(code);
  return { code: isCode ? code : 'INGEST_FAILED', message: printable(String(message)) };
}

/** It goes to a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').slice(0, MAX_WORDS);
}

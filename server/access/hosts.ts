/** Which names a request may address us by: others are web pages that were rebound to us, and are refused. */
import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether `Host` names this server, and `Origin`, where there is one, the same. */
export function isOwnRequest({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const { host, origin } = headers;
  if (host === undefined || !LOOPBACK_NAMES.has(host.replace(/:\d+$/, '').toLowerCase())) return false;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === new URL(`http://${host}`).host;
  } catch {
    return false;
  }
}

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  return /^Bearer (\S{1,200})$/.exec(headers.authorization ?? '')?.[1] ?? null;
}

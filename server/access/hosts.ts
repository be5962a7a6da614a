/** Which names a request may address us by: others are web pages that were rebound to us, and are refused. */
import type { IncomingMessage } from 'node:http';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_ADDRESS = /^(::ffff:)?127\.|^::1$/;
const NO_NAMES: readonly string[] = [];

/** How the server is reached. */
export interface Reach {
  /** Beside the names of the loopback. */
  readonly names: readonly string[];
  /** The only address that may connect, beside the loopback's; empty: everyone may. */
  readonly proxy: string;
  /** The page opens without a token, as a viewer: on the loopback only. */
  readonly isOpen: boolean;
}

/** Whether `Host` names this server, and `Origin`, where there is one, the same. */
export function isOwnRequest({ headers }: Pick<IncomingMessage, 'headers'>, names = NO_NAMES): boolean {
  const { host, origin } = headers;
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  if (name === undefined || !(LOOPBACK_NAMES.includes(name) || names.some((own) => hostOf(own) === name))) return false;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === new URL(`${new URL(origin).protocol}//${host}`).host;
  } catch {
    return false;
  }
}

/** As it stands in `Host`. */
function hostOf(name: string): string {
  return (name.includes(':') ? `[${name}]` : name).toLowerCase();
}

/** Where a reverse proxy is named, others go through it. */
export function isFromProxy({ socket }: Pick<IncomingMessage, 'socket'>, proxy: string): boolean {
  const address = socket.remoteAddress ?? '';
  return proxy === '' || LOOPBACK_ADDRESS.test(address) || address.replace(/^::ffff:/, '') === proxy;
}

/** The token of an `Authorization: Bearer` header, or null. */
export function bearerToken({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  return /^Bearer (\S{1,200})$/.exec(headers.authorization ?? '')?.[1] ?? null;
}

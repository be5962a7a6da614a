/** The cookie of a sign-in. It holds a random id and nothing else, and no script on the page can read it. */
import type { IncomingMessage } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';

/**
 * Browsers keep the cookies of a host together whatever the port: with the port in the name, two installations on one machine
 * do not sign each other out.
 */
function nameOf({ headers: { host } }: Pick<IncomingMessage, 'headers'>): string {
  return `kurayami-${/:(\d+)$/.exec(host ?? '')?.[1] ?? 'default'}`;
}

/** The id that a request brings, or null. */
export function signInIdOf(request: Pick<IncomingMessage, 'headers'>): string | null {
  const { cookie } = request.headers;
  return cookie === undefined ? null : (parseCookie(cookie)[nameOf(request)] ?? null);
}

/** The header that gives an id to the browser until it is closed, or takes it away (null). */
export function signInCookie(request: IncomingMessage, id: string | null): string {
  return stringifySetCookie({
    name: nameOf(request),
    value: id ?? '',
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: isEncrypted(request),
    ...(id === null ? { maxAge: 0 } : {}),
  });
}

/** A proxy that speaks TLS for us is told by the page's origin, which has been checked by now. */
function isEncrypted({ headers, socket }: IncomingMessage): boolean {
  return 'encrypted' in socket || headers.origin?.startsWith('https:') === true;
}

/** Who asks: by a token in the header, or by the cookie of a sign-in. On loopback the page opens without either, as a viewer. */
import type { IncomingMessage } from 'node:http';
import { signInIdOf } from './cookie.ts';
import { bearerToken, type Reach } from './hosts.ts';
import type { SignIn, SignIns } from './sign-ins.ts';
import type { Role, TokenFile } from './token-file.ts';

export interface AccessParts {
  readonly tokens: TokenFile;
  readonly signIns: SignIns;
  /** Without it: the loopback, open to everyone on the machine. */
  readonly reach?: Reach;
}

export interface Asker {
  readonly role: Role;
  /** That of the token; null for whoever showed none. */
  readonly name: string | null;
  /** For connections that stay: whether token or sign-in still hold. */
  isGood(): boolean;
}

/** Whoever showed no token. */
export const ANYONE: Asker = { role: 'viewer', name: null, isGood: () => true };

/** Null for a token that is not good, and for none where one is needed. A cookie that is not good (the server may have been started anew) is as none. */
export function askerOf(request: IncomingMessage, { tokens, signIns, reach }: AccessParts): Asker | null {
  if (request.headers.authorization !== undefined) {
    const token = bearerToken(request);
    const record = token === null ? null : tokens.find(token);
    return record && { role: record.role, name: record.name, isGood: () => tokens.isGood(record.id) };
  }
  const signIn = signInOf(request, signIns);
  if (signIn === null) return reach?.isOpen === false ? null : ANYONE;
  return { role: signIn.role, name: signIn.name, isGood: () => signIns.isGood(signIn) };
}

export function signInOf(request: IncomingMessage, signIns: SignIns): SignIn | null {
  const id = signInIdOf(request);
  return id === null ? null : signIns.find(id);
}

export function roleOf(request: IncomingMessage, parts: AccessParts): Role | null {
  return askerOf(request, parts)?.role ?? null;
}

export function maySeeTargets(role: Role | null): boolean {
  return role === 'analyst' || role === 'administrator';
}

/** What a page needs before somebody signed in: itself, and the way to do so. */
export function isForEveryone({ url = '', headers }: Pick<IncomingMessage, 'url' | 'headers'>): boolean {
  const path = url.split('?')[0]!;
  return headers.authorization === undefined && (!path.startsWith('/api/') || /^\/api\/v1\/sign-(in|out)$/.test(path));
}

/** Those who share a turn where questions wait: one token, or one address of people without. */
export function turnNameOf(asker: Asker | null, request: IncomingMessage): string {
  const name = asker?.name ?? null;
  return name === null ? `address ${request.socket.remoteAddress}` : `token ${name}`;
}

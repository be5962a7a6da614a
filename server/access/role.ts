/** Who asks. On loopback the page opens without a token, as a viewer. */
import type { IncomingMessage } from 'node:http';
import { bearerToken } from './hosts.ts';
import type { Role, TokenFile } from './token-file.ts';

/** Null for a token that is not good. */
export function roleOf(request: IncomingMessage, tokens: TokenFile): Role | null {
  const token = bearerToken(request);
  if (token === null) return request.headers.authorization === undefined ? 'viewer' : null;
  return tokens.find(token)?.role ?? null;
}

export function maySeeTargets(role: Role | null): boolean {
  return role === 'analyst' || role === 'administrator';
}

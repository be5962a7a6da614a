/** The exchange of a token for a cookie, and its end. The page keeps neither: the cookie is the browser's. */
import type { ViewerHello } from '../../shared/wire/messages.ts';

/** Why it did not come to a sign-in; `waitSeconds` where the server says when to try again. */
export interface SignInFailure {
  readonly code: string;
  readonly waitSeconds: number;
}

/** Null when it worked. */
export async function requestSignIn(token: string): Promise<SignInFailure | null> {
  return request('api/v1/sign-in', {
    body: JSON.stringify({ token }),
    headers: { 'content-type': 'application/json' },
  });
}

export function requestSignOut(): Promise<SignInFailure | null> {
  return request('api/v1/sign-out', {});
}

async function request(path: string, init: RequestInit): Promise<SignInFailure | null> {
  try {
    const answer = await fetch(path, { method: 'POST', ...init });
    if (answer.ok) return null;
    const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null;
    return { code: String(problem?.code ?? ''), waitSeconds: Number(answer.headers.get('retry-after') ?? 0) };
  } catch {
    return { code: '', waitSeconds: 0 };
  }
}

/** Whether the server shows targets to this page. */
export function seesTargets(hello: ViewerHello | null): boolean {
  return hello !== null && hello.role !== 'viewer';
}

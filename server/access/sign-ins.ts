/** Who is signed in: kept in memory, by the hash of a random id that only a cookie holds. The server's end ends them all. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Role, TokenFile, TokenRecord } from './token-file.ts';

const HOUR_MILLISECONDS = 3_600_000;
/** An open page counts as use. */
const IDLE_MILLISECONDS = 12 * HOUR_MILLISECONDS;
const LONGEST_MILLISECONDS = 7 * 24 * HOUR_MILLISECONDS;
/** Of one token; the one that was idle longest makes room, so that nobody can sign out others. */
const MOST_OF_A_TOKEN = 16;
/** All of them are compared at a request. */
const MOST_SIGN_INS = 256;
const ID_BYTES = 32;
const ID = /^[\w-]{43}$/;

export interface SignIn {
  readonly tokenId: number;
  /** Of the token, as the file has it. */
  readonly tokenHash: string;
  readonly role: Role;
  /** That of the token. */
  readonly name: string;
  readonly hash: Buffer;
  readonly startedMilliseconds: number;
  usedMilliseconds: number;
}

export class SignIns {
  readonly #tokens: Pick<TokenFile, 'holds'>;
  readonly #now: () => number;
  readonly #all = new Set<SignIn>();

  constructor(tokens: Pick<TokenFile, 'holds'>, now: () => number = Date.now) {
    this.#tokens = tokens;
    this.#now = now;
  }

  get size(): number {
    return this.#all.size;
  }

  /** The id of a new one, which is not kept and cannot be told again; null when there are too many. */
  begin({
    id: tokenId,
    hash: tokenHash,
    role,
    name,
  }: Pick<TokenRecord, 'id' | 'hash' | 'role' | 'name'>): string | null {
    for (const signIn of this.#all) if (!this.#holds(signIn)) this.#all.delete(signIn);
    this.#makeRoom(tokenId);
    if (this.#all.size >= MOST_SIGN_INS) return null;
    const id = randomBytes(ID_BYTES).toString('base64url');
    const now = this.#now();
    this.#all.add({
      tokenId,
      tokenHash,
      role,
      name,
      hash: hashOf(id),
      startedMilliseconds: now,
      usedMilliseconds: now,
    });
    return id;
  }

  /** Null for an id that is forged, too old or signed out. Every hash is compared, each in constant time. */
  find(id: string): SignIn | null {
    if (!ID.test(id)) return null;
    const hash = hashOf(id);
    let found: SignIn | null = null;
    for (const signIn of this.#all) if (timingSafeEqual(signIn.hash, hash)) found = signIn;
    return found !== null && this.isGood(found) ? found : null;
  }

  /** Whether it still holds; asking is using it. */
  isGood(signIn: SignIn): boolean {
    if (!this.#holds(signIn)) {
      this.#all.delete(signIn);
      return false;
    }
    signIn.usedMilliseconds = this.#now();
    return true;
  }

  end(signIn: SignIn): void {
    this.#all.delete(signIn);
  }

  #holds(signIn: SignIn): boolean {
    const now = this.#now();
    return (
      this.#all.has(signIn) &&
      now - signIn.usedMilliseconds < IDLE_MILLISECONDS &&
      now - signIn.startedMilliseconds < LONGEST_MILLISECONDS &&
      this.#tokens.holds({ id: signIn.tokenId, hash: signIn.tokenHash })
    );
  }

  #makeRoom(tokenId: number): void {
    const own = [...this.#all].filter((signIn) => signIn.tokenId === tokenId);
    own.sort((a, b) => a.usedMilliseconds - b.usedMilliseconds);
    for (const signIn of own.slice(0, Math.max(0, own.length - MOST_OF_A_TOKEN + 1))) this.#all.delete(signIn);
  }
}

/** The id has 256 random bits, so a slow hash would add nothing. */
function hashOf(id: string): Buffer {
  return createHash('sha256').update(id).digest();
}

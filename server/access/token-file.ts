/** Tokens of an installation: a file in the data folder, so that they can be made and revoked while the server runs. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { createToken, hashToken, sameHash } from './token.ts';

export const roles = ['sensor', 'viewer', 'analyst', 'administrator'] as const;
export type Role = (typeof roles)[number];

const Token = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  role: Type.Union(roles.map((role) => Type.Literal(role))),
  /** A sensor's token is good for the sensor of this name only. */
  name: Type.String(),
  createdSeconds: Type.Number(),
  revoked: Type.Boolean(),
  /** From then on it is refused; without one, it holds until it is revoked. */
  expiresSeconds: Type.Optional(Type.Number()),
  /** Hex SHA-256. */
  hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
});
export type TokenRecord = Omit<Static<typeof Token>, 'role'> & { role: Role };
const Tokens = Compile(Type.Object({ tokens: Type.Array(Token, { maxItems: 10_000 }) }));

export type TokenState = 'good' | 'revoked' | 'expired' | 'unknown';

const OWNER_ONLY = 0o600;

export class TokenFile {
  readonly #path: string;
  #readAt = -1;
  #tokens: TokenRecord[] = [];
  #damageTold = false;

  readonly #now: () => number;

  constructor(dataFolder: string, now: () => number = Date.now) {
    this.#now = now;
    // It holds targets and the key of their masks.
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    this.#path = join(dataFolder, 'tokens.json');
  }

  list(): readonly TokenRecord[] {
    const modified = statSync(this.#path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (modified !== this.#readAt) {
      this.#tokens = modified === 0 ? [] : this.#read();
      this.#readAt = modified;
      this.#damageTold = false;
    }
    return this.#tokens;
  }

  /** Whether the token of that id still holds. While the file is damaged, connections that are open stay so. */
  isGood(id: number): boolean {
    return this.stateOf(id) === 'good';
  }

  stateOf(id: number): TokenState {
    const tokens = this.#listOrNone();
    if (tokens.length === 0 && this.#damageTold) return 'good';
    return this.#stateOf(tokens.find((record) => record.id === id));
  }

  #stateOf(record: TokenRecord | undefined): TokenState {
    if (record === undefined) return 'unknown';
    if (record.revoked) return 'revoked';
    return (record.expiresSeconds ?? Number.POSITIVE_INFINITY) <= this.#now() / 1000 ? 'expired' : 'good';
  }

  /** Whether this very token still holds: ids begin again where the file was moved away. None does while it is damaged. */
  holds({ id, hash }: Pick<TokenRecord, 'id' | 'hash'>): boolean {
    return this.#listOrNone().some(
      (record) => record.id === id && record.hash === hash && this.#stateOf(record) === 'good',
    );
  }

  #listOrNone(): readonly TokenRecord[] {
    try {
      return this.list();
    } catch (error) {
      if (!this.#damageTold) process.stderr.write(`server: ${(error as Error).message}\n`);
      this.#damageTold = true;
      return [];
    }
  }

  #read(): TokenRecord[] {
    const content = parseJson(readFileSync(this.#path, 'utf8'));
    if (!Tokens.Check(content)) throw new Error(`${this.#path} is damaged: move it away and make new tokens.`);
    return content.tokens as TokenRecord[];
  }

  /** Makes a token; its text is not kept and cannot be shown again. */
  add(role: Role, name: string, expiresSeconds?: number): { token: string; record: TokenRecord } {
    const token = createToken();
    const before = this.list();
    const id = before.reduce((highest, record) => Math.max(highest, record.id), 0) + 1;
    const record = {
      id,
      role,
      name,
      createdSeconds: Math.floor(Date.now() / 1000),
      revoked: false,
      ...(expiresSeconds === undefined ? {} : { expiresSeconds }),
      hash: hashToken(token),
    };
    this.#write([...before, record]);
    return { token, record };
  }

  /** False when there is no such token. */
  revoke(id: number): boolean {
    const before = this.list();
    if (!before.some((record) => record.id === id)) return false;
    this.#write(before.map((record) => (record.id === id ? { ...record, revoked: true } : record)));
    return true;
  }

  /** Forgets tokens altogether, such as those of earlier starts. */
  remove(matches: (record: TokenRecord) => boolean): void {
    this.#write(this.list().filter((record) => !matches(record)));
  }

  /** The record of a token that is good, or null (none is while the file is damaged). */
  find(token: string): TokenRecord | null {
    const record = this.#match(token);
    return record !== undefined && this.#stateOf(record) === 'good' ? record : null;
  }

  /** What is the matter with a token: who holds it may know. */
  stateOfToken(token: string): TokenState {
    return this.#stateOf(this.#match(token));
  }

  /** Every hash is compared, each in constant time. */
  #match(token: string): TokenRecord | undefined {
    const hash = hashToken(token);
    let found: TokenRecord | undefined;
    for (const record of this.#listOrNone()) if (sameHash(record.hash, hash)) found = record;
    return found;
  }

  #write(tokens: readonly TokenRecord[]): void {
    const temporary = `${this.#path}.${process.pid}.tmp`;
    // One that was left over by a crash would keep the rights it has.
    rmSync(temporary, { force: true });
    writeFileSync(temporary, `${JSON.stringify({ tokens }, null, 2)}\n`, { mode: OWNER_ONLY });
    renameSync(temporary, this.#path);
    this.#readAt = -1;
  }
}

/** Undefined for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What left the ring, by session: written before a segment goes, so that nothing is counted twice or not at all. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Left {
  /** Packets in segments that went for want of room. */
  expired: number;
  /** Packets that were in files that are gone or damaged. */
  missing: number;
}

interface Stored {
  readonly sessions: Record<string, Left>;
  /** The segment that goes just now: if it is there, it is counted already. */
  readonly leaving: string | null;
}

export class RingAccount {
  readonly #path: string;
  readonly #sessions = new Map<number, Left>();
  /** Of the run before. */
  readonly leaving: string | null;

  constructor(path: string) {
    this.#path = path;
    const { sessions, leaving } = read(path);
    for (const [id, { expired, missing }] of Object.entries(sessions))
      this.#sessions.set(Number(id), { expired: Number(expired) || 0, missing: Number(missing) || 0 });
    this.leaving = typeof leaving === 'string' ? leaving : null;
  }

  of(session: number): Left {
    return this.#sessions.get(session) ?? { expired: 0, missing: 0 };
  }

  sessions(): number[] {
    return [...this.#sessions.keys()];
  }

  add(session: number, change: Partial<Left>, leaving: string | null = null): void {
    const { expired, missing } = this.of(session);
    this.#sessions.set(session, {
      expired: expired + (change.expired ?? 0),
      missing: missing + (change.missing ?? 0),
    });
    const text = JSON.stringify({ sessions: Object.fromEntries(this.#sessions), leaving });
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    writeFileSync(`${this.#path}.new`, text, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
  }
}

/** A file that cannot be read counts as none: what it knew is missing then. */
function read(path: string): Stored {
  try {
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Stored;
  } catch {
    // Said by the packets that are missing.
  }
  return { sessions: {}, leaving: null };
}

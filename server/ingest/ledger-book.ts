/** The ledgers of all sensors and sessions: what is known now, and what of it is not stored yet. */
import { addServerLedgers, emptyServerLedger, type ServerLedger } from '../../shared/counters.ts';
import type { SensorHealth } from '../../shared/wire/messages.ts';
import type { LedgerState } from '../store/ingest-commit.ts';
import type { Channel } from './channel.ts';
import { addRun, hearLastWords, reportOfBegin, runOf } from './sensor-runs.ts';

/** What one commit adds to the server's counters, by ledger. */
export class LedgerChanges {
  readonly servers = new Map<string, { channel: Channel; added: ServerLedger }>();

  of(channel: Channel): ServerLedger {
    const key = keyOf(channel);
    let entry = this.servers.get(key);
    if (entry === undefined) {
      entry = { channel, added: emptyServerLedger() };
      this.servers.set(key, entry);
    }
    return entry.added;
  }
}

export class LedgerBook {
  readonly #states = new Map<string, LedgerState>();
  #unsaved = new Set<string>();

  constructor(states: readonly LedgerState[] = []) {
    for (const state of states) this.#states.set(`${state.session}/${state.sensor}`, state);
  }

  get isSaved(): boolean {
    return this.#unsaved.size === 0;
  }

  states(): LedgerState[] {
    return [...this.#states.values()];
  }

  of(channel: Channel): LedgerState | undefined {
    return this.#states.get(keyOf(channel));
  }

  /** What the run of the channel has said as its last word; null before that. */
  lastWord(channel: Channel): SensorHealth | null {
    const health = this.of(channel)?.health;
    return health?.finished === true && health.epoch === runOf(channel.hello) ? health : null;
  }

  takeHealth(channel: Channel, health: SensorHealth): void {
    const before = this.of(channel);
    const server = before?.server ?? emptyServerLedger();
    const added = addRun(health, channel.hello, before?.health ?? null, server);
    this.#put(channel, { ...blank(channel), server, health: added, serverAtReport: server });
  }

  /** Before a run's first flow: what the server has by now is what the runs before it delivered. */
  begin(channel: Channel): void {
    const { hello } = channel;
    const before = this.of(channel);
    if (before?.health?.epoch === runOf(hello)) return;
    const server = before?.server ?? emptyServerLedger();
    const heard = hearLastWords(hello, before?.health ?? null, server);
    if (heard !== null) this.#put(channel, { ...blank(channel), server, health: heard });
    this.takeHealth(channel, reportOfBegin(hello));
  }

  countDuplicate(channel: Channel): void {
    const before = this.of(channel) ?? blank(channel);
    const server = { ...before.server, duplicateFrames: before.server.duplicateFrames + 1 };
    this.#put(channel, { ...before, server });
  }

  #put(channel: Channel, state: LedgerState): void {
    this.#states.set(keyOf(channel), state);
    this.#unsaved.add(keyOf(channel));
  }

  /** States to store with a commit, its changes added; they count as saved until `putBack`. */
  takeUnsaved(changes: LedgerChanges): { states: LedgerState[]; keys: Set<string> } {
    const keys = new Set([...this.#unsaved, ...changes.servers.keys()]);
    this.#unsaved = new Set();
    const states = [...keys].map((key) => {
      const change = changes.servers.get(key);
      const state = this.#states.get(key) ?? blank(change!.channel);
      return change === undefined ? state : { ...state, server: addServerLedgers([state.server, change.added]) };
    });
    return { states, keys };
  }

  /** The commit is durable. Reports that came meanwhile stay. */
  apply(changes: LedgerChanges): void {
    for (const [key, { channel, added }] of changes.servers) {
      const state = this.#states.get(key) ?? blank(channel);
      this.#states.set(key, { ...state, server: addServerLedgers([state.server, added]) });
    }
  }

  /** As the store has them; reports and what was counted beside commits stay. */
  restore(stored: readonly LedgerState[]): void {
    for (const { session, sensor, server } of stored) {
      const known = this.#states.get(`${session}/${sensor}`);
      if (known === undefined) continue;
      const duplicateFrames = Math.max(server.duplicateFrames, known.server.duplicateFrames);
      this.#states.set(`${session}/${sensor}`, { ...known, server: { ...server, duplicateFrames } });
    }
  }

  /** The session is being deleted; gives what was known of it. */
  forget(session: number): LedgerState[] {
    const states = this.states().filter((state) => state.session === session);
    for (const { sensor } of states) {
      this.#states.delete(`${session}/${sensor}`);
      this.#unsaved.delete(`${session}/${sensor}`);
    }
    return states;
  }

  /** The session could not be deleted. */
  remember(states: readonly LedgerState[]): void {
    for (const state of states) {
      this.#states.set(`${state.session}/${state.sensor}`, state);
      this.#unsaved.add(`${state.session}/${state.sensor}`);
    }
  }

  /** The commit failed: what it would have stored is still to be stored. */
  putBack(keys: ReadonlySet<string>): void {
    for (const key of keys) if (this.#states.has(key)) this.#unsaved.add(key);
  }
}

function keyOf(channel: Channel): string {
  return `${channel.session.id}/${channel.sensor.id}`;
}

function blank(channel: Channel): LedgerState {
  return { session: channel.session.id, sensor: channel.sensor.id, server: emptyServerLedger(), health: null };
}

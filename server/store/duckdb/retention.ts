/**
 * What is too old, or too much, goes: whole hours of live flows, whole sessions of others. What left is counted, so that
 * stored = present + expired + missing holds.
 */
import { type Connections, checkpoint, inTransaction, type rowsOf } from './connections.ts';
import { expireEvidence } from './evidence-keeping.ts';
import { addSums, noSums } from './flow-account.ts';
import type { FlowAppenders } from './flow-appenders.ts';
import { sumsOf } from './flow-files.ts';
import { type FlowParts, HOUR_SECONDS, type HotPart, LIVE_SESSION, type SealedFile } from './flow-parts.ts';
import { deleteExpired } from './flow-recovery.ts';
import { dropPartTable, setFileState } from './flow-tables.ts';
import type { FlowViews } from './flow-views.ts';
import type { RetentionLimits, Sums } from './operations.ts';
import { expirePayloads } from './payload-leaving.ts';
import type { ProblemBook } from './problem-book.ts';
import type { SteadyClock } from './steady-clock.ts';

const RUN_EVERY_MILLISECONDS = 60_000;
const DAY_SECONDS = 86_400;
/** A session that was written to so lately is not done with. */
const ACTIVE_MILLISECONDS = 600_000;

export interface RetentionParts {
  readonly folder: string;
  readonly connections: Connections;
  readonly parts: FlowParts;
  readonly appenders: FlowAppenders;
  readonly views: FlowViews;
  /** Sums of what is gone, by session: kept up to date here. */
  readonly expired: Map<number, Sums>;
  readonly limits: RetentionLimits;
  readonly clock: SteadyClock;
  readonly problems: ProblemBook;
}

/** What goes as a whole. `seconds`: the time by which its age is told. */
interface Unit {
  readonly session: number;
  readonly seconds: number;
  readonly files: SealedFile[];
  readonly hot: HotPart[];
}

export class Retention {
  readonly #does: RetentionParts;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();

  constructor(does: RetentionParts) {
    this.#does = does;
    this.#timer = setInterval(() => void this.run().catch(() => undefined), RUN_EVERY_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  run(): Promise<void> {
    this.#running = this.#running.catch(() => undefined).then(() => this.#expireAll());
    return this.#running;
  }

  /** Steps that do not need each other: one that fails keeps no other from being done. */
  async #expireAll(): Promise<void> {
    const { problems, clock } = this.#does;
    const attempt = (step: string, sentence: string, work: () => Promise<unknown>) =>
      problems.attempt('STORE_RETENTION_FAILED', `retention of flows: ${step}`, sentence, work);
    let leaving: Unit[] = [];
    const errors = [
      await attempt('choose', 'which flows are too old cannot be told', async () => {
        leaving = await this.#leaving();
      }),
      await attempt('expire', 'flows that are too old cannot be taken out', () => this.#expireEach(leaving)),
      // From here on nobody asks for them; who is reading one meanwhile asks anew.
      await attempt('delete', 'files of flows that were taken out cannot be deleted', () => deleteExpired(this.#does)),
    ];
    if (clock.problem !== null) problems.note('STORE_CLOCK_JUMPED', clock.problem);
    for (const error of errors) if (error !== null) throw error;
  }

  async #leaving(): Promise<Unit[]> {
    const now = this.#does.clock.now() / 1000;
    const { flowDays, flowGigabytes, sessionDays } = this.#does.limits;
    if (flowDays + flowGigabytes + sessionDays === 0) return [];
    const units = (await this.#units(now)).sort((a, b) => a.seconds - b.seconds);
    const isOld = ({ session, seconds }: Unit) => {
      const days = session === LIVE_SESSION ? flowDays : sessionDays;
      return days > 0 && seconds < now - days * DAY_SECONDS;
    };
    let excess = flowGigabytes === 0 ? 0 : fileBytes(units.flatMap(({ files }) => files)) - flowGigabytes * 1e9;
    return units.filter((unit) => {
      if (!isOld(unit) && excess <= 0) return false;
      excess -= fileBytes(unit.files);
      return true;
    });
  }

  /** All at once: a query underway has to ask anew once, not once for each. Where that fails, each by itself. */
  async #expireEach(units: readonly Unit[]): Promise<void> {
    if (units.length === 0) return;
    try {
      await this.#expire(units);
    } catch (cause) {
      if (units.length === 1) throw cause;
      const errors: unknown[] = [];
      for (const unit of units) await this.#expire([unit]).catch((error: unknown) => errors.push(error));
      if (errors.length > 0) throw errors[0];
    }
  }

  /** All that could go. Live flows in tables are left until they are sealed. */
  async #units(nowSeconds: number): Promise<Unit[]> {
    const { parts, connections } = this.#does;
    const sessions = await connections.lookUp('SELECT id::DOUBLE AS id, arrived_seconds FROM sessions');
    const arrived = new Map(sessions.map((row) => [Number(row.id), Number(row.arrived_seconds)]));
    const units = new Map<string, Unit>();
    const take = (key: string, session: number, seconds: number) => {
      const unit = units.get(key) ?? { session, seconds, files: [], hot: [] };
      units.set(key, unit);
      return unit;
    };
    for (const file of parts.files.values()) {
      if (file.state === 'expired') continue;
      if (file.session !== LIVE_SESSION)
        take(`session ${file.session}`, file.session, arrived.get(file.session) ?? file.sealedSeconds).files.push(file);
      else if (file.hour === null) take(file.path, LIVE_SESSION, endOf(file)).files.push(file);
      else take(`hour ${file.hour}`, LIVE_SESSION, endOf(file)).files.push(file);
    }
    for (const part of parts.hot) {
      if (part.session === LIVE_SESSION || !part.isMade) continue;
      take(`session ${part.session}`, part.session, arrived.get(part.session) ?? nowSeconds).hot.push(part);
    }
    return [...units.values()].filter(({ hot }) => !hot.some(isActive));
  }

  async #expire(all: readonly Unit[]): Promise<void> {
    const { connections, parts, appenders, views, expired } = this.#does;
    await connections.write(async (writer) => {
      // What is being sealed would leave a file that nobody knows: its session goes the next time.
      const units = all.filter((unit) => !unit.hot.some(({ isSealing }) => isSealing));
      const files = units.flatMap((unit) => unit.files);
      const hot = units.flatMap((unit) => unit.hot).filter((part) => parts.hot.has(part));
      for (const part of hot) {
        parts.close(part);
        appenders.forget(part);
      }
      if (files.length + hot.length === 0) return;
      const sums = new Map<number, Sums>();
      await inTransaction(writer, async () => {
        for (const file of files) addTo(sums, file.session, file);
        for (const part of hot) addTo(sums, part.session, await sumsOf(writer, part.table));
        if (hot.length > 0) await dropPartTable(writer, parts, hot);
        for (const file of files) await setFileState(writer, file, 'expired');
        for (const [session, sum] of sums) await addExpired(writer, session, sum);
        for (const [session, seconds] of endsOf(units)) {
          await expireEvidence(writer, session, seconds);
          await expirePayloads(writer, session, seconds);
        }
      });
      for (const part of hot) parts.remove(part);
      for (const file of files) file.state = 'expired';
      for (const [session, { packets, bytes, flows }] of sums)
        addTo(expired, session, { packets, wireBytes: bytes, rows: flows });
      await views.refresh(writer);
      if (hot.length > 0) await checkpoint(writer);
    });
  }
}

/** By session, the moment until which its flows go: all of one that is not live. */
function endsOf(units: readonly Unit[]): Map<number, number> {
  const ends = new Map<number, number>();
  for (const { session, seconds } of units)
    ends.set(session, session === LIVE_SESSION ? Math.max(seconds, ends.get(session) ?? 0) : Number.POSITIVE_INFINITY);
  return ends;
}

type Counted = { readonly packets: number; readonly wireBytes: number; readonly rows: number };

function addTo(sums: Map<number, Sums>, session: number, { packets, wireBytes, rows }: Counted): void {
  const sum = sums.get(session) ?? noSums();
  addSums(sum, { packets, bytes: wireBytes, flows: rows });
  sums.set(session, sum);
}

/** By the packets' clock, and by ours where that is behind: a packet from the year 2200 does not stay until then. */
function endOf({ hour, lastMicros, sealedSeconds }: SealedFile): number {
  return Math.min(hour === null ? lastMicros / 1e6 : (hour + 1) * HOUR_SECONDS, sealedSeconds);
}

const isActive = ({ appendedMilliseconds }: HotPart) => performance.now() - appendedMilliseconds < ACTIVE_MILLISECONDS;
const fileBytes = (files: readonly SealedFile[]) =>
  files.reduce((sum, file) => sum + (file.state === 'present' ? file.fileBytes + file.summaryBytes : 0), 0);

async function addExpired(writer: Parameters<typeof rowsOf>[0], session: number, sums: Sums): Promise<void> {
  const values = [session, sums.packets, sums.bytes, sums.flows];
  const { rowsChanged } = await writer.run(
    'UPDATE flow_expired SET packets = packets + $2, bytes = bytes + $3, flows = flows + $4 WHERE session = $1',
    values,
  );
  if (rowsChanged === 0) await writer.run('INSERT INTO flow_expired VALUES ($1, $2, $3, $4)', values);
}

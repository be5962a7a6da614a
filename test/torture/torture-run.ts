/** Kills, starts again and checks, on one data folder: a round. What a kill did is checked before the next one comes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, ledgerOf } from '../support/api.ts';
import { type KillPlan, type PartOfTorture, planKill, planSpeed } from './kill-plan.ts';
import { nextWrite, untilMore } from './moment.ts';
import { Rig } from './rig.ts';
import {
  checkInflux,
  checkLedger,
  checkSeries,
  checkWhole,
  expectEqual,
  Inexact,
  packetsStoredOf,
  settledLedger,
  sumFlows,
  sumSeconds,
} from './session-checks.ts';
import type { TortureTally } from './tally.ts';
import type { Truth } from './truth.ts';

const PATIENCE_MILLISECONDS = 120_000;
/** What a sensor that is gone had said is taken in by then. */
const LAST_WORDS_MILLISECONDS = 300;

export interface RoundOptions {
  readonly part: PartOfTorture;
  readonly seed: number;
  readonly truth: Truth;
  readonly folder: string;
  readonly withInflux: boolean;
  readonly tally: TortureTally;
}

export class TortureRound {
  readonly #options: RoundOptions;
  readonly #rig: Rig;
  /** Sessions up to this one were checked from end to end. */
  #checkedSession = 0;

  private constructor(options: RoundOptions, rig: Rig) {
    this.#options = options;
    this.#rig = rig;
  }

  static async begin(options: RoundOptions): Promise<TortureRound> {
    return new TortureRound(options, await Rig.make(options.folder, options.truth.capture, options.withInflux));
  }

  /** Says what was done. Throws where anything is not exact afterwards. */
  async kill(index: number): Promise<string> {
    const { part, seed, tally } = this.#options;
    const plan = planKill(part, seed, index);
    const isSensor = plan.victims.includes('sensor');
    // A sensor that shall die at its start must not have begun.
    if (!(isSensor && plan.moment === 'start')) await this.#untilLoad(plan.everyFlow);
    const before = await this.#sessionPackets();
    await this.#strike(plan);
    const killed = performance.now();
    if (plan.holdSensor && !isSensor) this.#rig.holdSensor();
    for (const victim of plan.restartOrder) if (victim !== 'sensor') await this.#rig.start(victim);
    if (!isSensor || plan.victims.length > 1) tally.countReturn(performance.now() - killed);
    // What a spool still has of a session comes with the next run: the end of the round looks at it again.
    if (isSensor) await this.#checkSessions(false, plan.everyFlow);
    else await this.#checkAfter(plan, before);
    tally.countKill(plan);
    const how = `${plan.moment} +${plan.delayMilliseconds} ms${plan.holdSensor ? ', sensor held' : ''}`;
    return `${how}, checked ${((performance.now() - killed) / 1000).toFixed(1)} s after it`;
  }

  /** The last sensor is left to finish, and what it sent must be the capture. */
  async finish(): Promise<string> {
    if (this.#rig.sensor === null) this.#startSensor();
    await this.#finishRun(true);
    if (this.#options.part.spool) await this.#checkSpooled();
    for (const [session, packets] of await this.#sessionPackets())
      expectEqual(
        `session ${session}: packets of the session, against packetsStored`,
        packets,
        packetsStoredOf(await settledLedger(this.#rig.url, session)),
      );
    return 'the last run is the whole capture';
  }

  /** Whatever was killed: each session has what came to the disk of its sensor, once, and the rest is counted as lost. */
  async #checkSpooled(): Promise<void> {
    for (const session of (await this.#sessionPackets()).keys()) {
      await this.#checkStores(session, { whole: false, everyFlow: true });
      for (const { counts, checks } of (await ledgerOf(this.#rig.url, session)).sensors) {
        const { decoded = 0, packetsAcknowledged = 0, lostInCrash = 0 } = counts;
        if (counts.crashes === 0 && checks.some(({ inFlight }) => inFlight !== 0)) continue;
        expectEqual(`session ${session}: decoded, against stored and lost`, decoded, packetsAcknowledged + lostInCrash);
      }
    }
  }

  /** What the programs said last, for one who looks for a fault. */
  output(): string {
    return this.#rig.output();
  }

  async end(): Promise<void> {
    await this.#rig.end();
  }

  /** Packets are being stored when it resolves. A sensor that is done is held against the capture, and the next one begins. */
  async #untilLoad(everyFlow: boolean): Promise<void> {
    for (;;) {
      if (this.#rig.sensor === null) this.#startSensor();
      if (await this.#untilMoreStored(await this.#packetsStored())) return;
      await this.#finishRun(everyFlow);
    }
  }

  #startSensor(): void {
    const { part, seed, tally } = this.#options;
    this.#rig.startSensor(planSpeed(part, seed, tally.runs++), part.spool);
  }

  /** False when the sensor ended without anything more. */
  #untilMoreStored(before: number): Promise<boolean> {
    const { sensor } = this.#rig;
    const isOver = () => sensor === null || sensor.process.exitCode !== null;
    return untilMore(before, () => this.#packetsStored(), isOver, PATIENCE_MILLISECONDS);
  }

  async #strike({ moment, victims, delayMilliseconds, gapMilliseconds }: KillPlan): Promise<void> {
    if (moment === 'start') {
      for (const victim of victims) {
        await this.#rig.kill(victim);
        if (victim === 'sensor') this.#startSensor();
        else this.#rig.spawn(victim);
      }
    }
    if (moment === 'stop') for (const victim of victims) this.#rig.askToEnd(victim);
    await sleep(delayMilliseconds);
    const { influx, data } = this.#rig;
    if (moment === 'write') await nextWrite(victims[0] === 'influxdb' && influx !== null ? influx.folder : data);
    for (const [at, victim] of victims.entries()) {
      if (at > 0) await sleep(gapMilliseconds);
      await this.#rig.kill(victim);
    }
  }

  /** Nothing that was seen as stored is gone, and every sum is exact, while nothing comes. */
  async #checkAfter(plan: KillPlan, before: ReadonlyMap<number, number>): Promise<void> {
    if (!plan.holdSensor) {
      await this.#untilMoreStored(await this.#packetsStored());
      this.#rig.holdSensor();
    }
    const after = await this.#sessionPackets();
    for (const [session, packets] of before)
      if ((after.get(session) ?? 0) < packets)
        throw new Inexact(
          `session ${session}: ${packets} packets were stored, after the kill ${after.get(session)} are`,
        );
    const current = Math.max(...after.keys());
    if (current > this.#checkedSession) {
      if (plan.victims.includes('influxdb'))
        await this.#checkStores(current, { whole: false, everyFlow: plan.everyFlow });
      else await settledLedger(this.#rig.url, current);
    }
    this.#rig.releaseSensor();
  }

  async #finishRun(everyFlow: boolean): Promise<void> {
    const ended = await this.#rig.sensorEnded();
    if (ended?.code !== 0) throw new Inexact(`the sensor ended with ${ended?.code}: ${ended?.stderr}`);
    await this.#checkSessions(true, everyFlow);
  }

  /** Every session since the last check; `whole`: the last one ended by itself, and so must have the whole capture. */
  async #checkSessions(whole: boolean, everyFlow: boolean): Promise<void> {
    await sleep(LAST_WORDS_MILLISECONDS);
    const sessions = [...(await this.#sessionPackets()).keys()].filter((id) => id > this.#checkedSession);
    const last = Math.max(...sessions);
    for (const session of sessions.toSorted((a, b) => a - b)) {
      await this.#checkStores(session, { whole: whole && session === last, everyFlow });
      this.#checkedSession = session;
    }
    if (whole && sessions.length === 0) throw new Inexact('a sensor sent everything, and there is no session of it');
  }

  /** Flows, series and InfluxDB against one state of the ledger; what was stored meanwhile, by a slow commit, begins it anew. */
  async #checkStores(session: number, check: { whole: boolean; everyFlow: boolean }): Promise<void> {
    const { url, influx } = this.#rig;
    const { truth, tally } = this.#options;
    for (;;) {
      const ledger = await settledLedger(url, session);
      const isSame = async () => packetsStoredOf(await ledgerOf(url, session)) === packetsStoredOf(ledger);
      try {
        const sums = await (check.everyFlow ? sumFlows : sumSeconds)(url, session, truth, check.whole);
        checkLedger(session, ledger, sums);
        if (check.whole) checkWhole(session, ledger, sums, truth);
        await checkSeries(url, session, sums);
        if (influx !== null) await checkInflux(url, influx, session, sums);
        if (await isSame()) return tally.countCheck(session, ledger, sums.all);
      } catch (error) {
        if (await isSame()) throw error;
      }
    }
  }

  async #sessionPackets(): Promise<Map<number, number>> {
    const sessions = await ask<{ id: number; packets: number }[]>(this.#rig.url, 'sessions');
    return new Map(sessions.map(({ id, packets }) => [id, packets]));
  }

  async #packetsStored(): Promise<number> {
    let sum = 0;
    for (const packets of (await this.#sessionPackets()).values()) sum += packets;
    return sum;
  }
}

/** A sensor from start to stop: what comes from the source is at the server, or counted, when it resolves. */
import { randomInt } from 'node:crypto';
import type { ClientOptions } from 'ws';
import type { SensorLedger } from '../shared/counters.ts';
import type { Place } from '../shared/wire/messages.ts';
import type { CaptureSource } from './capture/capture-source.ts';
import type { PacketFilter } from './filter/index.ts';
import type { Spool } from './output/spool.ts';
import { Uplink } from './output/uplink.ts';
import { SensorPipeline } from './pipeline.ts';

/** After being told to stop, so long is spent on handing over what was received; the whole stop stays under two seconds. */
const DRAIN_AT_STOP_MILLISECONDS = 1_000;
const FINAL_HEALTH_MILLISECONDS = 400;
const DRAIN_STEP_MILLISECONDS = 100;

export interface SensorOptions {
  readonly source: CaptureSource;
  readonly software: string;
  readonly name: string;
  readonly server: string;
  /** Asked anew for each connection. */
  readonly token: () => string;
  readonly connect?: ClientOptions;
  /** Where frames lie until they are stored; without one they wait in memory. It is closed at the end. */
  readonly spool?: Spool | null;
  /** Somebody sits there who can do something about a refusal. */
  readonly isWatched?: boolean;
  readonly place: Place | null;
  readonly prefixes: string[];
  /** Verify checksums; what does not fit is a fault. */
  readonly checksums?: boolean;
  /** Packets that do not match are counted, and go no further. */
  readonly filter?: PacketFilter | null;
  /** First bytes of each distinct payload that go to the server; 0 for none. */
  readonly payloadBytes?: number;
  /** How many packets are sent as they were captured; null for none. */
  readonly packets?: { readonly maxBytes: number; readonly bytesPerSecond: number } | null;
  /** Aborted when the sensor shall stop. */
  readonly stop: AbortSignal;
  readonly log: (message: string) => void;
}

export interface SensorResult {
  readonly ledger: SensorLedger;
  readonly damage: readonly string[];
  /** Everything was acknowledged. */
  readonly delivered: boolean;
  /** Flows that stay in the spool for the next run. */
  readonly flowsKept: number;
}

/** Throws CaptureError and UplinkError. */
export async function runSensor(options: SensorOptions): Promise<SensorResult> {
  const { source, server, stop } = options;
  await source.open();
  const { spool = null } = options;
  const uplink = new Uplink({
    server,
    token: options.token,
    connect: { ...(isLoopback(server) ? withoutMask : {}), ...options.connect },
    compress: !isLoopback(server),
    spool,
    isPatient: source.kind === 'live',
    isWatched: options.isWatched ?? false,
    newEpoch,
    onFailure: () => source.stop(),
    log: options.log,
    hello: {
      software: options.software,
      name: options.name,
      epoch: newEpoch(),
      session: { kind: source.kind, name: source.name },
      place: options.place,
      prefixes: options.prefixes,
      clock: source.clock,
    },
  });
  const pipeline = new SensorPipeline(source, uplink, randomInt(2 ** 31), {
    checksums: options.checksums ?? false,
    filter: options.filter ?? null,
    payloadBytes: options.payloadBytes ?? 0,
    packets: options.packets ?? null,
  });
  const stopSource = () => {
    source.stop();
    uplink.hurry();
  };
  if (stop.aborted) stopSource();
  else stop.addEventListener('abort', stopSource, { once: true });
  uplink.start();
  try {
    await pipeline.run();
    const delivered = await drain(uplink, stop, DRAIN_AT_STOP_MILLISECONDS);
    await sayLastWord(uplink, pipeline, () => drain(uplink, stop, FINAL_HEALTH_MILLISECONDS));
    const ledger = pipeline.ledger(true);
    // What the first wait was too short for may have come with the last word.
    const left = keptFlows(uplink);
    const flowsKept = spool === null ? 0 : left;
    return { ledger, damage: source.damage, delivered: delivered || left === 0, flowsKept };
  } catch (error) {
    await handOver(uplink, pipeline);
    throw error;
  } finally {
    stop.removeEventListener('abort', stopSource);
    await uplink.close();
  }
}

/** Sent and not acknowledged counts as well: the next run asks what of it arrived. */
function keptFlows({ totals }: Uplink): number {
  return totals.flowsWaiting + totals.flowsSent - totals.flowsAcknowledged;
}

/** What was captured before the source failed is still delivered, as far as that goes. */
async function handOver(uplink: Uplink, pipeline: SensorPipeline): Promise<void> {
  try {
    await uplink.drain(DRAIN_AT_STOP_MILLISECONDS);
    await sayLastWord(uplink, pipeline, () => uplink.drain(FINAL_HEALTH_MILLISECONDS));
  } catch {
    // The failure that brought us here is the one to tell.
  }
}

/**
 * Without it the ledger would never close: a server that is away just now is waited for, as with flows. What was on its
 * way when the word was said has arrived with it, and so the word is said once more.
 */
async function sayLastWord(uplink: Uplink, pipeline: SensorPipeline, delivered: () => Promise<boolean>): Promise<void> {
  const wasOnItsWay = keptFlows(uplink) > 0;
  uplink.sendLastWord(pipeline.health(true));
  if (!(await delivered()) || !wasOnItsWay) return;
  uplink.sendLastWord(pipeline.health(true));
  await delivered();
}

/** As long as it takes; once told to stop, so long and no longer. False when something was left. */
async function drain(uplink: Uplink, stop: AbortSignal, atStopMilliseconds: number): Promise<boolean> {
  while (!stop.aborted) if (await uplink.drain(DRAIN_STEP_MILLISECONDS)) return true;
  return uplink.drain(atStopMilliseconds);
}

/** Masks guard caches between browser and server; on loopback there are none, and a mask of zeros costs nothing. */
const withoutMask: ClientOptions = { generateMask: (mask) => void mask.fill(0) };

/** Names frames of one run of a sensor: 32 random bits, never 0. */
function newEpoch(): number {
  return randomInt(1, 2 ** 32);
}

export function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

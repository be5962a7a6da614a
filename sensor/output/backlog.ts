/**
 * What waits from before: epochs of earlier runs, and of this run from before it was cut off. They are delivered oldest
 * first over a connection of their own, beside what is captured now, which has the larger share.
 *
 * What belongs to another session than that of this run (a file that an earlier run read) is reported by itself: for that
 * session this run is one that captures nothing, and hands over what was left.
 */
import { emptySensorLedger } from '../../shared/counters.ts';
import { FrameKind } from '../../shared/wire/frame.ts';
import { encodeJsonFrame } from '../../shared/wire/json-frame.ts';
import type { EarlierEpoch, SensorHealth, SensorHello, ServerHello } from '../../shared/wire/messages.ts';
import type { FrameSource, QueuedFrame, QueueTotals } from './frame-source.ts';
import { Link, type LinkOptions, type Welcome } from './link.ts';
import type { UplinkError } from './refusals.ts';
import type { SpooledFrames } from './spooled-frames.ts';

/** A quarter of what the frames of now may have under way. */
const MAX_FRAMES_IN_FLIGHT = 8;
/** Words beyond this stay at home: a hello has its limit. */
const MAX_WORD_BYTES = 16 << 10;
const MAX_WORDS = 20;
/** Epochs of which one hello asks what the server has: with those of the words, it takes up to 300. */
const MAX_ASKED = 256;

export interface BacklogEntry {
  readonly hello: SensorHello;
  readonly frames: FrameSource & { readonly nextSequence?: number; push?(frame: QueuedFrame): void };
  readonly group: BacklogGroup;
  /** Everything is acknowledged. */
  done(): void;
}

/** Epochs of one session. */
export interface BacklogGroup {
  /** The session of this run: its own connection asks for positions, and reports. */
  readonly isOwn: boolean;
  readonly totals: QueueTotals;
  /** Of earlier runs, oldest first. */
  readonly earlier: SpooledFrames[];
  /** Of so many of the earlier epochs, oldest first, the server said what it has. */
  contacted: number;
}

export interface BacklogOptions extends Pick<LinkOptions, 'server' | 'token' | 'connect' | 'maxBytesInFlight' | 'log'> {
  readonly run: Pick<SensorHello, 'software' | 'name' | 'epoch'>;
  /** Whether the connection of now is there, which goes first. */
  readonly mayGo: () => boolean;
  readonly onProgress: () => void;
  readonly onFault: () => void;
  /** False when there shall be no more attempts. */
  readonly onRefused: (error: UplinkError) => boolean;
}

export class Backlog {
  readonly #options: BacklogOptions;
  readonly #entries: BacklogEntry[] = [];
  #link: Link | null = null;
  #closingWord: BacklogEntry | null = null;
  #isClosed = false;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0 || this.#isClosed;
  }

  add(entry: BacklogEntry): void {
    this.#entries.push(entry);
  }

  /** Goes on, where there is something and the time has come. */
  go(): void {
    if (this.#isClosed || !this.#options.mayGo()) return;
    const [entry] = this.#entries;
    if (this.#link !== null) this.#link.pump();
    else if (entry?.group.isOwn && entry.frames.isEmpty) this.#finish(entry);
    else if (entry !== undefined) {
      this.#link = new Link(this.#linkOptions(entry));
      this.#link.start();
    }
  }

  #linkOptions(entry: BacklogEntry): LinkOptions {
    const { server, token, connect, maxBytesInFlight, log, run, mayGo, onFault, onRefused } = this.#options;
    const { group } = entry;
    const named = { software: run.software, name: run.name, run: run.epoch, backlog: true };
    return {
      server,
      token,
      connect,
      maxBytesInFlight,
      log,
      maxFramesInFlight: MAX_FRAMES_IN_FLIGHT,
      maySend: mayGo,
      hello: () => ({ ...entry.hello, ...named, earlier: earlierOf(group) }),
      frames: () => entry.frames,
      onWelcome: (hello) => this.#welcome(entry, hello),
      onProgress: () => this.#progress(entry),
      onRefused,
      onFault,
    };
  }

  #welcome({ group, frames }: BacklogEntry, hello: ServerHello): Welcome {
    if (!isContacted(group)) return contact(group, hello);
    if (hello.resumeAfter > frames.highestSent) return 'wrong';
    frames.acknowledge(hello.resumeAfter);
    return 'ready';
  }

  #progress(entry: BacklogEntry): void {
    const { group, frames } = entry;
    if (!group.isOwn && this.#closingWord !== entry) this.#link?.say(FrameKind.health, this.#report(entry, false));
    // What the server had already needs no connection of its own.
    if (frames.isEmpty && !this.#sayClosingWord(entry)) this.#finish(entry);
    this.#options.onProgress();
  }

  /** The last of a foreign session: its ledger is closed by a report that is stored as flows are. */
  #sayClosingWord(entry: BacklogEntry): boolean {
    const { group, frames, hello } = entry;
    const isLast = !this.#entries.some((other) => other !== entry && other.group === group);
    if (group.isOwn || !isLast || this.#closingWord === entry || frames.push === undefined) return false;
    this.#closingWord = entry;
    const sequence = frames.nextSequence!;
    const bytes = encodeJsonFrame(FrameKind.health, this.#report(entry, true), hello.epoch, sequence);
    frames.push({ sequence, bytes, flows: 0, packets: 0, findings: 0 });
    return true;
  }

  #report({ hello, group: { totals } }: BacklogEntry, finished: boolean): SensorHealth {
    return {
      ledger: { ...emptySensorLedger(), ...sentCounts(totals) },
      link: 'none',
      clock: hello.clock,
      captureSeconds: null,
      skippedGaps: 0,
      lastSkippedGap: null,
      damage: [],
      finished,
      run: this.#options.run.epoch,
      recovered: { flows: totals.flowsRecovered, packets: totals.packetsRecovered },
    };
  }

  #finish(entry: BacklogEntry): void {
    this.#link?.close();
    this.#link = null;
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    entry.done();
    setImmediate(() => this.go());
  }

  retryNow(): void {
    this.#link?.retryNow();
  }

  close(): void {
    this.#isClosed = true;
    this.#link?.close();
  }
}

export function isContacted({ contacted, earlier }: BacklogGroup): boolean {
  return contacted >= earlier.length;
}

/**
 * What the server has of the epochs that were asked for is neither waiting nor recovered. Nothing is reported or sent
 * before all were: what was recovered would be said too high.
 */
export function contact(group: BacklogGroup, { earlier = [] }: ServerHello): Welcome {
  const positions = new Map(earlier.map(({ epoch, resumeAfter }) => [epoch, resumeAfter]));
  const stored = askedOf(group).map((frames) => ({ frames, at: positions.get(frames.epoch.hello.epoch) ?? -1 }));
  if (stored.some(({ frames, at }) => !frames.mayBeStored(at))) return 'wrong';
  for (const { frames, at } of stored) frames.trim(at);
  group.contacted += stored.length;
  return isContacted(group) ? 'ready' : 'ask';
}

function askedOf({ earlier, contacted }: BacklogGroup): SpooledFrames[] {
  return earlier.slice(contacted, contacted + MAX_ASKED);
}

/**
 * The epochs that the server is asked for next. The first hello has the last words as well, each by the newest epoch of
 * its run, and names those epochs even where they are not asked for yet: a run that began has no earlier ones behind it.
 */
export function earlierOf(group: BacklogGroup): EarlierEpoch[] {
  const asked = new Set(askedOf(group));
  const words = group.contacted === 0 ? newestWords(group) : new Map<SpooledFrames, SensorHealth>();
  return group.earlier
    .filter((frames) => asked.has(frames) || words.has(frames))
    .map((frames) => {
      const lastWord = words.get(frames);
      const entry = { epoch: frames.epoch.hello.epoch, run: runOf(frames) };
      return lastWord === undefined ? entry : { ...entry, lastWord };
    });
}

function newestWords({ earlier }: BacklogGroup): Map<SpooledFrames, SensorHealth> {
  const newest = new Map<number, [SpooledFrames, SensorHealth]>();
  for (const frames of earlier) {
    const { lastWord } = frames.epoch;
    if (lastWord === null || JSON.stringify(lastWord).length > MAX_WORD_BYTES) continue;
    newest.set(runOf(frames), [frames, lastWord]);
  }
  return new Map([...newest.values()].slice(-MAX_WORDS));
}

function runOf({ epoch: { hello } }: SpooledFrames): number {
  return hello.run ?? hello.epoch;
}

/** The part of a ledger that the way to the server counts. */
export function sentCounts(totals: QueueTotals) {
  return {
    flowsSent: totals.flowsSent,
    packetsSent: totals.packetsSent,
    flowsAcknowledged: totals.flowsAcknowledged,
    packetsAcknowledged: totals.packetsAcknowledged,
    flowsSpooled: totals.flowsWaiting,
    packetsSpooled: totals.packetsWaiting,
    flowsSpoolDropped: totals.flowsDropped,
    packetsSpoolDropped: totals.packetsDropped,
    findingsDropped: totals.findingsDropped,
  };
}

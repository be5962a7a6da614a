/** A dropped file in its worker: read once, and asked about as often as somebody likes, also while it is read. */

import { compilePacketFilter, type PacketFilter } from '../../sensor/filter/index.ts';
import { ApiError } from '../../server/api/api-error.ts';
import { KeyedSlots } from '../../server/enrich/keyed-slots.ts';
import { SourcePlaces } from '../../server/enrich/source-places.ts';
import { answerStretch } from '../../server/replay/memory-stretch.ts';
import { MemoryEvidence } from '../../server/store/flow-memory/memory-evidence.ts';
import { MemoryFlows } from '../../server/store/flow-memory/memory-flows.ts';
import { MemoryPayloads } from '../../server/store/payload-memory/memory-payloads.ts';
import { FilterError, parseFilter } from '../../shared/filter/index.ts';
import { MAX_STRETCH_SECONDS, MAX_STRETCH_STREAKS, type StretchRequest } from '../../shared/wire/stretch.ts';
import { AddressTables, type LoadTable } from './address-tables.ts';
import { type FileParts, filterOf, type OnProgress } from './answers/file-parts.ts';
import { answerPath } from './answers/index.ts';
import {
  DROPPED_SENSOR,
  DROPPED_SESSION,
  type DroppedLimits,
  type DroppedProgress,
  type DroppedQuestion,
  type DroppedSummary,
} from './dropped-messages.ts';
import { FileReading } from './file-reading.ts';
import { readFlowPackets } from './flow-packets.ts';

const MICROS = 1_000_000;
/** Slots of targets hide nothing from whoever has the file; they are the same each time, so that a picture is. */
const SLOT_KEYS = Uint32Array.of(0x6b757261, 0x79616d69, 0x66696c65, 0x736c6f74);

export interface DroppedSessionParts {
  readonly file: Blob;
  readonly name: string;
  /** For packets, in the language of docs/filter.md; empty for all. */
  readonly filter: string;
  readonly tables: { readonly countries: string; readonly networks: string };
  readonly limits: DroppedLimits;
  readonly seed: number;
  readonly pause: () => Promise<void>;
  readonly load?: LoadTable;
  readonly onStep?: () => void;
}

/** Somebody waits for an answer, or no longer. */
export interface Asker {
  readonly isGone: boolean;
  onProgress(done: number): void;
}

export class DroppedSession {
  readonly #parts: DroppedSessionParts;
  readonly #filter: PacketFilter | null;
  readonly #flows: MemoryFlows;
  readonly #evidence = new MemoryEvidence();
  readonly #payloads = new MemoryPayloads();
  readonly #tables: AddressTables;
  readonly #reading: FileReading;
  readonly #slots = new KeyedSlots(SLOT_KEYS, []);
  readonly #openedSeconds = Date.now() / 1000;
  #waiting: (() => void)[] = [];

  /** Throws ApiError for a filter that is wrong. */
  constructor(parts: DroppedSessionParts) {
    this.#parts = parts;
    this.#filter = packetFilterOf(parts.filter);
    const { limits, pause, seed } = parts;
    this.#flows = new MemoryFlows({ ...limits, pause, session: DROPPED_SESSION, sensor: DROPPED_SENSOR });
    this.#tables = new AddressTables(this.#flows, parts.tables, parts.load);
    this.#reading = new FileReading({
      file: parts.file,
      filter: this.#filter,
      flows: this.#flows,
      tables: this.#tables,
      evidence: this.#evidence,
      payloads: this.#payloads,
      seed,
      pause,
      onStep: () => this.#step(),
    });
  }

  /** Never rejects for a bad capture: the summary says what is wrong with it. */
  async read(): Promise<DroppedSummary> {
    const tables = this.#tables.settled.then(() => this.#step());
    await this.#reading.read();
    await tables;
    const { format, compression } = this.#reading.capture;
    return {
      ...this.progress(),
      name: this.#parts.name,
      format,
      compression,
      damage: this.#reading.damage,
      ledger: this.#reading.ledger(),
      packetsHeld: this.#flows.packets,
      balances: this.#reading.balances,
    };
  }

  progress(): DroppedProgress {
    const seconds = (micros: number | null) => (micros === null ? null : micros / MICROS);
    return {
      bytesRead: this.#reading.bytesRead,
      totalBytes: this.#parts.file.size,
      packets: this.#reading.packets,
      flows: this.#flows.length,
      flowsNotHeld: this.#flows.notHeld.flows,
      packetsNotHeld: this.#flows.notHeld.packets,
      flowsBehind: this.#reading.flowsBehind,
      firstSeconds: seconds(this.#flows.firstMicros),
      lastSeconds: seconds(this.#flows.lastMicros),
      readySeconds: this.#readySeconds,
      ...this.#tables.states,
      credits: this.#tables.credits,
    };
  }

  /** Countries and networks are part of an answer. */
  get #readySeconds(): number | null {
    return this.#tables.isSettled ? this.#reading.readySeconds : null;
  }

  /** Throws ApiError and RangeError. */
  async ask(question: DroppedQuestion, asker: Asker): Promise<unknown> {
    switch (question.kind) {
      case 'stretch':
        return await this.#stretch(question.request, asker);
      case 'answer':
        return await answerPath(this.#fileParts(), question.path, checking(asker));
      case 'packets': {
        const { file } = this.#parts;
        const places = { file, places: this.#reading.places, filter: this.#filter };
        return await readFlowPackets(places, question.query, this.#parts.pause, () => asker.isGone);
      }
    }
  }

  async #stretch(request: StretchRequest, asker: Asker): Promise<Uint8Array<ArrayBuffer>> {
    checkStretch(request);
    const parts = this.#fileParts();
    const filter = await filterOf(parts, request.filter);
    await this.#ready(request.toSeconds, asker);
    return await answerStretch(
      { flows: this.#flows, slots: this.#slots, places: new SourcePlaces(this.#tables.places) },
      request,
      filter,
    );
  }

  /** Waits until the flows are there, and it is known when the next one begins. */
  async #ready(toSeconds: number, asker: Asker): Promise<void> {
    while (!this.#isReady(toSeconds)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      if (asker.isGone) throw new GoneError();
    }
  }

  #isReady(toSeconds: number): boolean {
    if (!this.#tables.isSettled) return false;
    if (this.#reading.isDone) return true;
    const ready = this.#readySeconds;
    if (ready === null || ready < toSeconds) return false;
    const next = this.#flows.nextMicros(toSeconds * MICROS);
    return next !== null && next < ready * MICROS;
  }

  #step(): void {
    this.#parts.onStep?.();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #fileParts(): FileParts {
    return {
      name: this.#parts.name,
      flows: this.#flows,
      evidence: this.#evidence,
      payloads: this.#payloads,
      slots: this.#slots,
      seed: this.#parts.seed,
      openedSeconds: this.#openedSeconds,
      nameOf: (network) => this.#tables.nameOf(network),
      reading: () => ({
        isDone: this.#reading.isDone,
        damage: this.#reading.damage,
        ledger: this.#reading.ledger(),
        findings: this.#reading.findings,
      }),
    };
  }
}

/** Nobody waits for the answer any more. */
export class GoneError extends Error {
  override readonly name = 'GoneError';
}

function checking(asker: Asker): OnProgress {
  return (done) => {
    if (asker.isGone) throw new GoneError();
    asker.onProgress(done);
  };
}

function packetFilterOf(text: string): PacketFilter | null {
  if (text.trim() === '') return null;
  try {
    return compilePacketFilter(parseFilter(text));
  } catch (cause) {
    if (!(cause instanceof FilterError)) throw cause;
    throw new ApiError(400, cause.code, cause.display(text), cause.span);
  }
}

function checkStretch({ session, fromSeconds, toSeconds, most }: StretchRequest): void {
  if (session !== DROPPED_SESSION) throw new ApiError(404, 'API_NO_SESSION', `there is no session ${session}`);
  const seconds = toSeconds - fromSeconds;
  if (!(seconds >= 0 && seconds <= MAX_STRETCH_SECONDS))
    throw new ApiError(400, 'API_BAD_SPAN', `a stretch is at most ${MAX_STRETCH_SECONDS} s long`);
  if (!Number.isInteger(most) || most < 1 || most > MAX_STRETCH_STREAKS)
    throw new ApiError(400, 'API_BAD_REQUEST', `most must be a whole number from 1 to ${MAX_STRETCH_STREAKS}`);
}

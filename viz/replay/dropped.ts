/** A capture that was dropped on the page: read in a worker, and replayed as any other session. No byte leaves the machine. */

import { checkLedger, emptyServerLedger } from '../../shared/counters.ts';
import type { LiveTotals } from '../../shared/wire/messages.ts';
import { type fetchAnswer, type Problem, QuestionError, UNREADABLE } from '../feed/answers.ts';
import { MOST_PACKETS, type PacketSource } from '../feed/packet-source.ts';
import {
  DROPPED_SENSOR,
  DROPPED_SESSION,
  type DroppedFile,
  type DroppedProgress,
  type DroppedSummary,
  openDroppedFile,
} from '../worker/dropped-file.ts';
import type { PlayedSession } from './player.ts';

export interface DroppedListener {
  /** It can be played from its begin. */
  ready(session: PlayedSession): void;
  /** More of it is there. */
  grew(session: PlayedSession): void;
  /** How far it is read, for whoever waits. */
  progress(progress: DroppedProgress): void;
  /** There is nothing in it to be played. */
  failed(problem: Problem): void;
}

export class Dropped {
  readonly file: DroppedFile;
  readonly #listener: DroppedListener;
  #isReady = false;
  #progress: DroppedProgress | null = null;
  #summary: DroppedSummary | null = null;

  constructor(file: File, listener: DroppedListener) {
    this.#listener = listener;
    this.file = openDroppedFile(file, { onProgress: (progress) => this.#take(progress) });
    void this.file.done.then(
      (summary) => this.#finish(summary),
      (error) => this.#listener.failed(problemOf(error)),
    );
  }

  /** In place of the server's answers. */
  readonly answer: typeof fetchAnswer = (path, signal, onProgress) => this.file.answer(path, signal, onProgress);

  readonly packets: PacketSource = {
    packetsOf: async ({ session: _session, target, ...flow }, signal) => {
      if (target === null) return { problem: { code: 'PAGE_NO_TARGET' } };
      try {
        const found = await this.file.packets({ ...flow, target, most: MOST_PACKETS }, signal);
        return { packets: found.packets, more: found.isCut };
      } catch (error) {
        if (signal.aborted) throw error;
        return { problem: { code: problemOf(error).code } };
      }
    },
  };

  get credits(): readonly string[] {
    return this.#progress?.credits ?? [];
  }

  /** Of what is read so far: whole at the end. */
  get ledger(): LiveTotals['ledger'] | null {
    if (this.#summary === null) return null;
    const { ledger: sensor, packetsHeld, packetsNotHeld, flows } = this.#summary;
    const server = emptyServerLedger();
    server.packetsAccepted = packetsHeld + packetsNotHeld;
    server.packetsStored = server.packetsInSeries = packetsHeld;
    server.flowsAccepted = server.flowsStored = flows;
    if (packetsNotHeld > 0) server.packetsRefused = { PAGE_FILE_TOO_LARGE: packetsNotHeld };
    return { sensor, server, checks: checkLedger(sensor, server, true) };
  }

  get sensors(): LiveTotals['sensors'] {
    const damage = this.#summary?.damage ?? null;
    const { name } = this.file;
    return [
      {
        ...{ id: DROPPED_SENSOR, name, place: null, state: 'finished', link: 'none', silentSeconds: 0 },
        droppedPackets: this.#summary?.packetsNotHeld ?? 0,
        damage: damage === null ? [] : [damage],
      },
    ];
  }

  close(): void {
    this.file.close();
  }

  #take(progress: DroppedProgress): void {
    this.#progress = progress;
    this.#listener.progress(progress);
    const session = this.#session(progress);
    if (session === null) return;
    if (this.#isReady) this.#listener.grew(session);
    else if (progress.readySeconds !== null) {
      this.#isReady = true;
      this.#listener.ready(session);
    }
  }

  #finish(summary: DroppedSummary): void {
    this.#summary = summary;
    const session = this.#session(summary);
    if (session === null) {
      const code = summary.format === null ? 'PAGE_NO_CAPTURE' : 'PAGE_NO_FLOWS';
      this.#listener.failed({ code, detail: summary.damage ?? '' });
    } else if (this.#isReady) this.#listener.grew(session);
    else {
      this.#isReady = true;
      this.#listener.ready(session);
    }
  }

  #session({ firstSeconds, lastSeconds }: DroppedProgress): PlayedSession | null {
    if (firstSeconds === null || lastSeconds === null) return null;
    const { name } = this.file;
    return { id: DROPPED_SESSION, kind: 'file', name, firstSeconds, lastSeconds, isGrowing: false };
  }
}

function problemOf(error: unknown): Problem {
  return error instanceof QuestionError ? error.problem : { code: UNREADABLE, detail: '' };
}

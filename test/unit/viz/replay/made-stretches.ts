/** A source of stretches for tests: flows at chosen times, with what was asked for. */

import { stretchBody } from '../../../../server/replay/stretch-body.ts';
import { createStreakBatch, type StreakBatch } from '../../../../shared/wire/streaks.ts';
import type { StretchHead, StretchRequest } from '../../../../shared/wire/stretch.ts';
import { QuestionError } from '../../../../viz/feed/answers.ts';
import type { Stretch, StretchSource } from '../../../../viz/replay/stretch.ts';
import type { PlayerScene } from '../../../../viz/replay/stretch-feed.ts';

export class MadeStretches implements StretchSource {
  readonly asked: StretchRequest[] = [];
  /** Of each question: whether it was given up. */
  readonly signals: AbortSignal[] = [];
  /** Thrown in place of an answer. */
  problem: QuestionError | null = null;
  readonly #times: readonly number[];

  constructor(times: readonly number[]) {
    this.#times = [...times].sort((a, b) => a - b);
  }

  async stretch(request: StretchRequest, signal: AbortSignal): Promise<Uint8Array> {
    this.asked.push(request);
    this.signals.push(signal);
    await Promise.resolve();
    signal.throwIfAborted();
    if (this.problem !== null) throw this.problem;
    const { fromSeconds, toSeconds } = request;
    const times = this.#times.filter((time) => time >= fromSeconds && time < toSeconds);
    const batch = createStreakBatch(4, times.length);
    batch.time.set(times);
    batch.packets.fill(1);
    batch.length = times.length;
    const nextSeconds = this.#times.find((time) => time >= toSeconds) ?? null;
    return stretchBody(headOf(request, times.length, nextSeconds), [batch]);
  }
}

function headOf(
  { session, fromSeconds, toSeconds, isBrief = false }: StretchRequest,
  flows: number,
  nextSeconds: number | null,
): StretchHead {
  const bins = new Array<number>(10).fill(flows / 10);
  return {
    ...{ session, fromSeconds, toSeconds, nextSeconds, offered: flows, sent: flows, sampledOut: 0, filteredOut: 0 },
    missingPackets: 0,
    figures: {
      ...{ packets: flows, bytes: flows * 40, flows, sources: isBrief ? null : flows, unknownPlacePackets: 0 },
      ...{ packetsByBin: bins, bytesByBin: bins, flowsByBin: bins },
      ...{ classPackets: [], radiationPackets: [], topPorts: isBrief ? null : [], topCountries: [] },
    },
  };
}

/** Remembers what became of every flow. */
export class MadeScene implements PlayerScene {
  readonly capacity = 8_192;
  restarts = 0;
  received = 0;
  dropped = 0;
  launched: number[] = [];

  restart(): void {
    this.restarts += 1;
  }

  begin({ batches }: Stretch): void {
    this.received += batches.reduce((sum, { length }) => sum + length, 0);
  }

  launch(batch: StreakBatch, from: number, to: number): void {
    this.launched.push(...batch.time.subarray(from, to));
  }

  drop(flows: number): void {
    this.dropped += flows;
  }
}

export const refused = (code: string) => new QuestionError(400, { code, detail: 'no' });

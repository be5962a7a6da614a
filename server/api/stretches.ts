/** Stretches of a replay as pages are sent them: read from the store in fair turns, and made into streaks. */
import type { FlowCondition } from '../../shared/filter/flow-condition.ts';
import type { FlowBatch } from '../../shared/flow-batch.ts';
import type { StreakBatch } from '../../shared/wire/streaks.ts';
import type { StretchHead } from '../../shared/wire/stretch.ts';
import type { SourcePlaces } from '../enrich/source-places.ts';
import type { TargetSlots } from '../enrich/target-slots.ts';
import { nodePlatform } from '../ingest/platform.ts';
import { makeStreaks } from '../live/streak-maker.ts';
import { stretchBody } from '../replay/stretch-body.ts';
import type { FlowStore, FlowStretch, SessionRecord } from '../store/stores.ts';
import { FairTurns } from './fair-turns.ts';
import { ApiError } from './problem.ts';
import { RecentAnswers } from './recent-answers.ts';
import { type AskedSpan, timeText } from './span.ts';

/** One reader of the store stays for all other questions. */
const AT_ONCE = 1;
/** 200 pages may be open, and each asks for the next stretch and the one behind it. */
const MOST_WAITING = 400;

/** Masks of a session's sensors. */
export type SlotsOfSession = (session: number) => (sensor: number) => TargetSlots;

export interface StretchQuestion {
  readonly span: AskedSpan;
  /** The session's. */
  readonly record: SessionRecord;
  readonly filter?: FlowCondition;
  /** As it was asked. */
  readonly filterText: string;
  readonly most: number;
  readonly isBrief: boolean;
  readonly withTargets: boolean;
}

export interface StretchParts {
  readonly flows: Pick<FlowStore, 'stretch'>;
  readonly places: SourcePlaces;
  readonly slots: SlotsOfSession;
}

export class Stretches {
  readonly #parts: StretchParts;
  readonly #turns = new FairTurns(AT_ONCE, MOST_WAITING);
  readonly #recent = new RecentAnswers();

  constructor(parts: StretchParts) {
    this.#parts = parts;
  }

  /** The body of an answer. `asker`: those who share a turn; `gone`: nobody waits for it any more. Throws ApiError. */
  async answer(question: StretchQuestion, asker: string, gone: AbortSignal): Promise<Uint8Array> {
    const { span, filterText, most, isBrief, withTargets } = question;
    const { session, fromSeconds, toSeconds } = span;
    const key = JSON.stringify([session, fromSeconds, toSeconds, filterText, most, isBrief, withTargets]);
    return (
      this.#recent.find(key) ??
      (await this.#turns.take(asker, gone, async () => {
        // Somebody may have asked the same before.
        const known = this.#recent.find(key);
        if (known !== null) return known;
        const body = await this.#read(question, gone);
        this.#recent.put(key, body);
        return body;
      }))
    );
  }

  async #read(question: StretchQuestion, gone: AbortSignal): Promise<Uint8Array> {
    const { span, record, filter, most, isBrief, withTargets } = question;
    const asked = { ...span, most, isBrief, ...(filter === undefined ? {} : { filter }) };
    const stretch = await this.#parts.flows.stretch(asked, gone);
    checkKept(span, record, stretch);
    const slots = this.#parts.slots(span.session);
    const streaks = stretch.flows.map((flows) => this.#streaks(flows, slots, withTargets));
    return stretchBody(headOf(span, stretch), streaks, nodePlatform);
  }

  /** Most stretches are of one sensor; of several, each row has the mask of its own. */
  #streaks(flows: FlowBatch, slots: (sensor: number) => TargetSlots, withTargets: boolean): StreakBatch {
    const first = flows.sensor[0] ?? 0;
    const streaks = makeStreaks(flows, slots(first), this.#parts.places);
    for (let row = 0; row < flows.length; row++) {
      const sensor = flows.sensor[row]!;
      if (sensor !== first) streaks.targetSlot[row] = slots(sensor).of(flows, row);
    }
    return withTargets ? { ...streaks, target: flows.target } : streaks;
  }
}

function headOf({ session, fromSeconds, toSeconds }: AskedSpan, stretch: FlowStretch): StretchHead {
  const { offered, figures, flows, missingPackets, nextSeconds } = stretch;
  const sent = flows.reduce((sum, { length }) => sum + length, 0);
  const sampledOut = figures.flows - sent;
  const filteredOut = offered - figures.flows;
  const counts = { offered, sent, sampledOut, filteredOut, missingPackets };
  return { session, fromSeconds, toSeconds, ...counts, nextSeconds, figures };
}

/** What was there once and is not kept any more is another thing than silence. Throws ApiError. */
function checkKept({ toSeconds }: AskedSpan, { firstSeconds, id }: SessionRecord, stretch: FlowStretch): void {
  const { offered, missingPackets, keptFromSeconds } = stretch;
  if (offered > 0 || missingPackets > 0 || firstSeconds === null || toSeconds <= firstSeconds) return;
  if (keptFromSeconds === null)
    throw new ApiError(410, 'API_SPAN_EXPIRED', `no flows of session ${id} are kept any more`);
  if (toSeconds <= keptFromSeconds)
    throw new ApiError(410, 'API_SPAN_EXPIRED', `flows of session ${id} are kept from ${timeText(keptFromSeconds)} on`);
}

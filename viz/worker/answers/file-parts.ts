/** What answers about a dropped file are made of. */
import { ApiError } from '../../../server/api/api-error.ts';
import { resolveFilter } from '../../../server/api/filter.ts';
import { type AskedSpan, resolveSpan } from '../../../server/api/span.ts';
import { timeText } from '../../../server/api/time-text.ts';
import type { KeyedSlots } from '../../../server/enrich/keyed-slots.ts';
import type { MemoryEvidence } from '../../../server/store/flow-memory/memory-evidence.ts';
import type { MemoryFlows } from '../../../server/store/flow-memory/memory-flows.ts';
import type { MemoryPayloads } from '../../../server/store/payload-memory/memory-payloads.ts';
import type { SessionRecord } from '../../../server/store/stores.ts';
import type { SensorLedger } from '../../../shared/counters.ts';
import type { FlowCondition } from '../../../shared/filter/flow-condition.ts';
import type { SensorHealth } from '../../../shared/wire/messages.ts';
import { DROPPED_SENSOR, DROPPED_SESSION } from '../dropped-messages.ts';
import type { Query } from './query.ts';

export interface FileParts {
  readonly name: string;
  readonly flows: MemoryFlows;
  readonly evidence: MemoryEvidence;
  readonly payloads: MemoryPayloads;
  readonly slots: KeyedSlots;
  /** Of hashes. */
  readonly seed: number;
  readonly openedSeconds: number;
  nameOf(network: number): string | null;
  reading(): {
    isDone: boolean;
    damage: string | null;
    ledger: SensorLedger;
    findings: Pick<SensorHealth, 'evidence' | 'payloads'>;
  };
}

/** Throws where nobody waits for the answer any more. */
export type OnProgress = (done: number) => void;

/** One kind of path. */
export interface AnswerRoute {
  /** Of the path below `api/v1/`. */
  readonly path: RegExp;
  answer(parts: FileParts, query: Query, names: readonly string[], onProgress: OnProgress): Promise<unknown>;
}

const MICROS = 1_000_000;

export function sessionOf({ name, flows, openedSeconds }: FileParts): SessionRecord {
  const seconds = (micros: number | null) => (micros === null ? null : micros / MICROS);
  return {
    id: DROPPED_SESSION,
    kind: 'file',
    name,
    sensor: DROPPED_SENSOR,
    arrivedSeconds: openedSeconds,
    firstSeconds: seconds(flows.firstMicros),
    lastSeconds: seconds(flows.lastMicros),
    packets: flows.packets + flows.notHeld.packets,
  };
}

export interface Asked {
  readonly span: AskedSpan;
  readonly filter: FlowCondition | undefined;
}

/** Throws ApiError. */
export async function askedOf(parts: FileParts, query: Query): Promise<Asked> {
  const span = await resolveSpan(
    { session: query.integer('session', 0, 0xffffffff), from: query.text('from', 40), to: query.text('to', 40) },
    { sessions: async () => [sessionOf(parts)] },
    () => DROPPED_SESSION,
  );
  return { span, filter: await filterOf(parts, query.text('filter')) };
}

/** Throws ApiError that points at the word. Whoever has the file may ask about targets. */
export async function filterOf({ name }: FileParts, text: string | undefined): Promise<FlowCondition | undefined> {
  const sensors = async () => [{ id: DROPPED_SENSOR, name, place: null }];
  return (await resolveFilter(text, { sensors }, true)).filter;
}

/** Flows of the span for which there was no room; nothing where there are none. */
export function absentOf({ flows }: FileParts, { fromSeconds, toSeconds }: AskedSpan) {
  const packets = flows.notHeld.packetsIn(Math.floor(fromSeconds), toSeconds);
  if (packets === 0) return {};
  return { absent: { from: timeText(fromSeconds), to: timeText(toSeconds), packets, missingPackets: 0 } };
}

/** What a dropped file does not tell. */
export function notInFile(what: string): ApiError {
  return new ApiError(404, 'PAGE_NOT_IN_FILE', `a dropped file does not tell of ${what}`);
}

/** What stands beside the path of the packets in `/api/v1/ledger`, checked: evidence for rules, payloads, and the stores counted anew. */
import { sumCounts } from '../../shared/counters.ts';
import { count, record } from './series-answer.ts';

/** Of one kind of what is kept beside the flows, in packets. */
export interface BesideFlows {
  readonly kind: 'evidence' | 'payloads';
  /** Taken in. */
  readonly packets: number;
  readonly present: number;
  readonly expired: number;
  readonly givenUp: number;
  /** Frames that cannot be read. */
  readonly refusedFrames: number;
  /** Left out by sensors, in packets: their table of payloads was full. */
  readonly notKept: number;
}

export interface LedgerBeside {
  /** Without what the server does not tell of. */
  readonly kinds: readonly BesideFlows[];
  /** Frames of both kinds that sensors gave up before they were sent. */
  readonly droppedFrames: number;
  /** Sums of the stores that do not hold. */
  readonly broken: readonly string[];
}

const COUNTERS = [
  { kind: 'evidence', packets: 'evidenceMatched', refused: 'evidenceRefused', store: 'evidenceStore' },
  { kind: 'payloads', packets: 'payloadPackets', refused: 'payloadsRefused', store: 'payloadStore' },
] as const;

/** Throws QuestionError. */
export function readLedgerBeside(body: unknown): LedgerBeside {
  const ledger = record(body);
  const sensors = list(ledger.sensors).map(record);
  const servers = sensors.map(({ server }) => record(server));
  const notKept = sensors.reduce((sum, { payloads }) => sum + count(record(payloads ?? {}).packetsNotKept ?? 0), 0);
  const kinds = COUNTERS.flatMap(({ kind, packets, refused, store }) => {
    if (ledger[store] === undefined) return [];
    const { present, expired, givenUp } = record(ledger[store]);
    return {
      kind,
      packets: servers.reduce((sum, server) => sum + count(server[packets] ?? 0), 0),
      present: count(present),
      expired: count(expired),
      givenUp: count(givenUp),
      refusedFrames: servers.reduce((sum, server) => sum + countsOf(server[refused] ?? {}), 0),
      notKept: kind === 'payloads' ? notKept : 0,
    };
  });
  const broken = list(ledger.stored)
    .map(record)
    .flatMap(({ holds, sum }) => (holds === false ? [String(sum)] : []));
  const droppedFrames = sensors.reduce((sum, { counts }) => sum + count(record(counts ?? {}).findingsDropped ?? 0), 0);
  return { kinds, droppedFrames, broken };
}

/** By error code. */
function countsOf(value: unknown): number {
  return sumCounts(Object.fromEntries(Object.entries(record(value)).map(([code, each]) => [code, count(each)])));
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

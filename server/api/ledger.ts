/** `GET /api/v1/ledger`: what came in, what went out and why the rest did not, for every sensor of a session. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import {
  checkLedger,
  emptySensorLedger,
  type LedgerCheck,
  type ServerLedger,
  sumCounts,
} from '../../shared/counters.ts';
import type { PacketAccount } from '../packets/packet-ring.ts';
import { type LedgerHealth, SeriesResolution } from '../store/ingest-commit.ts';
import type { EvidenceAccount, FlowAccount, PayloadAccount } from '../store/stores.ts';
import type { ApiParts } from './parts.ts';
import { Count, PayloadAccount as PayloadStore, Problem, SessionId } from './schemas.ts';
import { resolveSpan } from './span.ts';

const Check = Type.Object({
  sum: Type.String({ description: 'such as captured = filteredOut + notIp + undecodable + decoded' }),
  left: Type.Integer(),
  right: Type.Integer(),
  inFlight: Type.Integer({ description: '0 at rest' }),
  holds: Type.Boolean(),
});
const Sums = Type.Object({ packets: Type.Integer(), bytes: Type.Integer(), flows: Type.Integer() });
const Account = { present: Type.Integer(), expired: Type.Integer(), givenUp: Type.Integer() };
const Ledger = Type.Object({
  session: SessionId,
  balances: Type.Boolean({ description: 'every sum holds, and nothing is in flight' }),
  sensors: Type.Array(
    Type.Object({
      sensor: Type.Integer(),
      finished: Type.Boolean(),
      skippedGaps: Type.Integer({ description: 'silences that were skipped while a capture was played' }),
      damage: Type.Array(Type.String()),
      counts: Type.Unknown({ description: 'counters of the sensor: shared/counters.ts' }),
      server: Type.Unknown({ description: 'counters of the server' }),
      evidence: Type.Union([Type.Null(), Type.Object({ sourcesHeld: Count, sourcesGivenUp: Count, rowsSent: Count })], {
        description: 'sources that the sensor remembers, and gave up for others; of its run',
      }),
      payloads: Type.Union(
        [
          Type.Null(),
          Type.Object({
            packets: Count,
            packetsSent: Count,
            packetsHeld: Count,
            packetsNotKept: Count,
            rowsSent: Count,
          }),
        ],
        { description: 'packets with a payload: sent, held, and without a place in the sensor’s table; of its run' },
      ),
      checks: Type.Array(Check),
    }),
  ),
  flowStore: Type.Object(
    { present: Sums, expired: Sums, missing: Sums },
    { description: 'what became of all that was stored: there, taken out by retention, or in files that are gone' },
  ),
  evidenceStore: Type.Object(Account, {
    description: 'packets that rules matched, in evidence that is there, that left with its flows, that was too much',
  }),
  payloadStore: PayloadStore,
  packetStore: Type.Object(
    { present: Count, expired: Count, missing: Count },
    { description: 'packets as they were captured: kept, gone for newer ones, in files that are gone or damaged' },
  ),
  stored: Type.Array(Check, { description: 'counted anew in the stores' }),
  viewers: Type.Array(
    Type.Object({
      offered: Type.Integer(),
      sent: Type.Integer(),
      sampledOut: Type.Integer(),
      filteredOut: Type.Integer(),
    }),
  ),
});

export const ledgerRoutes: FastifyPluginAsyncTypebox<ApiParts> = async (app, parts) => {
  const schema = {
    summary: 'the ledger of a session: sums hold to the packet',
    querystring: Type.Object({ session: Type.Optional(SessionId) }),
    response: { 200: Ledger, '4xx': Problem },
  };
  app.get('/api/v1/ledger', { schema }, async (request) => {
    const { session } = await resolveSpan(request.query, parts.catalog, () => parts.live.current().record.id);
    const states = parts.ledgers().filter((state) => state.session === session);
    const sensors = states.map(({ sensor, server, health }) => ({
      sensor,
      finished: health?.finished ?? false,
      skippedGaps: health?.skippedGaps ?? 0,
      damage: health?.damage ?? [],
      counts: health?.ledger ?? emptySensorLedger(),
      server,
      evidence: health?.evidence ?? null,
      payloads: health?.payloads ?? null,
      checks: health === null ? [] : checkSensor(health, server),
    }));
    const { account, evidence, payloads, packets, checks: stored } = await countStores(parts, session);
    const checks = [...sensors.flatMap((entry) => entry.checks), ...stored];
    return {
      session,
      balances: checks.every(({ holds, inFlight }) => holds && inFlight === 0),
      sensors,
      flowStore: account,
      evidenceStore: evidence,
      payloadStore: payloads,
      packetStore: packets,
      stored,
      viewers: [...parts.live.viewers].map(({ ledger }) => ledger),
    };
  });
};

function checkSensor({ ledger, finished, payloads }: LedgerHealth, server: ServerLedger): LedgerCheck[] {
  const checks = checkLedger(ledger, server, finished);
  if (payloads === undefined) return checks;
  const { packets: left, packetsSent, packetsHeld, packetsNotKept } = payloads;
  const right = packetsSent + packetsHeld + packetsNotKept;
  const sum = 'packets with payloads = packetsSent + packetsHeld + packetsNotKept';
  return [...checks, { sum, left, right, inFlight: 0, holds: left === right }];
}

const BIN_NAMES = ['second', 'minute', 'five minutes', 'hour', 'day'] as const;

interface StoresCounted {
  readonly account: FlowAccount;
  readonly evidence: EvidenceAccount;
  readonly payloads: PayloadAccount;
  readonly packets: PacketAccount;
  readonly checks: LedgerCheck[];
}

/** The counters held against what lies in the stores. While packets arrive, the stores stand between two readings of the counters. */
async function countStores(parts: ApiParts, session: number): Promise<StoresCounted> {
  const counted = () => {
    const servers = parts.ledgers().flatMap((state) => (state.session === session ? [state.server] : []));
    return {
      packets: servers.reduce((sum, { packetsStored }) => sum + packetsStored, 0),
      // A ledger from before there was evidence has no such counters.
      matched: servers.reduce((sum, { evidenceMatched }) => sum + (evidenceMatched ?? 0), 0),
      payloadPackets: servers.reduce((sum, { payloadPackets }) => sum + (payloadPackets ?? 0), 0),
      rawPackets: servers.reduce((sum, { rawPackets }) => sum + (rawPackets ?? 0), 0),
      rawRefused: servers.reduce((sum, { rawPacketsRefused }) => sum + sumCounts(rawPacketsRefused ?? {}), 0),
    };
  };
  const before = counted();
  const [account, evidence, payloads, ...series] = await Promise.all([
    parts.flows.account(session),
    parts.evidence.account(session),
    parts.payloads.account(session),
    ...Object.values(SeriesResolution).map((resolution) => parts.series.sum(session, resolution)),
  ]);
  const packets = parts.packets?.account(session) ?? { present: 0, expired: 0, missing: 0 };
  const after = counted();
  const check = (sum: string, right: number, of: keyof typeof after = 'packets'): LedgerCheck => {
    const left = after[of];
    const isBetween = before[of] !== left && right >= before[of];
    return { sum, left, right, inFlight: isBetween ? left - right : 0, holds: isBetween || left === right };
  };
  const { present, expired, missing } = account;
  const checks = [
    check(
      'packetsStored = packets in the flow store + expired + missing',
      present.packets + expired.packets + missing.packets,
    ),
    ...series.map(({ packets }, at) => check(`packetsStored = packets in the series by ${BIN_NAMES[at]}`, packets)),
    check(
      'evidenceMatched = matched in evidence that is there + expired + given up',
      evidence.present + evidence.expired + evidence.givenUp,
      'matched',
    ),
    check(
      'payloadPackets = packets in payloads that are there + expired + given up',
      payloads.present + payloads.expired + payloads.givenUp,
      'payloadPackets',
    ),
    checkRing(after.rawPackets, packets.present + packets.expired + packets.missing + after.rawRefused),
  ];
  return { account, evidence, payloads, packets, checks };
}

/** Packets are written before their frames are counted: what is there beyond the counter is being committed. */
function checkRing(left: number, right: number): LedgerCheck {
  const sum = 'rawPackets = packets that are kept + expired + missing + refused';
  return { sum, left, right, inFlight: left - right, holds: left <= right };
}

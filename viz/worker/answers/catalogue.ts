/** `sessions`, `sensors`, `networks` and the ledger. */
import { ApiError } from '../../../server/api/api-error.ts';
import { timeText } from '../../../server/api/time-text.ts';
import type { EvidenceAccount } from '../../../server/store/stores.ts';
import { checkLedger, emptyServerLedger, type LedgerCheck, type ServerLedger } from '../../../shared/counters.ts';
import { DROPPED_SENSOR, DROPPED_SESSION } from '../dropped-messages.ts';
import { type AnswerRoute, askedOf, type FileParts, sessionOf } from './file-parts.ts';

/** By this code the ledger tells flows beyond the limits: docs/errors.md. */
const TOO_MANY_FLOWS = 'PAGE_FILE_TOO_LARGE';

export const sessions: AnswerRoute = {
  path: /^sessions$/,
  async answer(parts) {
    const { arrivedSeconds, firstSeconds, lastSeconds, ...session } = sessionOf(parts);
    return [
      {
        ...session,
        arrived: timeText(arrivedSeconds),
        first: firstSeconds === null ? null : timeText(firstSeconds),
        last: lastSeconds === null ? null : timeText(lastSeconds),
      },
    ];
  },
};

export const sensors: AnswerRoute = {
  path: /^sensors$/,
  async answer(parts) {
    return [
      {
        id: DROPPED_SENSOR,
        name: parts.name,
        place: null,
        state: parts.reading().isDone ? 'finished' : 'connected',
        software: null,
        link: 'none',
        lastHeard: null,
        lostSince: null,
        lagSeconds: null,
        droppedPackets: null,
        clockSteps: null,
        addresses: null,
        spool: null,
      },
    ];
  },
};

export const network: AnswerRoute = {
  path: /^networks\/(\d{1,10})$/,
  async answer(parts, _query, [asn]) {
    const name = parts.nameOf(Number(asn));
    if (name === null) throw new ApiError(404, 'API_NO_NETWORK', `no name is known of network ${asn}`);
    return { asn: Number(asn), name };
  },
};

export const ledger: AnswerRoute = {
  path: /^ledger$/,
  async answer(parts, query) {
    await askedOf(parts, query);
    const { isDone, damage, ledger: counts, findings } = parts.reading();
    const server = serverLedger(parts);
    const checks = checkLedger(counts, server, isDone);
    const present = { packets: parts.flows.packets, bytes: parts.flows.bytes, flows: parts.flows.length };
    const nothing = { packets: 0, bytes: 0, flows: 0 };
    const evidenceStore = parts.evidence.account();
    const payloadStore = parts.payloads.account();
    const stored = [
      storedCheck(parts, server),
      goneCheck('evidenceMatched', 'matched in evidence that is', evidenceStore, server.evidenceMatched),
      goneCheck('payloadPackets', 'packets in payloads that are', payloadStore, server.payloadPackets),
    ];
    return {
      session: DROPPED_SESSION,
      balances: [...checks, ...stored].every(({ holds, inFlight }) => holds && inFlight === 0),
      sensors: [
        {
          sensor: DROPPED_SENSOR,
          finished: isDone,
          skippedGaps: 0,
          damage: damage === null ? [] : [damage],
          counts,
          server,
          evidence: findings.evidence ?? null,
          payloads: findings.payloads ?? null,
          checks,
        },
      ],
      flowStore: { present, expired: nothing, missing: nothing },
      evidenceStore,
      payloadStore,
      stored,
      viewers: [],
    };
  },
};

/** The flows are both store and series. */
function serverLedger({ flows, evidence, payloads }: FileParts): ServerLedger {
  const { notHeld } = flows;
  const refused = (count: number) => (count === 0 ? {} : { [TOO_MANY_FLOWS]: count });
  return {
    ...emptyServerLedger(),
    flowsAccepted: flows.length + notHeld.flows,
    packetsAccepted: flows.packets + notHeld.packets,
    flowsStored: flows.length,
    packetsStored: flows.packets,
    flowsRefused: refused(notHeld.flows),
    packetsRefused: refused(notHeld.packets),
    packetsInSeries: flows.packets,
    evidenceMatched: evidence.matched,
    payloadPackets: payloads.packets,
  };
}

/** Counted anew in the columns. */
function storedCheck({ flows }: FileParts, { packetsStored: left }: ServerLedger): LedgerCheck {
  let right = 0;
  for (const { packets, length } of flows.batches()) for (let row = 0; row < length; row++) right += packets[row]!;
  return { sum: 'packetsStored = packets in the flows that are held', left, right, inFlight: 0, holds: left === right };
}

/** Of what is kept beside the flows. */
function goneCheck(
  name: string,
  what: string,
  { present, expired, givenUp }: EvidenceAccount,
  left: number,
): LedgerCheck {
  const right = present + expired + givenUp;
  const sum = `${name} = ${what} there + expired + given up`;
  return { sum, left, right, inFlight: 0, holds: left === right };
}

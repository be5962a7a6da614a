/** Commits for tests of the stores, made from objects that a person can read. */

import {
  type IngestCommit,
  type LedgerHealth,
  type LedgerState,
  type Position,
  SeriesDimension,
  type SeriesDimensionName,
  type SeriesResolution,
  type SeriesRows,
  type SketchState,
  type WatchState,
} from '../../server/store/ingest-commit.ts';
import { parseIpv4, parseIpv6 } from '../../shared/address.ts';
import { emptySensorLedger, emptyServerLedger } from '../../shared/counters.ts';
import { createFlowBatch, type Family, type FlowBatch } from '../../shared/flow-batch.ts';
import { TrafficClass } from '../../shared/protocols.ts';

export interface TestFlow {
  source?: string;
  target?: string;
  /** Time of the first packet, seconds since 1970. */
  seconds?: number;
  packets?: number;
  wireBytes?: number;
  targetPort?: number;
  protocol?: number;
  session?: number;
  country?: string;
  asn?: number;
  radiation?: number;
  synOptions?: number;
  tunnel?: number;
  innerProtocol?: number;
  /** Text of either family. */
  innerSource?: string;
  innerTarget?: string;
  innerSourcePort?: number;
  innerTargetPort?: number;
}

export interface TestSeriesRow {
  resolution?: SeriesResolution;
  dimension?: SeriesDimensionName;
  session?: number;
  bin: number;
  key?: number;
  packets: number;
  bytes?: number;
  flows?: number;
  sources?: number;
  targets?: number;
}

export const NOON_SECONDS = 1_700_049_600;

function putAddress(column: Uint32Array, row: number, family: Family, text: string): void {
  if (family === 4) column[row] = parseIpv4(text)!;
  else column.set(parseIpv6(text)!, row * 4);
}

function putInnerAddress(column: Uint32Array, row: number, text: string): void {
  const ipv4 = parseIpv4(text);
  column.set(ipv4 === null ? parseIpv6(text)! : [0, 0, 0xffff, ipv4], row * 4);
}

/** One batch, with some room to spare, as batches have it in operation. */
export function flowBatch(family: Family, flows: readonly TestFlow[]): FlowBatch {
  const batch = createFlowBatch(family, flows.length + 3);
  flows.forEach((flow, row) => {
    const seconds = flow.seconds ?? NOON_SECONDS;
    putAddress(batch.source, row, family, flow.source ?? (family === 4 ? '192.0.2.1' : '2001:db8::1'));
    putAddress(batch.target, row, family, flow.target ?? (family === 4 ? '198.51.100.7' : '2001:db8:ffff::7'));
    batch.interval[row] = Math.floor(seconds);
    batch.firstMicros[row] = Math.round((seconds - Math.floor(seconds)) * 1_000_000);
    batch.lastMicros[row] = batch.firstMicros[row]! + 5;
    batch.packets[row] = flow.packets ?? 1;
    batch.wireBytes[row] = flow.wireBytes ?? 60 * (flow.packets ?? 1);
    batch.session[row] = flow.session ?? 0;
    batch.sourcePort[row] = 40_000;
    batch.targetPort[row] = flow.targetPort ?? 23;
    batch.ipLength[row] = 40;
    batch.synWindow[row] = 1024;
    batch.vlan[row] = 0;
    batch.sensor[row] = 1;
    batch.country[row] = flow.country ? flow.country.charCodeAt(0) * 256 + flow.country.charCodeAt(1) : 0;
    batch.asn[row] = flow.asn ?? 0;
    batch.protocol[row] = flow.protocol ?? 6;
    batch.tcpFlags[row] = 2;
    batch.ttl[row] = 241;
    batch.class[row] = TrafficClass.tcpSyn;
    batch.radiation[row] = flow.radiation ?? 0;
    batch.synOptions[row] = flow.synOptions ?? 0;
    batch.tunnel[row] = flow.tunnel ?? 0;
    batch.innerProtocol[row] = flow.innerProtocol ?? 0;
    batch.innerSourcePort[row] = flow.innerSourcePort ?? 0;
    batch.innerTargetPort[row] = flow.innerTargetPort ?? 0;
    putInnerAddress(batch.innerSource, row, flow.innerSource ?? '::');
    putInnerAddress(batch.innerTarget, row, flow.innerTarget ?? '::');
  });
  batch.length = flows.length;
  return batch;
}

export function seriesRows(rows: readonly TestSeriesRow[]): SeriesRows {
  return {
    length: rows.length,
    resolution: Uint32Array.from(rows, (row) => row.resolution ?? 60),
    dimension: Uint8Array.from(rows, (row) => SeriesDimension[row.dimension ?? 'total']),
    session: Uint32Array.from(rows, (row) => row.session ?? 0),
    bin: Float64Array.from(rows, (row) => row.bin),
    key: Uint32Array.from(rows, (row) => row.key ?? 0),
    packets: Float64Array.from(rows, (row) => row.packets),
    bytes: Float64Array.from(rows, (row) => row.bytes ?? row.packets * 60),
    flows: Float64Array.from(rows, (row) => row.flows ?? 1),
    sources: Float64Array.from(rows, (row) => row.sources ?? 0),
    targets: Float64Array.from(rows, (row) => row.targets ?? 0),
  };
}

export function ingestCommit(parts: {
  flows4?: readonly TestFlow[];
  flows6?: readonly TestFlow[];
  series?: readonly TestSeriesRow[];
  positions?: readonly Position[];
  ledgers?: readonly LedgerState[];
  sketches?: readonly SketchState[];
  watches?: readonly WatchState[];
}): IngestCommit {
  const flows: FlowBatch[] = [];
  if (parts.flows4) flows.push(flowBatch(4, parts.flows4));
  if (parts.flows6) flows.push(flowBatch(6, parts.flows6));
  return {
    flows,
    series: seriesRows(parts.series ?? []),
    positions: parts.positions ?? [],
    ledgers: parts.ledgers ?? [],
    ...(parts.sketches ? { sketches: parts.sketches } : {}),
    ...(parts.watches ? { watches: parts.watches } : {}),
  };
}

/** A ledger that can be told from others by its number of stored packets. */
export function ledgerState(session: number, sensor: number, packetsStored: number): LedgerState {
  return { session, sensor, server: { ...emptyServerLedger(), packetsStored }, health: null };
}

/** A sensor's last report, of a run that may have ended. */
export function ledgerHealth(finished: boolean): LedgerHealth {
  return {
    epoch: 1,
    earlier: null,
    prefixes: [],
    ledger: emptySensorLedger(),
    link: 'none',
    clock: { mode: 'max', speed: 0 },
    captureSeconds: null,
    skippedGaps: 0,
    lastSkippedGap: null,
    damage: [],
    finished,
  };
}

/** Answers of `/api/v1/sources/…`, `/api/v1/ports/…` and `/api/v1/flows`, checked: a page may be older or newer than its server. */
import { readAbsent, type WithAbsent } from './absent.ts';
import { unreadableError } from './answers.ts';
import { readLabels, readScanner, type SourceLabel, type SourceScanner } from './labels-answer.ts';
import { count, record, seconds } from './series-answer.ts';

export interface BreakdownFigures {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  /** Distinct addresses; null where they were not counted. */
  readonly sources: number | null;
  /** For analysts; null for all others. */
  readonly targets: number | null;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
}

export interface BreakdownRow extends BreakdownFigures {
  readonly key: string;
}

export interface BreakdownAnswer extends WithAbsent {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** Null where nothing came. */
  readonly all: BreakdownFigures | null;
  /** Nobody was given this address. */
  readonly isSpecial: boolean;
  /** By name of the group, most packets first. */
  readonly groups: ReadonlyMap<string, readonly BreakdownRow[]>;
  /** Of a source: what made its packets, surest first. */
  readonly labels: readonly SourceLabel[];
  /** Of a source: who scans from it for research. */
  readonly scanner: SourceScanner | null;
}

/** Throws QuestionError. */
export function readBreakdown(body: unknown): BreakdownAnswer {
  const { from, to, all, special, labels, scanner, ...others } = record(body);
  const groups = Object.entries(others).flatMap(([name, rows]) =>
    Array.isArray(rows) ? [[name, rows.map(readRow)] as const] : [],
  );
  return {
    fromSeconds: seconds(from),
    toSeconds: seconds(to),
    all: all === null ? null : readFigures(all),
    isSpecial: special === true,
    groups: new Map(groups),
    labels: readLabels(labels),
    scanner: readScanner(scanner),
    absent: readAbsent(body),
  };
}

function readRow(value: unknown): BreakdownRow {
  return { key: String(record(value).key), ...readFigures(value) };
}

function readFigures(value: unknown): BreakdownFigures {
  const { packets, bytes, flows, sources, targets, first, last } = record(value);
  return {
    packets: count(packets),
    bytes: count(bytes),
    flows: count(flows),
    sources: sources === undefined ? null : count(sources),
    targets: targets === undefined ? null : count(targets),
    firstSeconds: seconds(first),
    lastSeconds: seconds(last),
  };
}

/** Flows as points of time and target. */
export interface FlowPoints extends WithAbsent {
  readonly length: number;
  readonly seconds: Float64Array;
  /** From 0 to 65,535. */
  readonly slot: Uint16Array;
  /** Number of the target port, or the type of ICMP. */
  readonly port: Uint16Array;
  /** There are more in the span. */
  readonly isCut: boolean;
}

/** Throws QuestionError. */
export function readFlowPoints(body: unknown): FlowPoints {
  const { flows, cursor } = record(body);
  if (!Array.isArray(flows)) throw unreadableError();
  const points = {
    length: flows.length,
    seconds: new Float64Array(flows.length),
    slot: new Uint16Array(flows.length),
    port: new Uint16Array(flows.length),
    isCut: cursor !== null,
    absent: readAbsent(body),
  };
  for (const [row, flow] of flows.entries()) {
    const { first, targetSlot, targetPort } = record(flow);
    points.seconds[row] = seconds(first);
    points.slot[row] = count(targetSlot);
    points.port[row] = count(targetPort);
  }
  return points;
}

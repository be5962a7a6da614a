/** What the stages count. Sums hold exactly: see "The ledger" in docs/architecture.md. */

/** Why a packet could not be read, or what is broken in one that could. A code is also its counter's index; never reused. */
export const Fault = {
  none: 0,
  /** The link-layer header is cut off. */
  truncatedLink: 1,
  /** The IP header is cut off. */
  truncatedNetwork: 2,
  /** The IP header's length is less than the smallest, or its version is not what the link layer said. */
  badNetworkHeader: 3,
  /** More nested headers than any real packet has. */
  tooDeep: 4,
  /** IP was read; its TCP, UDP or ICMP header is cut off. */
  truncatedTransport: 5,
  /** IP was read; the TCP header's length field is impossible. */
  badTransportHeader: 6,
  /** IP was read; an IPv6 extension header is cut off or impossible. */
  badExtension: 7,
  /** IP was read; the packet's time lies outside what can be stored and was set to the nearest that can. */
  timeOutOfRange: 8,
  /** IP was read; the record carries no time and was given that of the packet before it. */
  timeMissing: 9,
  /** Verified on request: the checksum of the IPv4 header does not fit. */
  badNetworkChecksum: 10,
  /** Verified on request: the checksum of TCP, UDP, ICMP or their kin does not fit. */
  badTransportChecksum: 11,
} as const;
export type Fault = (typeof Fault)[keyof typeof Fault];
export const faultNames = Object.keys(Fault) as (keyof typeof Fault)[];

export type Counts = Record<string, number>;

/** Running totals of a sensor for one session, from capture to acknowledgement. */
export interface SensorLedger {
  /** libpcap: passed the kernel's filter; null where the source has no such counter (files). */
  received: number | null;
  droppedByKernel: number | null;
  droppedByInterface: number | null;
  leftAtStop: number | null;
  /** The interface's own count since capture began: independent of whoever captures, and in no sum. Null where it does not tell. */
  rxPackets: number | null;
  /** Of those, what came around a capture that had to be begun anew, and nobody got; null where that is unknown. */
  lostInCaptureCrash: number | null;
  /** How often capture had to be begun anew: its process was killed, or the interface was made anew. */
  captureCrashes: number;
  captured: number;
  filteredOut: number;
  /** By EtherType (`0x0806`) or link type (`link 195`). */
  notIp: Counts;
  undecodable: Counts;
  decoded: number;
  /** Decoded, and yet something above the IP header was broken. */
  faults: Counts;
  /** Decoded by runs that ended without a last word, and never delivered. */
  lostInCrash: number;
  /** Such runs. What they had captured since their last report is unknown. */
  crashes: number;
  packetsInOpenFlows: number;
  packetsInClosedFlows: number;
  flowsClosed: number;
  /** Of those, the ones that had to leave since their table was full: a flow of many packets may then be several records. */
  flowsClosedEarly: number;
  flowsSent: number;
  packetsSent: number;
  flowsAcknowledged: number;
  packetsAcknowledged: number;
  flowsSpooled: number;
  packetsSpooled: number;
  flowsSpoolDropped: number;
  packetsSpoolDropped: number;
  /** Frames of evidence and payloads that were given up before they were sent; in no sum. */
  findingsDropped: number;
}

/** Running totals of the server for one sensor and session. */
export interface ServerLedger {
  flowsAccepted: number;
  packetsAccepted: number;
  flowsStored: number;
  packetsStored: number;
  /** Flows by error code. */
  flowsRefused: Counts;
  packetsRefused: Counts;
  duplicateFrames: number;
  /** Reports that waited their turn among the flows and cannot be read, by error code; in no sum. */
  reportsRefused: Counts;
  /** Packets stored, but older than the newest by more than a minute. */
  packetsLate: number;
  packetsInSeries: number;
  /** Packets that rules matched, in evidence that was stored; one that two rules match counts twice. */
  evidenceMatched: number;
  /** Frames of evidence that cannot be read, by error code; in no sum. */
  evidenceRefused: Counts;
  /** Packets in rows of payloads that were stored. */
  payloadPackets: number;
  /** Frames of payloads that cannot be read, by error code; in no sum. */
  payloadsRefused: Counts;
  /** Packets that came as they were captured; part of no other sum than that of the ring. */
  rawPackets: number;
  /** Of these, by error code: those that cannot be read, and those for which there was no room on the disk. */
  rawPacketsRefused: Counts;
}

/** What one viewer was offered: `offered = sent + sampledOut + filteredOut`, in flows. */
export interface ViewerLedger {
  offered: number;
  sent: number;
  sampledOut: number;
  filteredOut: number;
}

export interface LedgerCheck {
  /** Such as `captured = filteredOut + notIp + undecodable + decoded`. */
  sum: string;
  left: number;
  right: number;
  /** Underway between the two sides: 0 at rest. */
  inFlight: number;
  holds: boolean;
}

export function sumCounts(counts: Counts): number {
  let sum = 0;
  for (const value of Object.values(counts)) sum += value;
  return sum;
}

/** Names are made by whoever sends packets: the largest counts keep theirs, and the rest is summed as `other`. */
export function largestCounts(counts: Counts, most: number): Counts {
  const entries = Object.entries(counts);
  if (entries.length <= most) return counts;
  entries.sort(([, a], [, b]) => b - a);
  return { ...Object.fromEntries(entries.slice(0, most)), other: sumCounts(Object.fromEntries(entries.slice(most))) };
}

export function emptySensorLedger(): SensorLedger {
  return {
    received: null,
    droppedByKernel: null,
    droppedByInterface: null,
    leftAtStop: null,
    rxPackets: null,
    lostInCaptureCrash: null,
    captureCrashes: 0,
    captured: 0,
    filteredOut: 0,
    notIp: {},
    undecodable: {},
    decoded: 0,
    faults: {},
    lostInCrash: 0,
    crashes: 0,
    packetsInOpenFlows: 0,
    packetsInClosedFlows: 0,
    flowsClosed: 0,
    flowsClosedEarly: 0,
    flowsSent: 0,
    packetsSent: 0,
    flowsAcknowledged: 0,
    packetsAcknowledged: 0,
    flowsSpooled: 0,
    packetsSpooled: 0,
    flowsSpoolDropped: 0,
    packetsSpoolDropped: 0,
    findingsDropped: 0,
  };
}

export function emptyServerLedger(): ServerLedger {
  return {
    flowsAccepted: 0,
    packetsAccepted: 0,
    flowsStored: 0,
    packetsStored: 0,
    flowsRefused: {},
    packetsRefused: {},
    duplicateFrames: 0,
    reportsRefused: {},
    packetsLate: 0,
    packetsInSeries: 0,
    evidenceMatched: 0,
    evidenceRefused: {},
    payloadPackets: 0,
    payloadsRefused: {},
    rawPackets: 0,
    rawPacketsRefused: {},
  };
}

/** Sums of several sensors' ledgers; a counter that none of them has stays null. */
export function addSensorLedgers(ledgers: readonly SensorLedger[]): SensorLedger {
  const sum = emptySensorLedger() as unknown as Record<string, number | null | Counts>;
  for (const ledger of ledgers) addInto(sum, ledger as unknown as Record<string, number | null | Counts>);
  return sum as unknown as SensorLedger;
}

export function addServerLedgers(ledgers: readonly ServerLedger[]): ServerLedger {
  const sum = emptyServerLedger() as unknown as Record<string, number | null | Counts>;
  for (const ledger of ledgers) addInto(sum, ledger as unknown as Record<string, number | null | Counts>);
  return sum as unknown as ServerLedger;
}

/** Only counters that are known are added, and only own properties are read: the names in a ledger come from a stranger. */
function addInto(sum: Record<string, number | null | Counts>, ledger: Record<string, number | null | Counts>): void {
  for (const [name, before] of Object.entries(sum)) {
    const value = Object.hasOwn(ledger, name) ? ledger[name] : undefined;
    if (typeof value === 'number') sum[name] = (typeof before === 'number' ? before : 0) + value;
    else if (typeof value === 'object' && value !== null) sum[name] = addCounts(before as Counts, value);
  }
}

export function addCounts(left: Counts, right: Counts): Counts {
  const sum = new Map(Object.entries(left));
  for (const [name, count] of Object.entries(right)) sum.set(name, (sum.get(name) ?? 0) + count);
  return Object.fromEntries(sum);
}

const check = (sum: string, left: number, right: number, inFlight = 0): LedgerCheck => {
  return { sum, left, right, inFlight, holds: left === right + inFlight };
};
/** Every sum of the ledger for one sensor and session. At rest (and once `finished`) each holds with `inFlight` 0. */
export function checkLedger(sensor: SensorLedger, server: ServerLedger, finished = false): LedgerCheck[] {
  // What is between two stages is what the one has and the other does not yet. A report may be older than what the
  // server has by now, so that it may also be negative between the two programs, but never within one.
  const underway = (sum: string, left: number, right: number, within: boolean): LedgerCheck => {
    const inFlight = left - right;
    return { sum, left, right, inFlight, holds: finished ? inFlight === 0 : !within || inFlight >= 0 };
  };
  const { received, captured, filteredOut, notIp, undecodable, decoded, lostInCrash } = sensor;
  const { packetsInClosedFlows, packetsInOpenFlows, packetsSent, packetsSpooled, packetsSpoolDropped } = sensor;
  const checks = [
    check(
      'captured = filteredOut + notIp + undecodable + decoded',
      captured,
      filteredOut + sumCounts(notIp) + sumCounts(undecodable) + decoded,
    ),
    check(
      'decoded = packetsInClosedFlows + packetsInOpenFlows + lostInCrash',
      decoded,
      packetsInClosedFlows + packetsInOpenFlows + lostInCrash,
    ),
    check(
      'packetsInClosedFlows = packetsSent + packetsSpooled + packetsSpoolDropped',
      packetsInClosedFlows,
      packetsSent + packetsSpooled + packetsSpoolDropped,
    ),
    underway('packetsSent = packetsAcknowledged', packetsSent, sensor.packetsAcknowledged, true),
    underway('packetsAcknowledged = packetsAccepted', sensor.packetsAcknowledged, server.packetsAccepted, false),
    check(
      'packetsAccepted = packetsStored + packetsRefused',
      server.packetsAccepted,
      server.packetsStored + sumCounts(server.packetsRefused),
    ),
    check('packetsStored = packetsInSeries', server.packetsStored, server.packetsInSeries),
  ];
  if (received === null) return checks;
  const explained = captured + (sensor.droppedByKernel ?? 0) + (sensor.leftAtStop ?? 0);
  return [check('received = captured + droppedByKernel + leftAtStop', received, explained), ...checks];
}

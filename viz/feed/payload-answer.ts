/** Answers of `/api/v1/payloads` and `/api/v1/malicious-sites`, checked. What is in them was written by attackers: see `safe-text.ts`. */
import { defanged, printableWords, safeName } from '../text/safe-text.ts';
import { aboutSource, isPayloadId } from './about.ts';
import { unreadableError } from './answers.ts';
import { count, record, seconds } from './series-answer.ts';

export interface PayloadAccount {
  readonly present: number;
  readonly expired: number;
  readonly givenUp: number;
}

export interface Payload {
  readonly id: string;
  /** Sixteen hexadecimal digits. */
  readonly digest: string;
  /** `tcp`, `udp`, or a number. */
  readonly protocol: string;
  /** On the wire; captured; kept at the server. */
  readonly wireBytes: number;
  readonly capturedBytes: number;
  readonly keptBytes: number;
  /** In all of the session. */
  readonly packets: number;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly ports: readonly number[];
  readonly hasMorePorts: boolean;
  /** Near enough. */
  readonly sources: number;
  readonly sensors: readonly string[];
  readonly sites: number;
  /** As many of those that are kept as the answer brings. */
  readonly bytes: Uint8Array;
}

export interface PayloadList {
  readonly total: number;
  readonly payloads: readonly Payload[];
  readonly account: PayloadAccount;
}

/** An address that payloads would have their receiver fetch from, made harmless. */
export interface Site {
  readonly url: string;
  readonly tool: string;
  /** What hid it, in the order in which it was undone. */
  readonly steps: readonly string[];
  /** The payload ends within it. */
  readonly isCut: boolean;
  readonly packets: number;
  readonly payloads: number;
  readonly sources: number;
  readonly sensors: readonly string[];
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  /** Of payloads that have it, most packets first. */
  readonly ids: readonly string[];
}

export interface SiteList {
  readonly total: number;
  readonly sites: readonly Site[];
}

export interface PayloadSheet extends Payload {
  /** Addresses of sources that came first. */
  readonly sample: readonly string[];
  readonly siteList: readonly Site[];
}

/** More than the server gives of each. */
const MOST_PAYLOADS = 500;
const MOST_SITES = 1_000;
const MOST_LISTED = 64;
/** As a sensor keeps at most. */
const MOST_BYTES = 8_192;
const MOST_URL = 1_000;
const MOST_NAME = 80;

/** Throws QuestionError. */
export function readPayloads(body: unknown): PayloadList {
  const { total, payloads, account } = record(body);
  const { present, expired, givenUp } = record(account);
  return {
    total: count(total),
    payloads: list(payloads, MOST_PAYLOADS).map(readPayload),
    account: { present: count(present), expired: count(expired), givenUp: count(givenUp) },
  };
}

/** Throws QuestionError. */
export function readPayloadSheet(body: unknown): PayloadSheet {
  const { sample, siteList } = record(body);
  return {
    ...readPayload(body),
    sample: list(sample, MOST_LISTED).flatMap((address) => {
      const about = aboutSource(String(address));
      return about?.kind === 'source' ? [about.address] : [];
    }),
    siteList: list(siteList, MOST_LISTED).map(readSite),
  };
}

/** Throws QuestionError. */
export function readSites(body: unknown): SiteList {
  const { total, sites } = record(body);
  return { total: count(total), sites: list(sites, MOST_SITES).map(readSite) };
}

function readPayload(value: unknown): Payload {
  const { id, digest, protocol, bytes, captured, kept, packets, first, last, ports, morePorts, sources, ...rest } =
    record(value);
  if (!isPayloadId(id)) throw unreadableError();
  return {
    id,
    digest: printableWords(words(digest), MOST_NAME),
    protocol: printableWords(words(protocol), MOST_NAME),
    wireBytes: count(bytes),
    capturedBytes: count(captured),
    keptBytes: count(kept),
    packets: count(packets),
    firstSeconds: seconds(first),
    lastSeconds: seconds(last),
    ports: list(ports, MOST_LISTED).map(count),
    hasMorePorts: morePorts === true,
    sources: count(sources),
    sensors: list(rest.sensors, MOST_LISTED).map((name) => safeName(words(name), MOST_NAME)),
    sites: count(rest.sites),
    bytes: readHex(rest.hex),
  };
}

function readSite(value: unknown): Site {
  const { url, tool, steps, cut, packets, payloads, sources, sensors, first, last, ids } = record(value);
  return {
    // The server did so: this is for one that did not.
    url: defanged(printableWords(words(url), MOST_URL)),
    tool: printableWords(words(tool), MOST_NAME),
    steps: list(steps, MOST_LISTED).map((step) => printableWords(words(step), MOST_NAME)),
    isCut: cut === true,
    packets: count(packets),
    payloads: count(payloads),
    sources: count(sources),
    sensors: list(sensors, MOST_LISTED).map((name) => safeName(words(name), MOST_NAME)),
    firstSeconds: seconds(first),
    lastSeconds: seconds(last),
    ids: list(ids, MOST_LISTED).filter(isPayloadId),
  };
}

function readHex(value: unknown): Uint8Array {
  const digits = words(value).slice(0, MOST_BYTES * 2);
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw unreadableError();
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(at * 2, at * 2 + 2), 16),
  );
}

/** What a newer server lists beyond that is left out. */
function list(value: unknown, most: number): unknown[] {
  if (!Array.isArray(value)) throw unreadableError();
  return value.slice(0, most);
}

function words(value: unknown): string {
  if (typeof value !== 'string') throw unreadableError();
  return value;
}

/** Names of what a dissection tells. The page has words for each in every language; a name never changes its meaning. */

export const fieldNames = [
  'acknowledgement',
  'arpOperation',
  'arpSourceHardware',
  'arpTargetHardware',
  'callId',
  'checksum',
  'checksumCoverage',
  'code',
  'control',
  'cookedDevice',
  'cookedKind',
  'destinationService',
  'dnsCounts',
  'dnsId',
  'dnsQuestion',
  'etherType',
  'family',
  'firstLine',
  'flags',
  'fragmentOffset',
  'headerLength',
  'hopLimit',
  'host',
  'identification',
  'interface',
  'key',
  'label',
  'length',
  'message',
  'mode',
  'nextHeader',
  'next',
  'option',
  'organisation',
  'payload',
  'protocol',
  'routing',
  'sequence',
  'serverName',
  'session',
  'source',
  'sourcePort',
  'sourceService',
  'stratum',
  'tag',
  'target',
  'targetPort',
  'time',
  'trafficClass',
  'ttl',
  'tunnel',
  'type',
  'urgent',
  'version',
  'vlan',
  'window',
] as const;
export type FieldName = (typeof fieldNames)[number];

/** What is said of a field or of a layer beside its value. */
export const dissectNotes = [
  /** Not all of it was captured, or the packet ends within it. */
  'cutOff',
  /** The header contradicts itself: what would follow is not believed. */
  'badHeader',
  /** More headers or fields than any real packet has. */
  'tooMany',
  'checksumRight',
  'checksumWrong',
  /** The sender left it to its network card, which had not seen the packet yet when it was captured. */
  'checksumOffloaded',
  /** Cut off, a fragment, or rerouted: it cannot be verified. */
  'checksumNotWhole',
  'checksumNone',
] as const;
export type DissectNote = (typeof dissectNotes)[number];

export interface DissectedField {
  readonly name: FieldName;
  /** Numbers, addresses and names of protocols; what the packet's sender wrote is there as printable ASCII only. */
  readonly value: string;
  /** Where its bytes lie in the packet. */
  readonly offset: number;
  readonly length: number;
  note?: DissectNote;
}

export interface DissectedLayer {
  /** The name of a protocol, or one of `plainLayers`. */
  readonly name: string;
  readonly offset: number;
  /** Bytes of it that were captured. */
  length: number;
  readonly fields: DissectedField[];
  note?: DissectNote;
}

/** Layers that are no protocol, which the page names in the language of its reader. */
export const plainLayers = {
  /** What no header above says more about. */
  payload: 'payload',
  /** Behind the end that the IP header names: padding of short frames, check sums, a switch's trailer. */
  trailer: 'trailer',
  /** On the wire, and not captured. It has no bytes. */
  notCaptured: 'notCaptured',
} as const;

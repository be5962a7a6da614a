/** Short names of what `inspect` finds after IP headers (https://www.iana.org/assignments/protocol-numbers). */
import { IpProtocol } from '../../shared/protocols.ts';

const names: Record<number, string> = {
  0: 'hopopts',
  4: 'ipip',
  9: 'igrp',
  33: 'dccp',
  36: 'xtp',
  41: 'ipv6',
  43: 'routing',
  44: 'fragment',
  46: 'rsvp',
  48: 'dsr',
  53: 'swipe',
  54: 'nhrp',
  60: 'dstopts',
  62: 'cftp',
  80: 'isoip',
  83: 'vines',
  88: 'eigrp',
  89: 'ospf',
  93: 'ax25',
  97: 'etherip',
  103: 'pim',
  106: 'qnx',
  108: 'ipcomp',
  112: 'vrrp',
  113: 'pgm',
  115: 'l2tp',
  134: 'rsvpE2eIgnore',
  135: 'mobility',
  136: 'udplite',
  137: 'mpls',
  139: 'hip',
  140: 'shim6',
  143: 'ethernet',
  173: 'ax4000',
  224: 'ncs',
};
for (const [name, protocol] of Object.entries(IpProtocol)) names[protocol] = name;

/** Null for a protocol that nobody here knows more of than its number. */
export function transportName(protocol: number): string | null {
  return names[protocol] ?? null;
}

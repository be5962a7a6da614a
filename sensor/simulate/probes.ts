/**
 * Questions to UDP services that answer with more than they were asked, and so serve for amplification (US-CERT alert
 * TA14-017A lists them). Each is a shortest valid message of its protocol; the first bytes tell them apart.
 */

export interface Probe {
  readonly port: number;
  readonly payload: Uint8Array;
  /** Where the message's own number lies, that each probe draws anew, and how many bytes it has; 0 for none. */
  readonly numberAt: number;
  readonly numberBytes: number;
}

const encoder = new TextEncoder();

function text(value: string): string {
  return Array.from(encoder.encode(value), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function probe(port: number, hex: string, numberAt = 0, numberBytes = 0): Probe {
  const pairs = hex.replaceAll(' ', '').match(/../g) ?? [];
  return { port, payload: Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)), numberAt, numberBytes };
}

/** Lines as text protocols end them. */
function lines(...all: string[]): string {
  return text(`${all.join('\r\n')}\r\n\r\n`);
}

const dnsQuestion = (additional: string) => `0000 0100 0001 0000 0000 ${additional}`;

export const probes = {
  /** VERSION.BIND, class CHAOS, type TXT (RFC 4892). */
  dnsVersion: probe(53, `${dnsQuestion('0000')} 07${text('VERSION')} 04${text('BIND')} 00 0010 0003`, 0, 2),
  /** Type ANY with 4,096 bytes offered (RFC 8482 tells why one should not answer; EDNS is RFC 6891). */
  dnsAny: probe(
    53,
    `${dnsQuestion('0001')} 07${text('example')} 03${text('org')} 00 00ff 0001 00 0029 1000 00000000 0000`,
    0,
    2,
  ),
  /** Mode 7, implementation 3, request 42: the last 600 clients of a time server. */
  ntpMonlist: probe(123, '1700032a 00000000'),
  /** Mode 3: what time is it? (RFC 5905) */
  ntpClient: probe(123, `e3000afa ${'00'.repeat(44)}`, 40, 8),
  ssdp: probe(
    1900,
    lines('M-SEARCH * HTTP/1.1', 'HOST: 239.255.255.250:1900', 'MAN: "ssdp:discover"', 'MX: 1', 'ST: ssdp:all'),
  ),
  /** Version 2c, community "public", sysDescr.0 (RFC 3416). */
  snmp: probe(
    161,
    `3029 020101 0406${text('public')} a01c 0204 00000000 020100 020100 300e 300c 0608 2b06010201010100 0500`,
    17,
    4,
  ),
  /** Frame header (number, 0 of 1, reserved), then the command. */
  memcached: probe(11211, `0000 0000 0001 0000 ${text('stats\r\n')}`, 0, 2),
  /** Search of the root for objects of any class (RFC 1798). */
  cldap: probe(389, `3025 020101 6320 0400 0a0100 0a0100 020100 020100 010100 870b${text('objectclass')} 3000`),
  sip: probe(
    5060,
    lines(
      'OPTIONS sip:100@192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 192.0.2.2:5060;branch=z9hG4bK-1;rport',
      'Max-Forwards: 70',
      'To: <sip:100@192.0.2.1>',
      'From: <sip:100@192.0.2.2>;tag=1',
      'Call-ID: 1@192.0.2.2',
      'CSeq: 1 OPTIONS',
      'Contact: <sip:100@192.0.2.2:5060>',
      'Content-Length: 0',
    ),
  ),
  chargen: probe(19, '01'),
  quoteOfTheDay: probe(17, '0d0a'),
  /** Call of program 100000, version 2, procedure 4: what is registered? (RFC 1833) */
  portmap: probe(111, `00000000 00000000 00000002 000186a0 00000002 00000004 ${'00'.repeat(16)}`, 0, 4),
  /** GET /.well-known/core (RFC 6690, RFC 7252). */
  coap: probe(5683, `40010000 bb${text('.well-known')} 04${text('core')}`, 2, 2),
} as const satisfies Record<string, Probe>;

export type ProbeName = keyof typeof probes;
export const probeNames = Object.keys(probes) as ProbeName[];

/** A copy whose number may be overwritten. */
export function copyProbe(name: ProbeName): Probe {
  return { ...probes[name], payload: probes[name].payload.slice() };
}

/** Ping of BitTorrent's distributed hash table (BEP 5); the 20 bytes of the sender's id start at 12. */
export const dhtPing = probe(
  6881,
  `${text('d1:ad2:id20:')}${'00'.repeat(20)}${text('e1:q4:ping1:t2:aa1:y1:qe')}`,
  12,
  20,
);

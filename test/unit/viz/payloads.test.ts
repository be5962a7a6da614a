/** Payloads as the server tells them, what of a filter holds for them, and what strangers wrote as text that does nothing. */
import { expect, test } from 'vitest';
import { formatAbout, readAbout } from '../../../viz/feed/about.ts';
import { readPayloadSheet, readPayloads, readSites } from '../../../viz/feed/payload-answer.ts';
import { dumpRows } from '../../../viz/panels/about/dump.ts';
import { payloadFilterOf } from '../../../viz/panels/desk/payload-filter.ts';
import { portWords, previewOf } from '../../../viz/panels/desk/payload-parts.ts';
import { defanged, printableText, printableWords, safeName } from '../../../viz/text/safe-text.ts';

const time = '2026-01-01T00:00:00.000Z';
const id = '0123456789abcdef-6-120';
const payload = {
  id,
  digest: '0123456789abcdef',
  protocol: 'tcp',
  bytes: 120,
  captured: 100,
  kept: 3,
  packets: 7,
  first: time,
  last: time,
  ports: [23, 2323],
  morePorts: true,
  sources: 5,
  sensors: ['東京'],
  sites: 1,
  hex: '470041',
};
const site = {
  url: 'hxxp[:]//192[.]0[.]2[.]1/a',
  host: '192[.]0[.]2[.]1',
  tool: 'wget',
  steps: ['percent', 'base64'],
  cut: true,
  packets: 7,
  payloads: 1,
  sources: 5,
  sensors: ['tokyo'],
  first: time,
  last: time,
  sample: ['203.0.113.1'],
  ids: [id],
};
const list = { session: 1, from: time, to: time, total: 9, account: { present: 1, expired: 2, givenUp: 3 } };

test('payloads, one payload and sites are read', () => {
  const read = readPayloads({ ...list, payloads: [payload] });
  expect(read).toMatchObject({ total: 9, account: { givenUp: 3 } });
  expect(read.payloads).toMatchObject([{ id, wireBytes: 120, capturedBytes: 100, keptBytes: 3, hasMorePorts: true }]);
  expect([...read.payloads[0]!.bytes]).toEqual([0x47, 0, 0x41]);
  expect(read.payloads[0]!.firstSeconds).toBe(1_767_225_600);
  const sheet = readPayloadSheet({ ...payload, sample: ['203.0.113.1', '<b>', '2001:DB8::1'], siteList: [site] });
  expect(sheet.sample).toEqual(['203.0.113.1', '2001:db8::1']);
  expect(sheet.siteList).toMatchObject([{ url: site.url, tool: 'wget', isCut: true }]);
  expect(readSites({ ...list, sites: [{ ...site, ids: [id, 'x', 7] }] }).sites[0]!.ids).toEqual([id]);
});

test.for([
  ['a list that is none', { payloads: {} }],
  ['no account', { account: undefined }],
  ['an id with markup', { payloads: [{ ...payload, id: '<img>' }] }],
  ['an id that leads elsewhere', { payloads: [{ ...payload, id: '../../sign-out' }] }],
  ['half a byte', { payloads: [{ ...payload, hex: '4' }] }],
  ['bytes that are no hex', { payloads: [{ ...payload, hex: 'zz' }] }],
  ['packets that are no number', { payloads: [{ ...payload, packets: '7' }] }],
  ['ports that are no numbers', { payloads: [{ ...payload, ports: ['<b>'] }] }],
  ['a time that is none', { payloads: [{ ...payload, first: 'now' }] }],
  ['sensors that are no words', { payloads: [{ ...payload, sensors: [{}] }] }],
] as const)('%s cannot be read', ([, change]) => {
  expect(() => readPayloads({ ...list, payloads: [payload], ...change })).toThrow('');
});

test('what a newer server tells more is left out, however much it is', () => {
  const many = { ...payload, mood: 'good', ports: new Array(5_000).fill(1), hex: '00'.repeat(20_000) };
  const { payloads } = readPayloads({ ...list, payloads: new Array(2_000).fill(many) });
  expect(payloads.length).toBe(500);
  expect(payloads[0]!.ports.length).toBe(64);
  expect(payloads[0]!.bytes.length).toBe(8_192);
  const long = { ...site, url: 'x'.repeat(90_000), tool: 'y'.repeat(90_000), steps: ['z'.repeat(90_000)] };
  const [read] = readSites({ ...list, sites: [long] }).sites;
  expect(read!.url.length + read!.tool.length + read!.steps[0]!.length).toBeLessThan(1_200);
});

test('an address that a server left whole is made harmless, and so is one in the text of a payload', () => {
  for (const url of ['http://192.0.2.1/a', 'HTTPS://example.net/a', 'tftp://192.0.2.1/a', 'x http://a.b http://c.d'])
    expect(defanged(url)).not.toMatch(/:\/\/|http(s?)\[/i);
  expect(defanged(site.url)).toBe(site.url);
  const { sites } = readSites({ ...list, sites: [{ ...site, url: 'http://192.0.2.1/\u202ea' }] });
  expect(sites[0]!.url).toBe('hxxp[:]//192.0.2.1/.a');
  const hex = Buffer.from('wget http://192.0.2.1/a').toString('hex');
  const { payloads } = readPayloads({ ...list, payloads: [{ ...payload, hex }] });
  expect(previewOf(payloads[0]!)).toBe('wget hxxp[:]//192.0.2.1/a');
  expect(portWords(payloads[0]!)).toBe('23/tcp Telnet, 2323/tcp Telnet, …');
});

test('every byte is one character, and only ASCII that can be seen is itself', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const text = printableText(all);
  expect(text.length).toBe(256);
  expect(text.slice(0x20, 0x7f)).toBe(
    ' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~',
  );
  expect(text.slice(0, 0x20) + text.slice(0x7f)).toBe('.'.repeat(161));
  // A right-to-left override as UTF-8, ESC, NUL, and markup, which is text.
  const bytes = Buffer.from('\u202e\u001b[2J\u0000<script>', 'utf8');
  expect(printableText(bytes)).toBe('....[2J.<script>');
});

test('words and names lose what cannot be seen and what turns others around, and are cut', () => {
  expect(printableWords('a\u202eb\u001bc\u0000d\u00e9e\nf', 99)).toBe('a.b.c.d.e.f');
  expect(safeName('東京\u202e\u2066\u200b\u2028\u001b-1', 99)).toBe('東京.....-1');
  expect(printableWords('abcdef', 3)).toBe('abc…');
  expect(safeName('東京都', 2)).toBe('東京…');
});

test('a row of the dump has sixteen bytes, the last as many as there are', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, at) => 0x3e + at);
  expect(dumpRows(bytes)).toEqual([
    { offset: '0000', hex: '3e 3f 40 41  42 43 44 45  46 47 48 49  4a 4b 4c 4d', text: '>?@ABCDEFGHIJKLM' },
    { offset: '0010', hex: '4e 4f', text: 'NO' },
  ]);
  expect(dumpRows(new Uint8Array(0))).toEqual([]);
});

test.for([
  ['', { port: null, protocol: null, applied: '', left: '' }],
  ['tcp dst port 23', { port: 23, protocol: 'tcp', applied: 'tcp dst port 23', left: '' }],
  ['udp', { protocol: 'udp', port: null, left: '' }],
  ['dst port 53 and udp', { port: 53, protocol: 'udp', left: '' }],
  ['proto 47', { protocol: '47', left: '' }],
  ['proto 6', { protocol: 'tcp', left: '' }],
  ['tcp dst port 23 and country JP', { port: 23, protocol: 'tcp', applied: 'tcp dst port 23', left: 'country JP' }],
  // What cannot hold together is not asked for as if it could.
  ['dst port 23 and dst port 80', { port: 23, applied: 'dst port 23', left: 'dst port 80' }],
  ['udp and tcp dst port 80', { port: null, protocol: 'udp', left: 'tcp dst port 80' }],
  ['port 23', { port: null, protocol: null, applied: '', left: 'port 23' }],
  ['src port 23', { port: null, left: 'src port 23' }],
  ['dst portrange 1-9', { port: null, left: 'dst portrange 1-9' }],
  ['not tcp', { protocol: null, left: 'not tcp' }],
  ['tcp or udp', { protocol: null, left: 'tcp or udp' }],
  ['tcp prot', { protocol: null, left: 'tcp prot' }],
] as const)('of the filter "%s"', ([filter, wanted]) => {
  expect(payloadFilterOf(filter)).toMatchObject(wanted);
});

test('a link to a payload is read, and nonsense is none', () => {
  const about = readAbout(`payload:${id}`)!;
  expect(about).toEqual({ kind: 'payload', id });
  expect(formatAbout(about)).toBe(`payload:${id}`);
  for (const nonsense of ['payload:', 'payload:x', `payload:${id}/..`, `payload:${'0'.repeat(900)}-6-1`])
    expect(readAbout(nonsense)).toBeNull();
});

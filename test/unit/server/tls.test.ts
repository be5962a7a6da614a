/** A sensor and a server over TLS, with certificates made here: whom each believes, and what it says otherwise. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readTrust, type TrustFiles } from '../../../sensor/output/trust.ts';
import { Uplink } from '../../../sensor/output/uplink.ts';
import { loadServerConfig, type ServerConfig } from '../../../server/config.ts';
import { readTls } from '../../../server/tls.ts';
import { openAccessServer } from '../../support/access-server.ts';
import { Authority } from '../../support/certificates.ts';
import { codeOf } from '../../support/errors.ts';
import { testFolder } from '../../support/folders.ts';
import { projectFolder } from '../../support/program.ts';
import { helloOf } from '../../support/spools.ts';
import { upgradeRequest } from '../../support/upgrades.ts';

const NOTHING = { caFile: '', certFile: '', keyFile: '' };

/** Takes every sensor in. */
const pipeline = {
  open: async (hello: object) => ({ hello, sensor: { id: 1 }, session: { id: 0 }, storedSequence: -1, earlier: [] }),
  leave: () => undefined,
  receive: () => undefined,
};

async function openTlsServer(
  files: Partial<ServerConfig['tls']>,
  reach = { names: ['localhost'], proxy: '', isOpen: false },
) {
  const tls = readTls({ tls: { certFile: '', keyFile: '', clientCaFile: '', ...files } } as ServerConfig);
  const log = vi.fn();
  const parts = {
    tls,
    reach,
    log,
    needsClientCertificate: (files.clientCaFile ?? '') !== '',
    pipeline: pipeline as never,
  };
  const server = await openAccessServer({ ...parts, tokenState: () => 'good' });
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as AddressInfo;
  return { ...server, port, log };
}

/** What comes of a connection: `welcome`, or the code of the refusal and its sentence. */
async function connect(port: number, token: string, trust: Partial<TrustFiles>): Promise<string> {
  return await new Promise((resolve) => {
    const uplink: Uplink = new Uplink({
      server: `wss://localhost:${port}`,
      token: () => token,
      connect: readTrust({ ...NOTHING, ...trust }),
      hello: { ...helloOf(7), name: 'a sensor' },
      compress: false,
      isWatched: true,
      log: () => undefined,
      onFailure: () => uplink.room().catch((error) => resolve(`${error.code}: ${error.message}`)),
    });
    uplink.reportWith(() => {
      resolve('welcome');
      return {} as never;
    });
    onTestFinished(() => uplink.close());
    uplink.start();
  });
}

test('a certificate is believed that the named authority signed for this name, as long as it holds', {
  timeout: 60_000,
}, async () => {
  const folder = await testFolder();
  const [ours, theirs] = [new Authority(folder, 'ours'), new Authority(folder, 'theirs')];
  const attempt = async (files: { certFile: string; keyFile: string }, trust: Partial<TrustFiles>) => {
    const { port, token } = await openTlsServer(files);
    return connect(port, token('sensor'), trust);
  };
  const { caFile } = ours;
  const right = ours.sign('localhost');
  expect(await attempt(right, { caFile })).toBe('welcome');
  expect(await attempt(right, {})).toMatch(/^UPLINK_UNTRUSTED: .* nobody known has signed/);
  expect(await attempt(theirs.sign('localhost'), { caFile })).toMatch(/^UPLINK_UNTRUSTED: .* nobody known has signed/);
  expect(await attempt(ours.sign('elsewhere.example'), { caFile })).toMatch(/^UPLINK_UNTRUSTED: .* another name/);
  expect(await attempt(ours.sign('localhost', { expired: true }), { caFile })).toMatch(/^UPLINK_UNTRUSTED: .* expired/);
});

test('a server may want a certificate of the sensor, beside its token', { timeout: 60_000 }, async () => {
  const folder = await testFolder();
  const [servers, sensors, theirs] = ['servers', 'sensors', 'theirs'].map((name) => new Authority(folder, name)) as [
    Authority,
    Authority,
    Authority,
  ];
  const { port, token, log } = await openTlsServer({ ...servers.sign('localhost'), clientCaFile: sensors.caFile });
  const { caFile } = servers;
  const sensor = token('sensor');
  expect(await connect(port, sensor, { caFile, ...sensors.sign('dark') })).toBe('welcome');
  const wanted = /^UPLINK_UNAUTHORIZED: .* wants a certificate .*\[ACCESS_CLIENT_CERTIFICATE\]/;
  expect(await connect(port, sensor, { caFile })).toMatch(wanted);
  expect(await connect(port, sensor, { caFile, ...theirs.sign('dark') })).toMatch(wanted);
  expect(await connect(port, sensor, { caFile, ...sensors.sign('old', { expired: true }) })).toMatch(wanted);
  expect(log).toHaveBeenCalledWith(expect.stringMatching(/CERT_HAS_EXPIRED.*\[ACCESS_CLIENT_CERTIFICATE\]/));
  // The certificate is no token.
  expect(await connect(port, 'kurayami_none', { caFile, ...sensors.sign('dark') })).toMatch(/^UPLINK_UNAUTHORIZED/);
});

/** Asks for a sensor's WebSocket; says the answer's status, and the ticket with which the session can be resumed. */
async function upgrade(port: number, token: string, options: ConnectionOptions) {
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', ...options });
  onTestFinished(() => void socket.destroy());
  const ticket = new Promise<Buffer>((resolve) => socket.once('session', resolve));
  socket.on('secureConnect', () => socket.write(upgradeRequest(port, '/api/v1/ingest', token)));
  const answer = await new Promise<Buffer>((resolve, reject) => socket.once('data', resolve).once('error', reject));
  return { status: Number(String(answer).split(' ')[1]), ticket, isResumed: socket.isSessionReused() };
}

test.for(['TLSv1.2', 'TLSv1.3'] as const)(
  'a session that is resumed (%s) is as good as its certificate',
  {
    timeout: 60_000,
  },
  async (maxVersion) => {
    const authority = new Authority(await testFolder(), 'ours');
    const { port, token } = await openTlsServer({ ...authority.sign('localhost'), clientCaFile: authority.caFile });
    const sensor = token('sensor');
    const ca = readFileSync(authority.caFile);
    const twice = async (own: ConnectionOptions) => {
      const first = await upgrade(port, sensor, { ca, maxVersion, ...own });
      const second = await upgrade(port, sensor, { ca, maxVersion, ...own, session: await first.ticket });
      return [first.status, second.status, second.isResumed];
    };
    const { certFile, keyFile } = authority.sign('dark');
    expect(await twice({})).toEqual([403, 403, true]);
    expect(await twice({ cert: readFileSync(certFile), key: readFileSync(keyFile) })).toEqual([101, 101, true]);
  },
);

test('beyond the loopback everyone shows a token; the page itself comes without', async () => {
  const reach = { names: ['telescope.example', '2001:db8::1'], proxy: '', isOpen: false };
  const { app, token } = await openAccessServer({ reach });
  const get = async (url: string, headers: Record<string, string> = {}) =>
    (await app.inject({ url, headers: { host: 'telescope.example', ...headers } })).statusCode;
  expect(await get('/api/v1/sensors')).toBe(401);
  expect(await get('/api/v1/openapi.json')).toBe(401);
  expect(await get('/api/v1/sensors', { authorization: 'Bearer wrong' })).toBe(401);
  expect(await get('/package.json')).toBe(200);
  expect(await get('/api/v1/sign-in')).not.toBe(401);
  expect(await get('/api/v1/openapi.json', { authorization: `Bearer ${token('viewer')}` })).toBe(200);
  expect(await get('/package.json', { host: 'other.example' })).toBe(403);
  expect(await get('/package.json', { host: '[2001:db8::1]:8600' })).toBe(200);
});

test('where a proxy is named, nobody else is answered but the loopback', async () => {
  const reach = { names: ['telescope.example'], proxy: '192.0.2.7', isOpen: false };
  const { app } = await openAccessServer({ reach });
  const from = async (remoteAddress: string) =>
    (await app.inject({ url: '/package.json', remoteAddress, headers: { host: 'telescope.example' } })).statusCode;
  expect(await from('192.0.2.7')).toBe(200);
  expect(await from('::ffff:192.0.2.7')).toBe(200);
  expect(await from('127.0.0.1')).toBe(200);
  expect(await from('192.0.2.8')).toBe(403);
});

test.for([
  { name: 'an address of the network in the clear', flags: { host: '192.0.2.1' }, right: false },
  { name: 'with a certificate', flags: { host: '192.0.2.1', tls: { certFile: 'a', keyFile: 'b' } }, right: true },
  { name: 'behind a proxy', flags: { host: '192.0.2.1', proxy: '192.0.2.7' }, right: true },
  { name: 'behind a proxy by name', flags: { host: '192.0.2.1', proxy: 'proxy.example' }, right: false },
  {
    name: 'every address, without a name',
    flags: { host: '0.0.0.0', tls: { certFile: 'a', keyFile: 'b' } },
    right: false,
  },
  {
    name: 'every address, with a name',
    flags: { host: '::', names: ['a.example'], tls: { certFile: 'a', keyFile: 'b' } },
    right: true,
  },
  { name: 'a certificate without its key', flags: { tls: { certFile: 'a' } }, right: false },
  { name: 'certificates of clients without TLS', flags: { tls: { clientCaFile: 'a' } }, right: false },
])('the settings: $name', ({ flags, right }) => {
  expect(codeOf(() => loadServerConfig(undefined, projectFolder, flags))).toBe(right ? null : 'CONFIG_INVALID');
});

test('a certificate that cannot be used is told before anything starts', async () => {
  const folder = await testFolder();
  const authority = new Authority(folder, 'ours');
  const [one, other] = [authority.sign('one'), authority.sign('other')];
  const read = (certFile: string, keyFile: string) =>
    codeOf(() => readTls({ tls: { certFile, keyFile, clientCaFile: '' } } as ServerConfig));
  expect(read(one.certFile, one.keyFile)).toBeNull();
  expect(read(one.certFile, other.keyFile)).toBe('CONFIG_INVALID');
  expect(read(`${folder}/none`, other.keyFile)).toBe('CONFIG_INVALID');
});

import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { durationSeconds } from '../../../server/store/influx/administration.ts';
import { escapeTag, LineEncoder } from '../../../server/store/influx/line-protocol.ts';
import { LineWriter, outcomeOf, retryAfter } from '../../../server/store/influx/line-writer.ts';
import { measurements } from '../../../server/store/influx/tags.ts';
import { formatSeriesTarget, parseSeriesTarget, readInfluxCredentials } from '../../../server/store/influx/target.ts';
import { OTHER_KEY, SeriesDimension } from '../../../server/store/ingest-commit.ts';
import { testFolder } from '../../support/folders.ts';

describe('a series target', () => {
  test.for([
    [
      'influxdb:http://127.0.0.1:8086/kurayami',
      { kind: 'influxdb', url: 'http://127.0.0.1:8086', database: 'kurayami' },
    ],
    [
      'influxdb:https://influx.example.org/dark.net_1',
      { kind: 'influxdb', url: 'https://influx.example.org', database: 'dark.net_1' },
    ],
    ['influxdb:http://[::1]:8086/k', { kind: 'influxdb', url: 'http://[::1]:8086', database: 'k' }],
    ['influxdb2:http://h:8086/org/b', { kind: 'influxdb2', url: 'http://h:8086', organisation: 'org', database: 'b' }],
    ['influxdb3:http://h:8181/k', { kind: 'influxdb3', url: 'http://h:8181', database: 'k' }],
    ['victoriametrics:http://h:8428', { kind: 'victoriametrics', url: 'http://h:8428', database: '' }],
  ] as const)('%s is read and written', ([text, target]) => {
    expect(parseSeriesTarget(text)).toEqual(target);
    expect(formatSeriesTarget(target)).toBe(text);
  });

  test.for([
    ['http://127.0.0.1:8086/kurayami', /begins with influxdb:/],
    ['influxdb', /begins with influxdb:/],
    ['influxdb:127.0.0.1:8086/kurayami', /http or https/],
    ['influxdb:ftp://127.0.0.1/kurayami', /http or https/],
    ['influxdb:http://127.0.0.1:8086', /name of the database/],
    ['influxdb:http://127.0.0.1:8086/a/b', /name of the database/],
    ['influxdb:http://127.0.0.1:8086/a?rp=x', /name of the database/],
    ['influxdb:http://127.0.0.1:8086/a%22b', /name of the database/],
    ['influxdb2:http://127.0.0.1:8086/bucket', /organisation and bucket/],
    ['victoriametrics:http://127.0.0.1:8428/db', /ends with the port/],
    ['influxdb:http://me:hunter2@127.0.0.1:8086/k', /belong in the configuration/],
  ] as const)('%s is refused', ([text, says]) => {
    expect(() => parseSeriesTarget(text)).toThrow(says);
    expect(() => parseSeriesTarget(text)).toThrow(/write it as (influxdb2?|victoriametrics):http:\/\/127.0.0.1:8\d+/);
    expect(() => parseSeriesTarget(text)).not.toThrow(/hunter2/);
  });

  test('takes the password from a file', async () => {
    const file = join(await testFolder(), 'password');
    await expect(readInfluxCredentials('me', file)).rejects.toThrow(/cannot be read/);
    await writeFile(file, '\n');
    await expect(readInfluxCredentials('me', file)).rejects.toThrow(/is empty/);
    await writeFile(file, 'hunter2\n');
    expect(await readInfluxCredentials('me', file)).toEqual({ username: 'me', password: 'hunter2' });
  });
});

describe('lines', () => {
  const point = { bin: 1_700_049_600, packets: 3, bytes: 180, flows: 2, sources: 2, targets: 1, coverage: null };
  const encodeLine = (of: Parameters<LineEncoder['encode']>[0]) => new LineEncoder().encode(of);

  test.for([
    [{ dimension: 0, key: 0, session: 0, resolution: 1 }, 'kurayami_total'],
    [{ dimension: 0, key: 0, session: 7, resolution: 1 }, 'kurayami_total,bin=1s,session=7'],
    [{ dimension: 1, key: 1, session: 0, resolution: 60 }, 'kurayami_class,class=tcpSyn'],
    [{ dimension: 2, key: 47, session: 0, resolution: 60 }, 'kurayami_protocol,protocol=gre'],
    [
      { dimension: 3, key: 6 * 65_536 + 23, session: 7, resolution: 60 },
      'kurayami_port,bin=1m,port=23,protocol=tcp,session=7',
    ],
    [{ dimension: 3, key: OTHER_KEY, session: 0, resolution: 60 }, 'kurayami_port,port=other,protocol=other'],
    [{ dimension: 4, key: 0x4a50, session: 0, resolution: 60 }, 'kurayami_country,country=JP'],
    [{ dimension: 4, key: 0, session: 0, resolution: 60 }, 'kurayami_country,country=unknown'],
    [{ dimension: 5, key: 9, session: 0, resolution: 60 }, 'kurayami_sensor,sensor=9'],
    [{ dimension: 6, key: 64_500, session: 0, resolution: 86_400 }, 'kurayami_network,network=AS64500'],
    [{ dimension: 6, key: OTHER_KEY, session: 7, resolution: 300 }, 'kurayami_network,bin=5m,network=other,session=7'],
    [{ dimension: 7, key: 3, session: 0, resolution: 3600 }, 'kurayami_tag,tag=mirai'],
  ] as const)('%o is %s', ([parts, series]) => {
    const distinct = parts.resolution === 1 ? '' : ',sources=2i,targets=1i';
    expect(encodeLine({ ...point, ...parts })).toBe(`${series} bytes=180i,flows=2i,packets=3i${distinct} 1700049600`);
  });

  test('the total says how the bin was watched', () => {
    const coverage = { addressesWatched: 256, outageSeconds: 5 };
    expect(encodeLine({ ...point, dimension: 0, key: 0, session: 0, resolution: 60, coverage })).toBe(
      'kurayami_total addressesWatched=256i,outageSeconds=5i,bytes=180i,flows=2i,packets=3i,sources=2i,targets=1i 1700049600',
    );
  });

  test('a dimension without a measurement is refused', () => {
    expect(() => encodeLine({ ...point, dimension: 99, key: 0, session: 0, resolution: 1 })).toThrow(RangeError);
  });

  test('no tag can end its line, its tag or the tags', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeTag(text);
        expect(escaped).not.toBe('');
        expect(escaped).not.toMatch(/[\n\r]|(?<!\\)[ ,=]|\\$/);
      }),
    );
  });

  test('keys come back from their tags, and no two share them', () => {
    const keys = fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.integer({ min: 0, max: 0xffff_fffe }));
    const names = Object.keys(SeriesDimension) as (keyof typeof SeriesDimension)[];
    fc.assert(
      fc.property(keys, fc.constantFrom(...names), (number, name) => {
        const largest = {
          total: 0,
          class: 255,
          protocol: 255,
          port: 0xff_ffff,
          country: 65_535,
          sensor: 65_535,
          network: 0xffff_fffe,
          tag: 63,
          radiation: 255,
        }[name];
        const key = number % (largest + 1);
        expect(measurements[name].toKey(measurements[name].toTags(key))).toBe(key);
      }),
    );
    expect(measurements.class.toKey(measurements.class.toTags(7))).toBe(7);
    for (const name of ['port', 'network', 'country', 'class', 'radiation'] as const)
      expect(measurements[name].toKey(measurements[name].toTags(OTHER_KEY))).toBe(OTHER_KEY);
  });
});

describe('what InfluxDB answers', () => {
  const conflict = `{"error":"partial write: field type conflict: input field \\"packets\\" on measurement \\"m\\" is type integer, already exists as type float dropped=2"}`;
  test.for([
    { status: 204, body: '', kind: 'written' },
    { status: 400, body: conflict, kind: 'refused', lines: 2 },
    {
      status: 400,
      body: `{"error":"unable to parse 'x': missing fields\\nunable to parse 'y': missing fields"}`,
      kind: 'refused',
      lines: 2,
    },
    { status: 400, body: `{"error":"something new"}`, kind: 'refused', lines: 10 },
    { status: 413, body: 'Request Entity Too Large', kind: 'refused', lines: 10 },
    { status: 401, body: `{"error":"authorization failed"}`, kind: 'again' },
    { status: 404, body: `{"error":"database not found: \\"k\\""}`, kind: 'again' },
    { status: 429, body: '', kind: 'again' },
    { status: 503, body: 'timeout', kind: 'again' },
  ])('$status $body is $kind', ({ status, body, ...expected }) => {
    expect(outcomeOf(status, body, 10)).toMatchObject(expected);
  });

  test.for([
    [null, 0],
    ['7', 7],
    ['999999', 3600],
    ['Thu, 01 Jan 1970 00:01:30 GMT', 30],
    ['soon', 0],
  ] as const)('Retry-After %s asks for %d s', ([header, seconds]) => {
    expect(retryAfter(header, 60_000)).toBe(seconds);
  });

  test('what cannot be shown is not shown', () => {
    const outcome = outcomeOf(503, `\u001b[2J\u0000${'x'.repeat(5_000)}`, 1);
    expect(outcome.kind === 'again' && /^answered 503: {2}?\[2J x{200,300}…$/.test(outcome.reason)).toBe(true);
  });

  test.for([
    ['168h0m0s', 604_800],
    ['7d', 604_800],
    ['0s', Number.POSITIVE_INFINITY],
    ['INF', Number.POSITIVE_INFINITY],
  ] as const)('%s is kept for %d s', ([text, seconds]) => {
    expect(durationSeconds(text)).toBe(seconds);
  });
});

describe('the writer', () => {
  async function server(
    answer: (body: string, headers: NodeJS.Dict<string | string[]>, response: ServerResponse) => void,
  ) {
    const http = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      request.on('end', () => answer(`${request.url} ${body}`, request.headers, response));
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    onTestFinished(() => void http.close());
    const address = http.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    return { kind: 'influxdb', url, database: 'k' } as const;
  }
  const never = new AbortController().signal;

  test('sends lines with the user’s name and password in a header, never in the address', async () => {
    let seen = '';
    let authorization: unknown;
    const target = await server((body, headers, response) => {
      seen = body;
      authorization = headers.authorization;
      response.writeHead(204).end();
    });
    const writer = new LineWriter(target, { username: 'me', password: 'hünter2' });
    expect(await writer.write(['a', 'b'], 'live_1s', never)).toEqual({ kind: 'written' });
    expect(seen).toBe('/write?db=k&rp=live_1s&precision=s a\nb');
    expect(authorization).toBe(`Basic ${Buffer.from('me:hünter2').toString('base64')}`);
  });

  test('says why when nobody answers, the connection breaks, or time is up', async () => {
    const nobody = new LineWriter({ kind: 'influxdb', url: 'http://127.0.0.1:9', database: 'k' }, null);
    expect(await nobody.write(['a'], 'live_1s', never)).toMatchObject({
      kind: 'again',
      reason: /ECONNREFUSED|bad port/,
    });
    const broken = new LineWriter(await server((_, __, response) => void response.destroy()), null);
    expect(await broken.write(['a'], 'live_1s', never)).toMatchObject({ kind: 'again' });
    const silent = new LineWriter(await server(() => undefined), null);
    expect(await silent.write(['a'], 'live_1s', AbortSignal.timeout(20))).toMatchObject({ kind: 'again' });
  });
});

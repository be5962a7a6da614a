/** The pages agree with the code: what they list is what there is, and their links lead somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fillPage, renderTables } from '../../docs/make-data-dictionary.mjs';
import { SensorConfig } from '../../sensor/config.ts';
import { ServerConfig } from '../../server/config.ts';
import { parseIpv4 } from '../../shared/address.ts';
import { Fault, faultNames } from '../../shared/counters.ts';
import { createFlowBatch } from '../../shared/flow-batch.ts';
import { flowFields } from '../../shared/flow-fields.ts';
import { TrafficClass } from '../../shared/protocols.ts';
import { Radiation } from '../../shared/radiation.ts';
import { Tag } from '../../shared/tags.ts';
import { TcpOption } from '../../shared/tcp-options.ts';
import { Tunnel } from '../../shared/tunnels.ts';
import { flowsToFrame } from '../../shared/wire/flow-frames.ts';
import { encodeFrame } from '../../shared/wire/frame.ts';
import { encodeAcknowledge } from '../../shared/wire/json-frame.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

const pages = [...readdirSync(ROOT).filter((name) => name.endsWith('.md')), ...filesUnder('docs', '.md')];
const sources = [
  'kurayami.ts',
  'start.ts',
  ...['shared', 'sensor', 'server', 'viz'].flatMap((folder) => filesUnder(folder, '.ts')),
];

describe('docs/data-dictionary.md', () => {
  test('its tables are those of the code (else: npm run build:programs && npm run docs:data-dictionary)', () => {
    const page = read('docs/data-dictionary.md');
    expect(page).toBe(
      fillPage(page, renderTables({ flowFields, TrafficClass, Radiation, Tag, Tunnel, TcpOption, Fault })),
    );
  });

  test('a page without a marker is refused', () => {
    expect(() => fillPage('no markers here', { tags: '' })).toThrow('no place for tags');
  });
});

describe('docs/errors.md', () => {
  const CODE =
    /'((?:WIRE|INGEST|CAPTURE|STORE|SERVER|ACCESS|API|CONFIG|SCENARIO|UPLINK|SPOOL|FILTER|SCANNERS|TOO_MANY|PAGE_FILE|PAGE_NOT)_[A-Z_]+|NOT_FOUND)'/g;
  const inSources = new Set(sources.flatMap((file) => [...read(file).matchAll(CODE)].map((found) => found[1]!)));
  const explained = new Set([...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((found) => found[1]!));

  test('explains every code', () => {
    expect(inSources.size).toBeGreaterThan(40);
    expect([...inSources].filter((code) => !explained.has(code))).toEqual([]);
  });

  test('explains no code that is gone', () => {
    expect([...explained].filter((code) => !inSources.has(code))).toEqual([]);
  });
});

test('docs/decisions/0001 explains every package, and no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const rows = read('docs/decisions/0001-dependencies.md').match(/^\| `.*?\|/gm) ?? [];
  const explained = rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map((found) => found[1]!));
  expect(explained.sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
});

test.for([
  { schema: ServerConfig, prefix: 'KURAYAMI_SERVER' },
  { schema: SensorConfig, prefix: 'KURAYAMI_SENSOR' },
])('docs/configuration.md has every setting of $prefix', ({ schema, prefix }) => {
  const page = read('docs/configuration.md');
  const isThere = ([name, variable]: [string, string]) =>
    new RegExp(`^\\| \`${name}\` .*\\| \`${variable}\` `, 'm').test(page);
  const missing = settingsOf(schema, prefix).filter((setting) => !isThere(setting));
  expect(missing).toEqual([]);
});

/** Path and environment variable of each setting, those of inner tables by their path. */
function settingsOf(schema: object, prefix: string, path = ''): [string, string][] {
  const { properties } = schema as { properties: Record<string, { type?: string }> };
  return Object.entries(properties).flatMap(([name, property]) => {
    const variable = `${prefix}_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`;
    if (property.type === 'object') return settingsOf(property, variable, `${path}${name}.`);
    return [[`${path}${name}`, variable] satisfies [string, string]];
  });
}

test('docs/data-dictionary.md has every route', () => {
  const routes = filesUnder('server/api', '.ts').flatMap((file) =>
    [...read(file).matchAll(/app\.(get|post)\(\s*'(\/api\/v1\/[a-z./-]+)'/g)].map(
      ([, method, path]) => `${method!.toUpperCase()} ${path}`,
    ),
  );
  const page = read('docs/data-dictionary.md');
  expect(routes.length).toBeGreaterThan(8);
  expect(routes.filter((route) => !page.includes(`\`${route}\``))).toEqual([]);
});

test('README.md has every command', () => {
  const list = [...read('kurayami.ts').matchAll(/^ {2}(\w+): async \(\) => \(await import\(/gm)].map(
    ([, name]) => name!,
  );
  const readme = read('README.md');
  expect(list.length).toBeGreaterThan(5);
  expect(list.filter((name) => !new RegExp(`^\\| \`${name}\` `, 'm').test(readme))).toEqual([]);
});

test('docs/decoders.md names every fault', () => {
  const page = read('docs/decoders.md');
  expect(faultNames.filter((name) => name !== 'none' && !page.includes(`\`${name}\``))).toEqual([]);
});

describe('docs/wire-format.md', () => {
  /** Bytes of the block after the heading: rows of an offset, two spaces, bytes, and a remark after two more. */
  function bytesUnder(heading: string): string {
    const [, after = ''] = read('docs/wire-format.md').split(`\n${heading}\n`);
    const block = /```text\n([\s\S]*?)```/.exec(after)?.[1] ?? '';
    return [...block.matchAll(/^[0-9a-f]{4} {2}((?:[0-9a-f]{2} )*[0-9a-f]{2})(?: {2}|$)/gm)]
      .map((found) => found[1])
      .join(' ');
  }
  const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').replace(/../g, '$& ').trimEnd();

  test('the flow frame shown is what the code makes', () => {
    const flows = createFlowBatch(4, 1);
    flows.length = 1;
    flows.interval[0] = 1_767_225_600;
    flows.source[0] = parseIpv4('192.0.2.1')!;
    flows.target[0] = parseIpv4('198.51.100.7')!;
    flows.firstMicros[0] = 250_000;
    flows.lastMicros[0] = 250_000;
    flows.packets[0] = 1;
    flows.wireBytes[0] = 60;
    flows.sourcePort[0] = 40_000;
    flows.targetPort[0] = 23;
    flows.ipLength[0] = 40;
    flows.synWindow[0] = 65_535;
    flows.protocol[0] = 6;
    flows.tcpFlags[0] = 2;
    flows.ttl[0] = 243;
    flows.class[0] = TrafficClass.tcpSyn;
    const frame = encodeFrame(flowsToFrame(flows, 0, 1, 0x01020304, 1));
    expect(bytesUnder('### A frame of one flow')).toBe(hexOf(frame));
  });

  test('the acknowledgement shown is what the code makes', () => {
    expect(bytesUnder('### An acknowledgement')).toBe(hexOf(encodeAcknowledge(0x01020304, 1)));
  });
});

describe('links', () => {
  test.for(pages)('%s', (page) => {
    const text = read(page).replace(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((found) => found[1]!);
    const broken = links.filter((link) => !/^(?:https?:|mailto:)/.test(link) && !resolves(page, link));
    expect(broken).toEqual([]);
  });
});

function resolves(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || !target.endsWith('.md') || anchorsOf(read(target)).includes(anchor);
}

/** As GitHub makes them: lower case, without punctuation, spaces as hyphens. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.replace(/```[\s\S]*?```/g, '').matchAll(/^#{1,6} (.+)$/gm)].map((found) =>
    found[1]!
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}

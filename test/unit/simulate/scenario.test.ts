import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { actorKinds } from '../../../sensor/simulate/kinds/index.ts';
import { listScenarios, loadScenario } from '../../../sensor/simulate/load.ts';
import { checkScenario, ScenarioError } from '../../../sensor/simulate/scenario.ts';
import { createSimulation } from '../../../sensor/simulate/simulation.ts';
import { drain, readRecords } from './captured.ts';

const small = {
  name: 'small',
  prefixes: ['198.51.100.0/24'],
  place: { name: 'nowhere (simulated)', latitude: 0, longitude: 0 },
  actors: [{ kind: 'mirai', share: 1 }],
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kurayami-scenario-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the scenarios that come with the program are valid and watch no real network', async () => {
  const names = await listScenarios();
  expect(names).toEqual([
    'background',
    'flood',
    'night',
    'scan',
    'shape-blade',
    'shape-cone',
    'shape-fan',
    'shape-wall',
  ]);
  for (const name of names) {
    const scenario = await loadScenario(name);
    expect(scenario.name).toBe(name);
    expect(scenario.place.name).toContain('simulated');
  }
  expect((await loadScenario()).name).toBe('background');
});

test('every kind stands in a scenario that comes with the program', async () => {
  const { actors } = await loadScenario('background');
  expect(new Set(actors.map(({ kind }) => kind.name))).toEqual(new Set(actorKinds.map(({ name }) => name)));
});

test('defaults fill what is not said', () => {
  const { packetsPerSecond, about, actors } = checkScenario(small, 'small');
  expect({ packetsPerSecond, about }).toEqual({ packetsPerSecond: 900, about: 'no description' });
  expect(actors[0]).toMatchObject({
    number: 1,
    spread: 0.7,
    onSeconds: 0,
    settings: {
      ports: [
        [23, 9],
        [2323, 1],
      ],
    },
  });
});

test.for([
  { change: { name: 7 }, problem: 'name: must be text, is 7' },
  { change: { colour: 'red' }, problem: 'colour: is no setting here' },
  { change: { prefixes: undefined }, problem: 'prefixes: is missing' },
  { change: { prefixes: ['198.51.100.1/24'] }, problem: 'prefixes[0]: must be an IPv4 prefix' },
  { change: { prefixes: ['2001:db8::/64'] }, problem: 'prefixes[0]: must be an IPv4 prefix or an IPv6 one up to /56' },
  { change: { prefixes: ['10.0.0.0/8'] }, problem: 'prefixes: must hold at most 1048576 IPv4 addresses' },
  { change: { prefixes: ['10.0.0.0/16', '10.0.7.0/24'] }, problem: '10.0.7.0/24 overlaps 10.0.0.0/16' },
  { change: { prefixes: ['2001:db8::/48'] }, problem: 'actors[0].kind: mirai needs an IPv4 prefix' },
  {
    change: { place: { name: 'x', latitude: 91, longitude: 0 } },
    problem: 'place.latitude: must be a number from -90',
  },
  { change: { packetsPerSecond: '900' }, problem: 'packetsPerSecond: must be a number' },
  { change: { actors: [] }, problem: 'actors: must be a list of tables' },
  { change: { actors: [{ kind: 'worm', share: 1 }] }, problem: 'actors[0].kind: must be one of background, zmap' },
  { change: { actors: [{ kind: 'mirai' }] }, problem: 'actors[0].share: is missing' },
  { change: { actors: [{ kind: 'mirai', share: -1 }] }, problem: 'actors[0].share: must be a number' },
  {
    change: { actors: [{ kind: 'zmap', share: 1, era: '9' }] },
    problem: 'actors[0].era: must be one of 2, 3, 4.1, is "9"',
  },
  { change: { actors: [{ kind: 'zmap', share: 1, ports: [0] }] }, problem: 'actors[0].ports[0]: must be a port' },
  {
    change: { actors: [{ kind: 'zmap', share: 1, ports: [[80, 0]] }] },
    problem: 'actors[0].ports[0]: must have a weight',
  },
  { change: { actors: [{ kind: 'mirai', share: 1, era: 'new' }] }, problem: 'actors[0].era: is no setting here' },
  {
    change: { actors: [{ kind: 'mirai', share: 1, beginSeconds: 9, endSeconds: 3 }] },
    problem: 'actors[0].endSeconds: must be after beginSeconds, is 3',
  },
])('$problem', ({ change, problem }) => {
  const wrong = () => checkScenario({ ...small, ...change }, 'wrong.toml');
  expect(wrong).toThrow(ScenarioError);
  expect(wrong).toThrow(problem);
  expect(wrong).toThrow('wrong.toml');
});

test('all problems are named at once', () => {
  const wrong = { ...small, name: '', actors: [{ kind: 'mirai', share: 0, number: 1.5 }] };
  try {
    checkScenario(wrong, 'wrong.toml');
    expect.unreachable();
  } catch (error) {
    expect((error as ScenarioError).problems.map((problem) => problem.split(':')[0])).toEqual([
      'name',
      'actors[0].number',
      'actors[0].share',
    ]);
  }
});

test('files are read; what is missing or no TOML is said', async () => {
  const file = join(folder, 'mine.toml');
  await writeFile(
    file,
    `name = "mine"\nprefixes = ["192.0.2.0/24"]\nplace = { name = "x", latitude = 1, longitude = 2 }\n[[actors]]\nkind = "slow"\nshare = 1\n`,
  );
  expect((await loadScenario(file)).name).toBe('mine');
  await writeFile(file, 'name = = 3');
  await expect(loadScenario(file)).rejects.toThrow('is no TOML');
  await expect(loadScenario(join(folder, 'absent.toml'))).rejects.toThrow('cannot be read');
  await expect(loadScenario('absent')).rejects.toThrow(
    'there is no scenario of this name; there are background, flood',
  );
});

test('an actor may begin late, end early, and pause between bursts', () => {
  const actors = [{ kind: 'slow', share: 1, beginSeconds: 10, endSeconds: 20 }];
  const scenario = checkScenario({ ...small, packetsPerSecond: 100, actors }, 'late');
  const simulation = createSimulation({ scenario, seed: 3, startSeconds: 0 });
  const seconds = Array.from(readRecords(drain(simulation, 100)), (record) => record.seconds);
  expect(Math.min(...seconds)).toBe(10);
  expect(Math.max(...seconds)).toBe(19);
  expect(seconds.length).toBeGreaterThan(990);

  const bursts = checkScenario(
    { ...small, packetsPerSecond: 100, actors: [{ kind: 'mirai', share: 1, onSeconds: 5, offSeconds: 15 }] },
    'bursts',
  );
  const counts = new Array<number>(2000).fill(0);
  const drained = drain(createSimulation({ scenario: bursts, seed: 3, startSeconds: 0 }), counts.length);
  for (const record of readRecords(drained)) counts[record.seconds]! += 1;
  const silent = counts.filter((count) => count === 0).length / counts.length;
  expect(silent).toBeGreaterThan(0.55);
  expect(silent).toBeLessThan(0.85);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  expect(mean).toBeGreaterThan(75);
  expect(mean).toBeLessThan(125);
});

test('several prefixes and a single address work', () => {
  const scenario = checkScenario(
    { ...small, prefixes: ['192.0.2.4/32', '198.51.100.8/30', '203.0.113.0/31'] },
    'several',
  );
  const targets = new Set(
    Array.from(readRecords(drain(createSimulation({ scenario, seed: 1, startSeconds: 0 }), 1)), ({ target }) => target),
  );
  expect([...targets].sort()).toEqual([
    '192.0.2.4',
    '198.51.100.10',
    '198.51.100.11',
    '198.51.100.8',
    '198.51.100.9',
    '203.0.113.0',
    '203.0.113.1',
  ]);
});

/** What a simulation plays: read from TOML (or any object of its form), checked whole before anything starts. */
import { formatPrefix, type Prefix, parsePrefix } from '../../shared/address.ts';
import type { Place } from '../../shared/wire/messages.ts';
import type { ActorKind } from './kind.ts';
import { actorKinds } from './kinds/index.ts';
import {
  numberParameter,
  type Parameter,
  Problems,
  readSettings,
  type Settings,
  textParameter,
  wholeNumberParameter,
} from './parameters.ts';

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Watched addresses. */
  readonly prefixes: readonly Prefix[];
  readonly place: Place;
  /** Mean rate while all actors are active. */
  readonly packetsPerSecond: number;
  readonly actors: readonly ActorGroup[];
}

/** Actors of one kind and one setting. */
export interface ActorGroup extends Settings<typeof groupParameters> {
  readonly kind: ActorKind;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The scenario cannot be played: `problems` names every reason with its path in the file. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly code = 'SCENARIO_INVALID';
  readonly problems: readonly string[];
  constructor(where: string, problems: readonly string[]) {
    super(`${where} is no valid scenario:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

const MOST_ADDRESSES = 2 ** 20;
const MOST_ACTORS = 20_000;
/** Each actor has one bit for each target. */
const MOST_TARGET_BYTES = 512 * 2 ** 20;
const FARTHEST_SECONDS = 1e7;

/** What every entry of `actors` may set, whatever its kind. */
const groupParameters = {
  number: wholeNumberParameter({ about: 'how many of them', initial: 1, least: 1, most: MOST_ACTORS }),
  share: numberParameter({ about: 'weight in packetsPerSecond, all of them together', least: 1e-9, most: 1e9 }),
  spread: numberParameter({
    about: 'how unequally they share: the nth sends as 1 to n raised to this; 0 is all alike',
    initial: 0.7,
    least: 0,
    most: 5,
  }),
  onSeconds: numberParameter({
    about: 'mean length of a burst; 0 sends without pause',
    initial: 0,
    least: 0,
    most: FARTHEST_SECONDS,
  }),
  offSeconds: numberParameter({
    about: 'mean pause between bursts; the mean rate stays the same',
    initial: 0,
    least: 0,
    most: FARTHEST_SECONDS,
  }),
  beginSeconds: numberParameter({ about: 'silent before', initial: 0, least: 0, most: FARTHEST_SECONDS }),
  endSeconds: numberParameter({
    about: 'silent from here on',
    initial: FARTHEST_SECONDS,
    least: 0,
    most: FARTHEST_SECONDS,
  }),
} as const;

const placeParameters = {
  name: textParameter('shown on the map; say that it is simulated'),
  latitude: numberParameter({ about: 'degrees, north is positive', least: -90, most: 90 }),
  longitude: numberParameter({ about: 'degrees, east is positive', least: -180, most: 180 }),
};

const scenarioParameters = {
  name: textParameter('short name'),
  about: textParameter('what it shows', 'no description'),
  prefixes: prefixesParameter(),
  place: tableParameter('where the telescope stands: name, latitude, longitude', placeParameters),
  packetsPerSecond: numberParameter({ about: 'mean rate', initial: 900, least: 0.001, most: 10_000_000 }),
  actors: actorsParameter(),
};

/** Checks an object as it stands in a file; `where` names it in the error. */
export function checkScenario(table: unknown, where: string): Scenario {
  const problems = new Problems();
  if (!isTable(table)) throw new ScenarioError(where, ['it must be a table']);
  const scenario = readSettings(table, scenarioParameters, '', problems);
  if (problems.list.length === 0) checkWhole(scenario, problems);
  if (problems.list.length > 0) throw new ScenarioError(where, problems.list);
  return scenario;
}

/** What no single value can know. */
function checkWhole({ prefixes, actors }: Scenario, problems: Problems): void {
  const ipv4 = prefixes.filter((prefix) => prefix.family === 4);
  const addresses = ipv4.reduce((sum, prefix) => sum + 2 ** (32 - prefix.length), 0);
  if (addresses > MOST_ADDRESSES) {
    problems.add('prefixes', `must hold at most ${MOST_ADDRESSES} IPv4 addresses together`, addresses);
  }
  ipv4.forEach((prefix, index) => {
    const earlier = ipv4.slice(0, index).find((other) => overlap(prefix, other));
    if (earlier) problems.add('prefixes', `${formatPrefix(prefix)} overlaps ${formatPrefix(earlier)}`);
  });
  if (prefixes.length - ipv4.length > 1) problems.add('prefixes', 'must hold at most one IPv6 prefix');
  const number = actors.reduce((sum, group) => sum + group.number, 0);
  if (number > MOST_ACTORS) problems.add('actors', `must be at most ${MOST_ACTORS} together`, number);
  if ((number * addresses) / 8 > MOST_TARGET_BYTES) {
    problems.add('actors', `${number} of them and ${addresses} watched addresses take too much memory: make one fewer`);
  }
  actors.forEach(({ kind, beginSeconds, endSeconds }, index) => {
    if (!prefixes.some((prefix) => prefix.family === kind.family)) {
      problems.add(`actors[${index}].kind`, `${kind.name} needs an IPv${kind.family} prefix in prefixes`);
    }
    if (endSeconds <= beginSeconds)
      problems.add(`actors[${index}].endSeconds`, 'must be after beginSeconds', endSeconds);
  });
}

function overlap(one: Prefix, other: Prefix): boolean {
  const size = 2 ** (32 - Math.min(one.length, other.length));
  return Math.floor(one.words[0]! / size) === Math.floor(other.words[0]! / size);
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function prefixesParameter(): Parameter<readonly Prefix[]> {
  return {
    about: 'watched addresses, such as 198.18.0.0/16',
    initial: undefined,
    read(value, path, problems) {
      if (!Array.isArray(value) || value.length === 0) {
        problems.add(path, 'must be a list of prefixes', value);
        return undefined;
      }
      return value.flatMap((text: unknown, index) => {
        const prefix = typeof text === 'string' ? parsePrefix(text) : null;
        // 256 subnets of /64 are drawn from, see telescope.ts.
        const usable = prefix !== null && (prefix.family === 4 || prefix.length <= 56);
        if (!usable) problems.add(`${path}[${index}]`, 'must be an IPv4 prefix or an IPv6 one up to /56', text);
        return usable ? [prefix] : [];
      });
    },
  };
}

function tableParameter<P extends typeof placeParameters>(about: string, parameters: P): Parameter<Settings<P>> {
  return {
    about,
    initial: undefined,
    read(value, path, problems) {
      if (isTable(value)) return readSettings(value, parameters, path, problems);
      problems.add(path, `must be a table of ${Object.keys(parameters).join(', ')}`, value);
      return undefined;
    },
  };
}

function actorsParameter(): Parameter<readonly ActorGroup[]> {
  return {
    about: 'who sends',
    initial: undefined,
    read(value, path, problems) {
      if (!Array.isArray(value) || value.length === 0) {
        problems.add(path, 'must be a list of tables, each with kind and share', value);
        return undefined;
      }
      return value.flatMap((entry: unknown, index) => readGroup(entry, `${path}[${index}]`, problems) ?? []);
    },
  };
}

function readGroup(entry: unknown, path: string, problems: Problems): ActorGroup | undefined {
  if (!isTable(entry)) {
    problems.add(path, 'must be a table', entry);
    return undefined;
  }
  const kind = actorKinds.find(({ name }) => name === entry.kind);
  if (!kind) {
    problems.add(`${path}.kind`, `must be one of ${actorKinds.map(({ name }) => name).join(', ')}`, entry.kind ?? null);
    return undefined;
  }
  const { kind: _, ...table } = entry;
  const all = readSettings<Record<string, Parameter<unknown>>>(
    table,
    { ...groupParameters, ...kind.parameters },
    path,
    problems,
  );
  const ofGroup = Object.keys(groupParameters).map((name) => [name, all[name]]);
  const ofKind = Object.keys(kind.parameters).map((name) => [name, all[name]]);
  return { ...Object.fromEntries(ofGroup), kind, settings: Object.fromEntries(ofKind) } as ActorGroup;
}

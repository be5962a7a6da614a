import Type from 'typebox';
import { describe, expect, test } from 'vitest';
import { ConfigError, type ConfigSources, resolveConfig } from '../../../shared/config.ts';

const Schema = Type.Object({
  name: Type.String({ minLength: 1, default: 'here' }),
  port: Type.Integer({ minimum: 0, maximum: 65_535, default: 8600 }),
  loud: Type.Boolean({ default: false }),
  tokenFile: Type.Optional(Type.String()),
  place: Type.Optional(Type.Object({ name: Type.String(), latitude: Type.Number({ minimum: -90, maximum: 90 }) })),
  prefixes: Type.Array(Type.String(), { default: [] }),
  series: Type.Object({ target: Type.String({ default: '' }), user: Type.String({ default: '' }) }, { default: {} }),
});
const defaults = { name: 'here', port: 8600, loud: false, prefixes: [], series: { target: '', user: '' } };

const resolve = (sources: Omit<ConfigSources, 'prefix'>) =>
  resolveConfig(Schema, { prefix: 'KURAYAMI_TEST', ...sources });
const file = (text: string) => ({ file: { name: 'test.toml', text } });

/** The sentences of the error, without its first line; throws when there is none. */
function problems(sources: Omit<ConfigSources, 'prefix'>): string[] {
  try {
    resolve(sources);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).code).toBe('CONFIG_INVALID');
    return (error as Error).message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  throw new Error('the configuration was taken');
}

describe('where values come from', () => {
  test('defaults', () => expect(resolve({})).toEqual(defaults));

  test('the file', () => {
    const text =
      'port = 1\nprefixes = ["192.0.2.0/24"]\n[place]\nname = "Tokyo"\nlatitude = 35.7\n[series]\nuser = "reader"';
    expect(resolve(file(text))).toEqual({
      ...defaults,
      port: 1,
      prefixes: ['192.0.2.0/24'],
      place: { name: 'Tokyo', latitude: 35.7 },
      series: { target: '', user: 'reader' },
    });
  });

  test('the environment: text becomes what the schema wants', () => {
    const environment = {
      KURAYAMI_TEST_NAME: '12',
      KURAYAMI_TEST_PORT: '99',
      KURAYAMI_TEST_LOUD: 'true',
      KURAYAMI_TEST_TOKEN_FILE: '/run/token',
      KURAYAMI_TEST_PREFIXES: '192.0.2.0/24, 198.51.100.0/24,',
      KURAYAMI_TEST_PLACE_NAME: 'Oslo',
      KURAYAMI_TEST_PLACE_LATITUDE: '-59.9',
      KURAYAMI_TEST_UNKNOWN: 'is not looked at',
      OTHER_PORT: '7',
    };
    expect(resolve({ environment })).toEqual({
      ...defaults,
      name: '12',
      port: 99,
      loud: true,
      tokenFile: '/run/token',
      prefixes: ['192.0.2.0/24', '198.51.100.0/24'],
      place: { name: 'Oslo', latitude: -59.9 },
    });
  });

  test('flags before the environment, the environment before the file; tables are merged', () => {
    const sources = {
      ...file('name = "file"\nport = 1\n[series]\ntarget = "file"\nuser = "file"'),
      environment: { KURAYAMI_TEST_NAME: 'environment', KURAYAMI_TEST_SERIES_USER: 'environment' },
      flags: { name: 'flag', port: undefined },
    };
    expect(resolve(sources)).toEqual({
      ...defaults,
      name: 'flag',
      port: 1,
      series: { target: 'file', user: 'environment' },
    });
  });

  test('defaults are not shared between two readings', () => {
    resolve({}).series.target = 'changed';
    expect(resolve({}).series.target).toBe('');
  });
});

describe('what is wrong', () => {
  test.for([
    { name: 'a number over its maximum', sources: file('port = 65536'), path: 'port:' },
    { name: 'a number that is text', sources: file('port = "80"'), path: 'port:' },
    { name: 'half a port', sources: file('port = 80.5'), path: 'port:' },
    { name: 'an empty name', sources: { environment: { KURAYAMI_TEST_NAME: '' } }, path: 'name:' },
    {
      name: 'an environment variable that is no number',
      sources: { environment: { KURAYAMI_TEST_PORT: '80x' } },
      path: 'port:',
    },
    {
      name: 'an environment variable that is empty',
      sources: { environment: { KURAYAMI_TEST_PORT: '' } },
      path: 'port:',
    },
    { name: 'a switch that is neither', sources: { environment: { KURAYAMI_TEST_LOUD: 'yes' } }, path: 'loud:' },
    { name: 'a flag', sources: { flags: { port: -1 } }, path: 'port:' },
    { name: 'a value in a table', sources: file('[place]\nname = "x"\nlatitude = 91'), path: 'place.latitude:' },
    { name: 'a table that is not whole', sources: file('[place]\nname = "x"'), path: 'place:' },
    { name: 'text in the place of a table', sources: file('series = "influx"'), path: 'series:' },
    { name: 'an entry of a list', sources: file('prefixes = ["a", 1]'), path: 'prefixes.1:' },
    { name: 'a key that does not exist', sources: file('prot = 80'), path: 'prot:' },
    {
      name: 'a key in a table that does not exist',
      sources: file('[series]\npassword = "x"'),
      path: 'series.password:',
    },
    { name: 'a key that every object has', sources: file('constructor = 1'), path: 'constructor:' },
    { name: 'another such key', sources: file('[series]\ntoString = 1'), path: 'series.toString:' },
    { name: 'the key of all prototypes', sources: file('[__proto__]\npolluted = 1'), path: '__proto__:' },
  ])('$name is told with its path', ({ sources, path }) => {
    const found = problems(sources);
    expect(found).toHaveLength(1);
    expect(found[0]!.startsWith(`${path} `), found[0]).toBe(true);
  });

  test('all problems are told at once, with the file’s name', () => {
    const sources = { ...file('port = -1\nprot = 2\n[place]\nname = 3\nlatitude = 100'), flags: { loud: 'no' } };
    const paths = problems(sources).map((problem) => problem.slice(0, problem.indexOf(':')));
    expect(paths.sort()).toEqual(['loud', 'place.latitude', 'place.name', 'port', 'prot']);
    expect(() => resolve(sources)).toThrow('test.toml');
  });

  test('an unknown key is answered with those there are', () => {
    expect(problems(file('prot = 80'))[0]).toContain('name, port, loud, tokenFile, place, prefixes, series');
  });

  test('a file that is no TOML', () => {
    expect(() => resolve(file('port = = 1'))).toThrow(/^test\.toml is no TOML: /);
  });

  test('nothing of a file gets into other objects', () => {
    problems(file('[__proto__]\npolluted = 1'));
    expect('polluted' in {}).toBe(false);
  });
});

/**
 * Configuration: defaults of the schema, then the file, then `KURAYAMI_…` variables, then flags. Checked whole: every
 * problem is named with its path.
 */
import { parse } from 'smol-toml';
import type { Static, TObject, TSchema } from 'typebox';
import Value from 'typebox/value';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
}

export interface ConfigSources {
  /** Text of the TOML file, and its name for messages. */
  readonly file?: { readonly name: string; readonly text: string };
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Such as `KURAYAMI_SENSOR`: `KURAYAMI_SENSOR_PLACE_LATITUDE` sets `place.latitude`. */
  readonly prefix: string;
  /** Values from the command line; undefined ones are as if not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

type Values = Record<string, unknown>;

/** Throws ConfigError that lists every problem. */
export function resolveConfig<Schema extends TObject>(schema: Schema, sources: ConfigSources): Static<Schema> {
  const values = emptyTable();
  if (sources.file) merge(values, parseToml(sources.file));
  merge(values, fromEnvironment(schema, sources.prefix, sources.environment ?? {}));
  merge(values, sources.flags ?? {});
  const whole = Value.Default(schema, values);
  const problems = [
    ...unknownKeys(schema, whole as Values, ''),
    ...Value.Errors(schema, whole).map((error) => `${pathOf(error.instancePath)}: ${error.message}`),
  ];
  if (problems.length > 0) {
    const where = sources.file ? ` in ${sources.file.name}, the environment or the flags` : '';
    throw new ConfigError(
      `The configuration is wrong${where}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
  return whole as Static<Schema>;
}

/** Without a prototype, so that a key such as `__proto__` is a key like any other. */
function emptyTable(): Values {
  return Object.create(null) as Values;
}

function parseToml({ name, text }: { name: string; text: string }): Values {
  try {
    return parse(text) as Values;
  } catch (cause) {
    throw new ConfigError(`${name} is no TOML: ${(cause as Error).message}`, { cause });
  }
}

function merge(into: Values, from: Readonly<Values>): void {
  for (const [key, value] of Object.entries(from)) {
    if (value === undefined) continue;
    const before = into[key];
    if (isTable(value) && isTable(before)) merge(before, value);
    else into[key] = isTable(value) ? structuredCloneOf(value) : value;
  }
}

function structuredCloneOf(table: Values): Values {
  const copy = emptyTable();
  merge(copy, table);
  return copy;
}

function isTable(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fromEnvironment(
  schema: TObject,
  prefix: string,
  environment: NonNullable<ConfigSources['environment']>,
): Values {
  const values: Values = {};
  for (const [key, property] of Object.entries(schema.properties as Record<string, TSchema>)) {
    const name = `${prefix}_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    const inner = property as TObject & { type?: string };
    if (inner.type === 'object') {
      const nested = fromEnvironment(inner, name, environment);
      if (Object.keys(nested).length > 0) values[key] = nested;
    } else if (environment[name] !== undefined) values[key] = convert(environment[name], inner.type);
  }
  return values;
}

/** Environment variables are text: numbers, switches and comma-separated lists are read from it; what does not fit is left for the check. */
function convert(text: string, type: string | undefined): unknown {
  if (type === 'array')
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  if ((type === 'integer' || type === 'number') && text.trim() !== '' && Number.isFinite(Number(text)))
    return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function unknownKeys(schema: TObject, values: Values, path: string): string[] {
  const problems: string[] = [];
  const properties = schema.properties as Record<string, TSchema>;
  for (const [key, value] of Object.entries(values)) {
    const property = properties[key] as (TObject & { type?: string }) | undefined;
    if (property === undefined || !Object.hasOwn(properties, key))
      problems.push(`${path}${key}: there is no such setting (there are ${Object.keys(properties).join(', ')})`);
    else if (property.type === 'object' && isTable(value))
      problems.push(...unknownKeys(property, value, `${path}${key}.`));
  }
  return problems;
}

function pathOf(pointer: string): string {
  return pointer.replace(/^\//, '').replaceAll('/', '.') || 'the configuration';
}

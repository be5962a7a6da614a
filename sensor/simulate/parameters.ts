/** What a scenario may set: each parameter says what it is, what holds without it, and reads and checks its value. */
import type { Weighted } from './picker.ts';

/** What is wrong in a scenario, each with its path: `actors[2].share: must be a number above 0, is -1`. */
export class Problems {
  readonly list: string[] = [];

  add(path: string, must: string, value?: unknown): void {
    this.list.push(value === undefined ? `${path}: ${must}` : `${path}: ${must}, is ${show(value)}`);
  }
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export interface Parameter<T> {
  readonly about: string;
  /** Holds where the scenario says nothing; undefined makes the parameter a must. */
  readonly initial: T | undefined;
  /** The value as programs use it, or undefined and a problem. */
  read(value: unknown, path: string, problems: Problems): T | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type Settings<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
};

/** Reads the parameters of a table and names what is missing, wrong or unknown. Rely on the result only if nothing was. */
export function readSettings<P extends Parameters>(
  table: Readonly<Record<string, unknown>>,
  parameters: P,
  path: string,
  problems: Problems,
): Settings<P> {
  const settings: Record<string, unknown> = {};
  const prefix = path === '' ? '' : `${path}.`;
  for (const [name, parameter] of Object.entries(parameters)) {
    const value = table[name];
    if (value !== undefined) settings[name] = parameter.read(value, prefix + name, problems);
    else if (parameter.initial !== undefined) settings[name] = parameter.initial;
    else problems.add(prefix + name, `is missing (${parameter.about})`);
  }
  for (const name of Object.keys(table)) {
    if (name in parameters) continue;
    problems.add(prefix + name, `is no setting here; there are ${Object.keys(parameters).join(', ')}`);
  }
  return settings as Settings<P>;
}

interface NumberLimits {
  readonly about: string;
  readonly initial?: number;
  readonly least: number;
  readonly most: number;
}

export function numberParameter(limits: NumberLimits): Parameter<number> {
  return rangeParameter(limits, Number.isFinite, 'a number');
}

export function wholeNumberParameter(limits: NumberLimits): Parameter<number> {
  return rangeParameter(limits, Number.isSafeInteger, 'a whole number');
}

function rangeParameter(limits: NumberLimits, fits: (value: number) => boolean, what: string): Parameter<number> {
  const { about, initial, least, most } = limits;
  return {
    about,
    initial,
    read(value, path, problems) {
      if (typeof value === 'number' && fits(value) && value >= least && value <= most) return value;
      problems.add(path, `must be ${what} from ${least} to ${most}`, value);
      return undefined;
    },
  };
}

export function textParameter(about: string, initial?: string): Parameter<string> {
  return {
    about,
    initial,
    read(value, path, problems) {
      if (typeof value === 'string' && value !== '') return value;
      problems.add(path, 'must be text', value);
      return undefined;
    },
  };
}

export function choiceParameter<T extends string>(about: string, choices: readonly T[], initial: T): Parameter<T> {
  return {
    about,
    initial,
    read(value, path, problems) {
      const found = choices.find((choice) => choice === value);
      if (found === undefined) problems.add(path, `must be one of ${choices.join(', ')}`, value);
      return found;
    },
  };
}

/** A list of what `readValue` accepts, each plain (weight 1) or as `[value, weight]`. */
function weightedParameter<T>(
  about: string,
  initial: Weighted<T>,
  what: string,
  readValue: (value: unknown) => T | undefined,
): Parameter<Weighted<T>> {
  return {
    about,
    initial,
    read(value, path, problems) {
      if (!Array.isArray(value) || value.length === 0 || value.length > 1000) {
        problems.add(path, `must be a list of 1 to 1000 of ${what}, each plain or as [value, weight]`, value);
        return undefined;
      }
      return value.flatMap((entry: unknown, index) => {
        const [plain, weight]: unknown[] = Array.isArray(entry) ? entry : [entry, 1];
        const read = readValue(plain);
        if (read === undefined) problems.add(`${path}[${index}]`, `must be ${what}`, plain);
        else if (typeof weight === 'number' && weight > 0 && Number.isFinite(weight)) return [[read, weight] as const];
        else problems.add(`${path}[${index}]`, 'must have a weight above 0', weight ?? null);
        return [];
      });
    },
  };
}

export function portsParameter(about: string, initial: Weighted<number>): Parameter<Weighted<number>> {
  return weightedParameter(about, initial, 'a port from 1 to 65535', (value) => {
    return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535 ? value : undefined;
  });
}

export function choicesParameter<T extends string>(
  about: string,
  choices: readonly T[],
  initial: Weighted<T>,
): Parameter<Weighted<T>> {
  return weightedParameter(about, initial, `one of ${choices.join(', ')}`, (value) => {
    return choices.find((choice) => choice === value);
  });
}

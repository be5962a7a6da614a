/** A command of the program: what it takes, how it is explained, what it does. The list is in kurayami.ts. */

export interface CommandOption {
  readonly type: 'string' | 'boolean';
  /** May be given several times. */
  readonly multiple?: true;
  /** What stands for the value in the help, such as `FILE`. */
  readonly value?: string;
  readonly about: string;
}

export interface CommandArguments {
  readonly options: Readonly<Record<string, string | boolean | string[] | undefined>>;
  readonly positionals: readonly string[];
}

/** The program that a command runs in. */
export interface Program {
  /** Folder with package.json and config/. */
  readonly folder: string;
  readonly version: string;
  /** Aborted when the program is told to stop. */
  readonly stop: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly about: string;
  /** What comes after the name in the help, such as `FILE…`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** The exit code: 0 done, 1 failed, 2 wrong use. Throws UsageError for wrong use. */
  run(given: CommandArguments, program: Program): Promise<number>;
}

/** The command line makes no sense: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function textOption(given: CommandArguments, name: string): string | undefined {
  const value = given.options[name];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number within bounds, or undefined when it was not given. Throws UsageError. */
export function integerOption(
  given: CommandArguments,
  name: string,
  minimum: number,
  maximum: number,
): number | undefined {
  const text = textOption(given, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    throw new UsageError(`--${name} takes a whole number from ${minimum} to ${maximum}, not "${text}"`);
  }
  return value;
}

/** `max` (as fast as it goes) is 0; else a factor from 0.01 to 100,000. Throws UsageError. */
export function speedOption(given: CommandArguments): number {
  const text = textOption(given, 'speed') ?? '1';
  if (text === 'max') return 0;
  const speed = Number(text);
  if (!(speed >= 0.01 && speed <= 100_000))
    throw new UsageError(`--speed takes a factor from 0.01 to 100000, or max, not "${text}"`);
  return speed;
}

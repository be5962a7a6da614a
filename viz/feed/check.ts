/** Reading messages of unknown shape: each reader returns what it promises or throws WireError. */
import { WireError } from '../../shared/wire/wire-error.ts';

export type Unknown = Readonly<Record<string, unknown>>;

function refuse(what: string): never {
  throw new WireError('WIRE_BAD_MESSAGE', `${what} is not what the message promises`);
}

export function record(value: unknown, name: string): Unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(name);
  return value as Unknown;
}

export function number(value: unknown, name: string): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : refuse(name);
}

export function numberOrNull(value: unknown, name: string): number | null {
  return value === null || value === undefined ? null : number(value, name);
}

export function text(value: unknown, name: string): string {
  return typeof value === 'string' ? value : refuse(name);
}

export function oneOf<T extends string>(value: unknown, allowed: readonly T[], name: string): T {
  return allowed.includes(value as T) ? (value as T) : refuse(name);
}

export function list<T>(value: unknown, read: (item: unknown, name: string) => T, name: string): T[] {
  if (!Array.isArray(value)) refuse(name);
  return value.map((item, at) => read(item, `${name}[${at}]`));
}

/** Counters by name. */
export function counts(value: unknown, name: string): Record<string, number> {
  return Object.fromEntries(Object.entries(record(value, name)).map(([key, count]) => [key, number(count, key)]));
}

/** The fields of `like`, each read as the kind of its example: a number, a nullable number (null), or counters ({}). */
export function fieldsLike<T extends object>(value: unknown, like: T, name: string): T {
  return readLike(value, like, name, false);
}

/** The same for counters, which grow in number: one that an older server does not know counts nothing, as in `empty`. */
export function countersLike<T extends object>(value: unknown, empty: T, name: string): T {
  return readLike(value, empty, name, true);
}

function readLike<T extends object>(value: unknown, like: T, name: string, mayMiss: boolean): T {
  const fields = record(value, name);
  const out: Record<string, unknown> = {};
  for (const [key, example] of Object.entries(like)) {
    if (mayMiss && fields[key] === undefined) {
      out[key] = example;
      continue;
    }
    const read = example === null ? numberOrNull : typeof example === 'number' ? number : counts;
    out[key] = read(fields[key], `${name}.${key}`);
  }
  return out as T;
}

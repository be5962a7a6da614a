/** One list of research scanners: lines of `CIDR # name`, or JSON. What cannot be read is left out, and told with its line. */
import { parseIpv4, parseIpv6 } from '../../../shared/address.ts';

/** A block of addresses, by its first 128 bits; IPv4 as ::ffff:a.b.c.d. */
export interface ScannerBlock {
  readonly network: bigint;
  /** Of 128. */
  readonly prefixLength: number;
  readonly name: string;
}

export interface ScannerList {
  readonly blocks: readonly ScannerBlock[];
  /** Sentences, each with its line or entry; at most MAX_TOLD, and one with how many more. */
  readonly problems: readonly string[];
}

export const MAX_LIST_BYTES = 4 << 20;
export const MAX_LIST_BLOCKS = 50_000;
const MAX_NAME_CHARACTERS = 80;
const MAX_TOLD = 5;
const ALL_BITS = 128;
const IPV4_BITS = 96;
const MAPPED = 0xffffn << 32n;

/** `listName` names those that have no name of their own. */
export function readScannerList(text: string, listName: string): ScannerList {
  const entries = /^\s*[[{]/.test(text) ? jsonEntries(text) : lineEntries(text);
  const blocks: ScannerBlock[] = [];
  const problems = [...entries.problems];
  for (const { where, cidr, name } of entries.found) {
    const block = readBlock(cidr);
    if (block === null)
      problems.push(`${where}: "${cidr.slice(0, 60)}" is no block such as 192.0.2.0/24 or 2001:db8::/32`);
    else if (blocks.length < MAX_LIST_BLOCKS) blocks.push({ ...block, name: cleanName(name) || listName });
    else {
      problems.push(`${where}: more than ${MAX_LIST_BLOCKS} blocks; what follows is left out`);
      break;
    }
  }
  const more = problems.length - MAX_TOLD;
  return { blocks, problems: more > 0 ? [...problems.slice(0, MAX_TOLD), `and ${more} more`] : problems };
}

interface Entries {
  readonly found: readonly { readonly where: string; readonly cidr: string; readonly name: string }[];
  readonly problems: readonly string[];
}

function lineEntries(text: string): Entries {
  const found = text.split(/\r?\n/).flatMap((line, at) => {
    const [cidr = '', ...rest] = line.split('#');
    return cidr.trim() === '' ? [] : [{ where: `line ${at + 1}`, cidr: cidr.trim(), name: rest.join('#') }];
  });
  return { found, problems: [] };
}

/** `["192.0.2.0/24"]`, `[{"cidr": …, "name": …}]`, or such a list as `prefixes` of an object that has a `name`. */
function jsonEntries(text: string): Entries {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { found: [], problems: [`${lineOf(text, (error as Error).message)}: no JSON`] };
  }
  const whole = Array.isArray(value) ? { prefixes: value } : (value as { prefixes?: unknown; name?: unknown });
  const { prefixes, name } = whole as { prefixes?: unknown; name?: unknown };
  if (!Array.isArray(prefixes)) return { found: [], problems: ['line 1: a list of blocks, or "prefixes", is missing'] };
  const nameOfAll = typeof name === 'string' ? name : '';
  const found = prefixes.map((entry: unknown, at) => {
    const where = `entry ${at + 1}`;
    if (typeof entry === 'string') return { where, cidr: entry, name: nameOfAll };
    const { cidr, name: own } = (entry ?? {}) as { cidr?: unknown; name?: unknown };
    return {
      where,
      cidr: typeof cidr === 'string' ? cidr : JSON.stringify(entry),
      name: typeof own === 'string' ? own : nameOfAll,
    };
  });
  return { found, problems: [] };
}

/** From what Node says about where it stopped. */
function lineOf(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return `line ${before.split('\n').length}`;
}

/** Null for what is no block. Bits behind the prefix may be set: lists are written by many hands. */
function readBlock(text: string): Omit<ScannerBlock, 'name'> | null {
  const [address = '', length, ...rest] = text.split('/');
  if (rest.length > 0) return null;
  const ipv4 = parseIpv4(address);
  const number = ipv4 === null ? ipv6Number(address) : MAPPED | BigInt(ipv4);
  if (number === null) return null;
  const most = ipv4 === null ? ALL_BITS : 32;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = length === undefined ? most : Number(length);
  if (bits > most) return null;
  const prefixLength = bits + (ipv4 === null ? 0 : IPV4_BITS);
  return { network: networkOf(number, prefixLength), prefixLength };
}

function ipv6Number(text: string): bigint | null {
  const words = parseIpv6(text);
  return words === null ? null : wordsNumber(words);
}

export function wordsNumber(words: ArrayLike<number>): bigint {
  let number = 0n;
  for (let word = 0; word < 4; word++) number = (number << 32n) | BigInt(words[word]!);
  return number;
}

export function networkOf(number: bigint, prefixLength: number): bigint {
  const free = BigInt(ALL_BITS - prefixLength);
  return (number >> free) << free;
}

/** One line of what can be printed. */
function cleanName(name: string): string {
  return name
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_CHARACTERS);
}
